package dev.admiral.cli.demo;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.ToolResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/** One agent at work: it asks, reads, thinks and asks again until time is up. */
final class AgentLoop implements Runnable {
  private static final Duration MEAN_THINKING = Duration.ofMillis(80);

  /** Time between two alarms that make the whole fleet ask the same at once. */
  private static final Duration ALARM_EVERY = Duration.ofMillis(2_500);

  private final Cast.Agent agent;
  private final AdmiralClient client;
  private final Questions questions;
  private final Tally tally;
  private final RandomGenerator random;
  private final long startNanos;
  private final long endNanos;
  private long fresh;
  private int alarms;

  AgentLoop(
      Cast.Agent agent,
      AdmiralClient client,
      Questions questions,
      Tally tally,
      RandomGenerator random,
      long startNanos,
      long endNanos) {
    this.agent = agent;
    this.client = client;
    this.questions = questions;
    this.tally = tally;
    this.random = random;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
  }

  @Override
  public void run() {
    think();
    while (System.nanoTime() < endNanos && !Thread.currentThread().isInterrupted()) {
      Prompt prompt = next();
      Optional<CompleteResponse> answer = ask(prompt);
      // A tool that was called returns, and the conversation goes on once.
      answer.flatMap(called -> goOn(prompt, called)).ifPresent(this::ask);
      think();
    }
  }

  private void think() {
    LockSupport.parkNanos((long) (-Math.log1p(-random.nextDouble()) * MEAN_THINKING.toNanos()));
  }

  private Prompt next() {
    int due = (int) ((System.nanoTime() - startNanos) / ALARM_EVERY.toNanos());
    if (due > alarms) {
      alarms = due;
      return questions.alarm("smart", due);
    }
    Cast.Group group = agent.group();
    if (random.nextDouble() >= group.freshShare()) {
      return questions.common(group, random);
    }
    String model = group.models().get(random.nextInt(group.models().size()));
    return questions.fresh(group, model, agent.name(), fresh++);
  }

  private Optional<CompleteResponse> ask(Prompt prompt) {
    CallOptions options =
        CallOptions.newBuilder()
            .setTaskType(agent.group().task())
            .setPriority(agent.group().priority())
            .setRouting(
                RoutingPreferences.newBuilder().addAllFallbackModels(agent.group().fallbacks()))
            .build();
    boolean streamed = random.nextDouble() < agent.group().streamShare();
    long start = System.nanoTime();
    try {
      CompleteResponse answer = streamed ? stream(prompt, options) : whole(prompt, options);
      tally.answered(answer.getServed(), System.nanoTime() - start);
      return Optional.of(answer);
    } catch (AdmiralException failure) {
      tally.failed(failure);
      return Optional.empty();
    }
  }

  private CompleteResponse whole(Prompt prompt, CallOptions options) {
    return client.complete(
        CompleteRequest.newBuilder().setPrompt(prompt).setOptions(options).build());
  }

  private CompleteResponse stream(Prompt prompt, CallOptions options) {
    StreamRequest request =
        StreamRequest.newBuilder().setPrompt(prompt).setOptions(options).build();
    try (CompletionStream stream = client.stream(request)) {
      return stream.collect();
    }
  }

  private static Optional<Prompt> goOn(Prompt prompt, CompleteResponse answer) {
    ChatMessage said = answer.getCompletion().getMessage();
    List<ContentPart> calls =
        said.getPartsList().stream().filter(ContentPart::hasToolCall).toList();
    if (calls.isEmpty()) {
      return Optional.empty();
    }
    ChatMessage.Builder results = ChatMessage.newBuilder().setRole(Role.ROLE_TOOL);
    for (ContentPart call : calls) {
      results.addParts(
          ContentPart.newBuilder()
              .setToolResult(
                  ToolResult.newBuilder()
                      .setToolCallId(call.getToolCall().getId())
                      .addAllParts(
                          Prompts.message(Role.ROLE_TOOL, "All parts work.").getPartsList())));
    }
    return Optional.of(
        prompt.toBuilder()
            .addMessages(said)
            .addMessages(results)
            .addMessages(Prompts.message(Role.ROLE_USER, "Now give the next step."))
            .build());
  }
}
