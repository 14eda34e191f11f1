package dev.admiral.optimizer.flight;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one flight, one after the other. Written by the flight's own thread; read by any,
 * also while a step is under way. Its lock is held for a few instructions and never with another.
 */
final class StepLog {
  /** More would be many tries of many models, of which the first tell enough. */
  static final int MOST_STEPS = 64;

  @GuardedBy("this")
  private final List<Step> ended = new ArrayList<>(6);

  @GuardedBy("this")
  private @Nullable Step underWay;

  /** A step begins; if one is under way it ends here. */
  synchronized void began(Step.Kind kind, String detail, long nanos) {
    ended(ErrorReason.ERROR_REASON_UNSPECIFIED, nanos);
    underWay = new Step(kind, nanos, nanos, detail, ErrorReason.ERROR_REASON_UNSPECIFIED);
  }

  /** The step under way, if there is one, ends. */
  synchronized void ended(ErrorReason failure, long nanos) {
    Step step = underWay;
    if (step != null && ended.size() < MOST_STEPS) {
      ended.add(until(nanos, step, failure));
    }
    underWay = null;
  }

  /** Returns the steps so far, the one under way as if it ended now. */
  synchronized List<Step> until(long nanos) {
    Step step = underWay;
    if (step == null) {
      return List.copyOf(ended);
    }
    List<Step> all = new ArrayList<>(ended);
    all.add(until(nanos, step, step.failure()));
    return List.copyOf(all);
  }

  private static Step until(long nanos, Step step, ErrorReason failure) {
    return new Step(step.kind(), step.startNanos(), nanos, step.detail(), failure);
  }
}
