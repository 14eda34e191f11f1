package dev.admiral.optimizer.journal;

import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Prompt;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a call. Only for operators.
 *
 * @param prompt what was asked
 * @param completion what was answered; null if the call failed
 */
public record Content(Prompt prompt, @Nullable Completion completion) {
  /** Says nothing of the content, which must not reach a log. */
  @Override
  public String toString() {
    return "Content[" + bytes() + " bytes]";
  }

  /** Returns its size in bytes as it is sent. */
  long bytes() {
    return (long) prompt.getSerializedSize()
        + (completion == null ? 0 : completion.getSerializedSize());
  }
}
