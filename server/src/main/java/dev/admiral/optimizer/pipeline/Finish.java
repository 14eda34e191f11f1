package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last step of every call: settles what it held, and tells those who want to know. */
final class Finish {
  private final CallObservers observers;
  private final Time time;

  Finish(CallObservers observers, Time time) {
    this.observers = observers;
    this.time = time;
  }

  /** Returns what those who are told did wrong. */
  List<CallObserver.Trouble> troubles() {
    return observers.troubles();
  }

  /** A call has ended. To be called exactly once for each. */
  void ended(Call call, Outcome outcome, @Nullable Permit permit) {
    long now = time.nanos();
    Duration total = Duration.ofNanos(now - call.arrivalNanos());
    try {
      if (permit != null) {
        AgentAdmission.settle(outcome, permit);
      }
    } finally {
      observers.finished(new FinishedCall(call, outcome, total), now);
    }
  }
}
