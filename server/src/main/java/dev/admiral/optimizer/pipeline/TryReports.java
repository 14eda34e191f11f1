package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.stats.CallStatistics;

/** Tells of every try of a provider: figures, lessons, watchers. Thread-safe; never blocks. */
final class TryReports {
  private final CallStatistics statistics;
  private final FailureLog failures;
  private final EventBus events;

  TryReports(CallStatistics statistics, FailureLog failures, EventBus events) {
    this.statistics = statistics;
    this.failures = failures;
    this.events = events;
  }

  /** A try ended. */
  void tried(Attempt attempt, Usage billed) {
    statistics.tried(attempt, billed);
  }

  /** A try failed by itself, not because its callers left. */
  void failed(Call call, Attempt attempt) {
    failures.failed(call.caller(), attempt);
    events.publish(
        call.caller().tenant(), new Event.AttemptFailed(call.id(), call.caller().agent(), attempt));
  }
}
