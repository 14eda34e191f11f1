package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;

/** Guesses tokens before anybody has counted them. */
public final class PromptSize {
  /** Output assumed where a prompt sets no limit. */
  public static final long DEFAULT_OUTPUT_TOKENS = 4_096;

  // Ordinary text has 3 to 5 bytes a token; two leave room for code, numbers and rare scripts.
  private static final long BYTES_PER_TOKEN = 2;
  // A picture costs by its pixels, not its bytes; vendors scale large ones down to about this.
  private static final long TOKENS_PER_IMAGE = 2_000;

  private PromptSize() {}

  /** Returns a generous estimate of a prompt's tokens. */
  public static long upperInputTokens(Prompt prompt) {
    long imageBytes = 0;
    long images = 0;
    for (ChatMessage message : prompt.getMessagesList()) {
      for (ContentPart part : message.getPartsList()) {
        if (part.hasImage()) {
          imageBytes += part.getImage().getSerializedSize();
          images++;
        }
      }
    }
    long textBytes = prompt.getSerializedSize() - imageBytes;
    return Math.ceilDiv(textBytes, BYTES_PER_TOKEN) + images * TOKENS_PER_IMAGE;
  }

  /**
   * Returns the most tokens of all of a prompt's answers together, {@link #DEFAULT_OUTPUT_TOKENS}
   * each if it sets no limit.
   */
  public static long upperOutputTokens(Prompt prompt) {
    var sampling = prompt.getSampling();
    long each =
        sampling.hasMaxOutputTokenCount()
            ? sampling.getMaxOutputTokenCount()
            : DEFAULT_OUTPUT_TOKENS;
    return each * Math.max(1, sampling.getCandidateCount());
  }
}
