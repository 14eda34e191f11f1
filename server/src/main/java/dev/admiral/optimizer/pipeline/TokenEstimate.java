package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Tool;

/**
 * Tokens of a call where the vendor cannot count them: about four bytes of text to a token, rounded
 * up, and a flat figure for what is not text. A middling guess, unlike the upper one that limits
 * are judged by. Thread-safe.
 */
public final class TokenEstimate {
  private static final int BYTES_PER_TOKEN = 4;
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final int TOKENS_PER_ATTACHMENT = 1_000;

  private TokenEstimate() {}

  /** Returns the tokens of a prompt. */
  public static long input(Prompt prompt) {
    long bytes = 0;
    long tokens = 0;
    for (ChatMessage message : prompt.getMessagesList()) {
      tokens += TOKENS_PER_MESSAGE;
      for (ContentPart part : message.getPartsList()) {
        if (part.hasImage() || part.hasFile()) {
          tokens += TOKENS_PER_ATTACHMENT;
        } else {
          bytes += part.getSerializedSize();
        }
      }
    }
    for (Tool tool : prompt.getToolsList()) {
      bytes += tool.getSerializedSize();
    }
    return tokens + (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
  }
}
