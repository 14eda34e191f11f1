package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.pipeline.TokenCounts.Counted;
import dev.admiral.optimizer.v1.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/**
 * {@code POST /v1/messages/count_tokens}: the vendor's count, or an estimate where it cannot count.
 */
final class MessageTokens implements HttpCalls.Handling {
  private final CallStart calls;
  private final TokenCounts counts;
  private final Executor virtualThreads;

  MessageTokens(CallStart calls, TokenCounts counts, Executor virtualThreads) {
    this.calls = calls;
    this.counts = counts;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void handle(Incoming incoming) throws CallException {
    Version version = Version.of(incoming.header(Version.HEADER));
    MessageWords words = new MessageWords();
    Prompt prompt = new PromptReader(version, Place.root(incoming.body()), words).count();
    switch (calls.accept(
        incoming.sender(), prompt, incoming.options(), "", false, incoming.deadlineNanos())) {
      case Accepted.Wrong wrong -> throw new CallException(wrong.failure());
      case Accepted.Fine fine -> {
        Call call = fine.call();
        incoming.reply(call.id(), virtualThreads, () -> count(call, words));
      }
    }
  }

  private Reply count(Call call, MessageWords words) throws CallException, InterruptedException {
    return switch (counts.count(call)) {
      case Counted.Failed failed ->
          throw new CallException(words.translate(failed.failure(), call.prompt()));
      case Counted.Tokens tokens ->
          Reply.json(
              200,
              ("{\"input_tokens\":" + tokens.count() + "}").getBytes(StandardCharsets.US_ASCII));
    };
  }
}
