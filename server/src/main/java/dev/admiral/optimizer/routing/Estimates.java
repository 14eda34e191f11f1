package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.Money;
import java.time.Duration;
import java.util.Optional;

/** What a model is expected to cost and to take. Safe for concurrent use; never blocks. */
public interface Estimates {

  /**
   * Returns the most an answer may cost at list price.
   *
   * @param inputTokens tokens of the prompt, none of them cached by the vendor
   * @param outputTokens tokens of the answer
   * @return empty if no price is known
   */
  Optional<Money> upperCost(Candidate candidate, long inputTokens, long outputTokens);

  /** Returns the usual time to the first piece of an answer; empty if none was measured. */
  Optional<Duration> firstToken(Candidate candidate);
}
