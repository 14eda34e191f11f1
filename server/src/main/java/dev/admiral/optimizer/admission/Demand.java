package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Priority;

/**
 * What one try of one model is expected to use.
 *
 * @param caller who asks
 * @param provider the provider, as configured
 * @param model the provider's own name of the model
 * @param inputTokens estimated tokens of the prompt, 0 and up
 * @param outputTokens estimated tokens of the answer, 0 and up
 * @param priority how urgent the call is
 * @param deadlineNanos when the caller stops waiting, on {@link Time#nanos()}'s scale
 */
public record Demand(
    Caller caller,
    String provider,
    String model,
    long inputTokens,
    long outputTokens,
    Priority priority,
    long deadlineNanos) {

  public Demand {
    if (inputTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException("a demand of tokens must not be negative");
    }
  }
}
