package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.TokenCounts.Counted;
import dev.admiral.optimizer.v1.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/**
 * {@code POST /v1/messages/count_tokens}: the vendor's count, or an estimate where it cannot count.
 */
final class MessageTokens implements HttpCalls.Handling {
  private final Executor virtualThreads;

  MessageTokens(Executor virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void handle(Incoming incoming) throws CallException {
    Version version = Version.of(incoming.header(Version.HEADER));
    MessageWords words = new MessageWords();
    Prompt prompt =
        new PromptReader(
                version, Place.root(incoming.body()), words, incoming.header(Version.BETA_HEADER))
            .count();
    switch (incoming.accept(prompt)) {
      case Accepted.Wrong wrong -> throw new CallException(wrong.failure());
      case Accepted.Fine fine -> {
        Call call = fine.call();
        incoming.reply(
            call.id(), virtualThreads, () -> reply(incoming.countTokens(call), call, words));
      }
    }
  }

  private static Reply reply(Counted counted, Call call, MessageWords words) throws CallException {
    return switch (counted) {
      case Counted.Failed failed ->
          throw new CallException(words.translate(failed.failure(), call.prompt()));
      case Counted.Tokens tokens ->
          Reply.json(
              200,
              ("{\"input_tokens\":" + tokens.count() + "}").getBytes(StandardCharsets.US_ASCII));
    };
  }
}
