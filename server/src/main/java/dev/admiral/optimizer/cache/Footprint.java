package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.VendorData;

/**
 * What an answer weighs in memory, in bytes: strings exactly, objects by what they usually take.
 */
final class Footprint {
  /** Key, entry, cache node, answer with usage, cost and times, completion and its message. */
  static final long ANSWER_BYTES = 664;

  /** A part, what is in it, and their places in lists. */
  private static final long PART_BYTES = 96;

  private static final long STRING_BYTES = 56;

  private Footprint() {}

  static long of(Answer answer) {
    long bytes =
        ANSWER_BYTES
            + of(answer.provider())
            + of(answer.model())
            + of(answer.completion().getStopSequence())
            + of(answer.completion().getMessage());
    for (Candidate candidate : answer.completion().getAlternativesList()) {
      bytes += PART_BYTES + of(candidate.getMessage());
    }
    return bytes;
  }

  private static long of(ChatMessage message) {
    long bytes = PART_BYTES + of(message.getName());
    if (message.hasVendorData()) {
      bytes += of(message.getVendorData());
    }
    for (ContentPart part : message.getPartsList()) {
      bytes += PART_BYTES + of(part);
      if (part.hasVendorData()) {
        bytes += of(part.getVendorData());
      }
    }
    return bytes;
  }

  private static long of(VendorData data) {
    return PART_BYTES + of(data.getVendor()) + of(data.getJson()) + of(data.getReasoningField());
  }

  private static long of(ContentPart part) {
    return switch (part.getKindCase()) {
      case TEXT -> of(part.getText().getText());
      case REASONING ->
          of(part.getReasoning().getText())
              + of(part.getReasoning().getSignature())
              + of(part.getReasoning().getRedactedData());
      case TOOL_CALL ->
          of(part.getToolCall().getId())
              + of(part.getToolCall().getName())
              + of(part.getToolCall().getArgumentsJson())
              + of(part.getToolCall().getInputText());
      case REFUSAL -> of(part.getRefusal().getText());
      // Models answer with none of these today; what they hold is mostly bytes.
      case IMAGE, FILE, TOOL_RESULT, TOOL_REFERENCE -> part.getSerializedSize();
      case KIND_NOT_SET -> 0;
    };
  }

  /** A string takes a byte for each character, or two if any character needs them. */
  private static long of(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > 0xFF) {
        return STRING_BYTES + 2L * length;
      }
    }
    return STRING_BYTES + length;
  }
}
