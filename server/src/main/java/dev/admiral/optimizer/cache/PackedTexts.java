package dev.admiral.optimizer.cache;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.TextPart;

/**
 * Answers whose texts are kept as the bytes they are sent as, so that a hit copies instead of
 * encoding.
 */
final class PackedTexts {
  private PackedTexts() {}

  /** Returns an equal answer, packed. */
  static Answer of(Answer answer) {
    ChatMessage.Builder message = answer.completion().getMessage().toBuilder();
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      if (part.hasText()) {
        TextPart text =
            part.getText().toBuilder()
                .setTextBytes(ByteString.copyFromUtf8(part.getText().getText()))
                .build();
        message.setParts(i, part.toBuilder().setText(text));
      }
    }
    Completion packed = answer.completion().toBuilder().setMessage(message).build();
    return new Answer(
        packed,
        answer.provider(),
        answer.model(),
        answer.usage(),
        answer.cost(),
        answer.created(),
        answer.took());
  }
}
