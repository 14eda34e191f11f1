package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.stats.CallStatistics;
import java.time.Duration;

/** Counts calls that ended. */
public record StatisticsObserver(CallStatistics statistics) implements CallObserver {
  @Override
  public String name() {
    return "statistics";
  }

  @Override
  public void finished(FinishedCall call) {
    statistics.finished(
        call.call().caller(),
        call.outcome(),
        call.total(),
        overhead(call.outcome(), call.total()),
        call.savedTime());
  }

  private static Duration overhead(Outcome outcome, Duration total) {
    if (outcome instanceof Answered answered) {
      Duration rest = total.minus(answered.timing().queued()).minus(answered.timing().upstream());
      return rest.isNegative() ? Duration.ZERO : rest;
    }
    return Duration.ZERO;
  }
}
