package dev.admiral.bench;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;

/** Answers of the bare servers. */
final class Answers {
  private Answers() {}

  static CompleteResponse ofLength(int length) {
    return of("x".repeat(length));
  }

  static CompleteResponse of(String text) {
    return CompleteResponse.newBuilder()
        .setProvider("openai")
        .setModel("gpt-4o")
        .setCompletion(
            Completion.newBuilder()
                .setFinishReason(FinishReason.FINISH_REASON_STOP)
                .setMessage(
                    ChatMessage.newBuilder()
                        .setRole(Role.ROLE_ASSISTANT)
                        .addParts(
                            ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)))))
        .build();
  }
}
