package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "complete",
    mixinStandardHelpOptions = true,
    description = {
      "Asks a model.",
      "The answer goes to the standard output; where it came from, what it cost and how long it"
          + " took, to the standard error.",
      ""
    })
final class CompleteCommand extends FleetCommand {
  @Parameters(
      paramLabel = "PROMPT",
      arity = "0..*",
      description =
          "What to ask; words are joined. Without any, or where a word is -, the standard input.")
  private List<String> words = List.of();

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "provider/name, name or alias. Default: ADMIRAL_MODEL, else auto.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "Instructions to the model.")
  private @Nullable String system;

  @Option(
      names = "--stream",
      negatable = true,
      description = "Print the answer as it comes; the default on a terminal.")
  private @Nullable Boolean stream;

  @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens of the answer.")
  private @Nullable Long maxTokens;

  @Option(names = "--temperature", paramLabel = "T", description = "Randomness, 0 to 2.")
  private @Nullable Double temperature;

  @Option(names = "--agent", paramLabel = "NAME", description = "The agent that asks.")
  private String agent = "";

  @Option(names = "--group", paramLabel = "NAME", description = "The agent's group.")
  private String group = "";

  @Option(names = "--task", paramLabel = "KIND", description = "Kind of work, such as triage.")
  private String task = "";

  @Option(names = "--no-cache", description = "Neither read nor store nor join.")
  private boolean noCache;

  @Option(names = "--refresh", description = "Do not read the cache, but store the answer.")
  private boolean refresh;

  CompleteCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    CompleteRequest request =
        CompleteRequest.newBuilder().setPrompt(prompt()).setOptions(options()).build();
    long start = System.nanoTime();
    boolean streamed = stream == null ? shell().terminalOut() && !isJson() : stream;
    CompleteResponse answer = streamed ? stream(client, request) : whole(client, request);
    summarize(answer, Duration.ofNanos(System.nanoTime() - start));
    return Main.DONE;
  }

  private CompleteResponse whole(AdmiralClient client, CompleteRequest request) {
    CompleteResponse answer = client.complete(request);
    shell().out().println(isJson() ? OutputOptions.json(answer) : said(answer));
    return answer;
  }

  private CompleteResponse stream(AdmiralClient client, CompleteRequest request) {
    CompleteResponse.Builder answer = CompleteResponse.newBuilder();
    StreamRequest streamed =
        StreamRequest.newBuilder()
            .setPrompt(request.getPrompt())
            .setOptions(request.getOptions())
            .build();
    try (CompletionStream events = client.stream(streamed)) {
      while (events.hasNext()) {
        StreamResponse event = events.next();
        if (isJson()) {
          shell().out().println(OutputOptions.jsonLine(event));
        } else if (event.getDelta().getCandidateIndex() == 0) {
          shell().out().print(event.getDelta().getText().getText());
          shell().out().print(event.getDelta().getRefusal().getText());
          shell().out().flush();
        }
        if (event.hasStarted()) {
          answer.setCallId(event.getStarted().getCallId());
          answer.setProvider(event.getStarted().getProvider());
          answer.setModel(event.getStarted().getModel());
        }
      }
      var finished = events.finish();
      answer.getCompletionBuilder().setFinishReason(finished.getFinishReason());
      answer.setCost(finished.getCost()).setServed(finished.getServed());
    }
    if (!isJson()) {
      shell().out().println();
    }
    return answer.build();
  }

  private void summarize(CompleteResponse answer, Duration time) {
    Served served = answer.getServed();
    shell()
        .dim(
            String.join(
                " · ",
                Show.source(served.getSource()),
                answer.getProvider() + "/" + answer.getModel(),
                money(answer.getCost()),
                Show.time(time)));
    if (answer.getCompletion().getFinishReason() == FinishReason.FINISH_REASON_LENGTH) {
      shell().err().println("The answer is cut: the most tokens were reached.");
    }
  }

  private static String money(Cost cost) {
    if (cost.getState() == Cost.State.STATE_UNKNOWN) {
      return "price unknown";
    }
    String about = cost.getState() == Cost.State.STATE_ESTIMATED ? "about " : "";
    return cost.getSavedPicoUsd() > 0
        ? "saved " + about + Show.dollars(cost.getSavedPicoUsd())
        : about + Show.dollars(cost.getChargedPicoUsd());
  }

  private static String said(CompleteResponse answer) {
    return answer.getCompletion().getMessage().getPartsList().stream()
        .map(CompleteCommand::said)
        .collect(Collectors.joining());
  }

  private static String said(Part part) {
    return part.hasRefusal() ? part.getRefusal().getText() : part.getText().getText();
  }

  private Prompt prompt() {
    String named = model != null ? model : shell().env("ADMIRAL_MODEL");
    String chosen = named.isBlank() ? "auto" : named;
    String text = text();
    Prompt.Builder prompt =
        (system == null ? Prompts.of(chosen, text) : Prompts.of(chosen, system, text)).toBuilder();
    Sampling.Builder sampling = Sampling.newBuilder();
    if (maxTokens != null) {
      sampling.setMaxOutputTokenCount(maxTokens);
    }
    if (temperature != null) {
      sampling.setTemperature(temperature);
    }
    if (!sampling.build().equals(Sampling.getDefaultInstance())) {
      prompt.setSampling(sampling);
    }
    return prompt.build();
  }

  private String text() {
    String text =
        words.isEmpty()
            ? standardInput()
            : words.stream()
                .map(word -> word.equals("-") ? standardInput() : word)
                .collect(Collectors.joining(" "));
    if (text.isBlank()) {
      throw new UsageException("There is nothing to ask: give a prompt, or pipe one in.");
    }
    return text;
  }

  private String standardInput() {
    if (shell().terminalIn()) {
      shell().dim("Type the prompt; end it with Ctrl-D on a line of its own.");
    }
    try {
      return new String(shell().in().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("The standard input cannot be read.", e);
    }
  }

  private CallOptions options() {
    if (noCache && refresh) {
      throw new UsageException("--no-cache stores nothing, so --refresh cannot be with it.");
    }
    CallOptions.Builder options =
        CallOptions.newBuilder().setAgentId(agent).setAgentGroup(group).setTaskType(task);
    if (noCache || refresh) {
      options.setCachePolicy(
          CachePolicy.newBuilder()
              .setMode(noCache ? CachePolicy.Mode.MODE_BYPASS : CachePolicy.Mode.MODE_REFRESH));
    }
    return options.build();
  }
}
