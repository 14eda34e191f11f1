package dev.admiral.optimizer.cache;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Text;

/**
 * Answers whose texts are kept as the bytes they are sent as, so that a hit copies instead of
 * encoding.
 */
final class PackedTexts {
  private PackedTexts() {}

  /** Returns an equal answer, packed. */
  static Answer of(Answer answer) {
    Message.Builder message = answer.completion().getMessage().toBuilder();
    for (int i = 0; i < message.getPartsCount(); i++) {
      Part part = message.getParts(i);
      if (part.hasText()) {
        Text text =
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
