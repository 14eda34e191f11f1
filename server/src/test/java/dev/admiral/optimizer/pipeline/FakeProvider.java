package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VectorInput;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.VectorReply;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Embedding;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.TextPart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A vendor that does as it is told, call by call, and answers with its name when told nothing. */
final class FakeProvider implements Provider {
  static final Usage USAGE = Usage.reported(10, 20);

  /** What it does for one call; it runs on the flight's thread, which is the test's. */
  interface Script {
    Reply play(ProviderCall call, ReplySink sink) throws ProviderException, InterruptedException;
  }

  private final String name;
  private final List<String> askedInAll;
  private final Deque<Script> scripts = new ArrayDeque<>();
  final List<ProviderCall> asked = new ArrayList<>();

  /**
   * @param askedInAll takes the name of whoever is asked
   */
  FakeProvider(String name, List<String> askedInAll) {
    this.name = name;
    this.askedInAll = askedInAll;
  }

  FakeProvider then(Script script) {
    scripts.add(script);
    return this;
  }

  FakeProvider answers(String text) {
    return then((_, _) -> reply(text));
  }

  FakeProvider fails(Failure failure) {
    return then((_, _) -> {
      throw broken(failure);
    });
  }

  static ProviderException broken(Failure failure) {
    return new ProviderException(failure, null, "", 503);
  }

  static Reply reply(String text) {
    return reply(text, FinishReason.FINISH_REASON_STOP);
  }

  static Reply reply(String text, FinishReason reason) {
    return new Reply(
        Completion.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .setRole(Role.ROLE_ASSISTANT)
                    .addParts(
                        ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text))))
            .setFinishReason(reason)
            .build(),
        USAGE,
        "vendor-id",
        200);
  }

  static ContentDelta piece(String text) {
    return ContentDelta.newBuilder().setText(TextDelta.newBuilder().setText(text)).build();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Reply complete(ProviderCall call, ReplySink sink)
      throws ProviderException, InterruptedException {
    asked.add(call);
    askedInAll.add(name);
    return scripts.isEmpty() ? reply(name) : scripts.remove().play(call, sink);
  }

  @Override
  public VectorReply embed(VectorCall call) {
    askedInAll.add(name);
    List<Embedding> vectors =
        ((VectorInput.Texts) call.input())
            .texts().stream()
                .map(text -> Embedding.newBuilder().addValues(text.length()).build())
                .toList();
    return new VectorReply(vectors, Usage.reported(3, 0), "", 200);
  }

  @Override
  public long countTokens(ProviderCall call) throws ProviderException {
    throw broken(new Failure.Overloaded("does not count", null));
  }
}
