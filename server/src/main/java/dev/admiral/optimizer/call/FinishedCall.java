package dev.admiral.optimizer.call;

import java.time.Duration;

/**
 * A call that ended, with all there is to tell of it. It holds the prompt and the answer: whoever
 * keeps it keeps those.
 *
 * @param call the call
 * @param outcome how it ended for its caller
 * @param total from its arrival to its end
 * @param savedTime the time its caller did not wait thanks to a hit or a join, as {@link
 *     Outcome.Answered#savedTime} tells it; zero if it has no answer
 */
public record FinishedCall(Call call, Outcome outcome, Duration total, Duration savedTime) {

  /** A call that ended, its saved time told from the rest. */
  public FinishedCall(Call call, Outcome outcome, Duration total) {
    this(
        call,
        outcome,
        total,
        outcome instanceof Outcome.Answered answered ? answered.savedTime(total) : Duration.ZERO);
  }
}
