package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Admission;
import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import org.jspecify.annotations.Nullable;

/**
 * Holds agents to their limits: asks when a call could not be answered from memory, and settles
 * when it has ended. Thread-safe; never blocks.
 */
final class AgentAdmission {
  private final Limiter limiter;

  AgentAdmission(Limiter limiter) {
    this.limiter = limiter;
  }

  /** Lets a call go on, holding its permit, or returns the limit that does not; null if it may. */
  @Nullable Failure refuses(RunningCall running) {
    return switch (limiter.admitCaller(running.call().caller())) {
      case Admission.Refused refused -> refused.failure();
      case Admission.Admitted admitted -> {
        running.holds(admitted.permit());
        yield null;
      }
    };
  }

  /**
   * A call that cost its agent's limit nothing gives its place back: one answered from what was
   * kept, whichever look found it, or refused before anybody was asked. One that was tried, or
   * whose caller left, does not; nor does one that joined another's flight, since an agent's limit
   * is on what it sets going, paid for by itself or not.
   */
  static void settle(Outcome outcome, Permit permit) {
    switch (outcome) {
      case Answered answered
          when answered.source() == Source.SOURCE_MEMORY
              || answered.source() == Source.SOURCE_DISK
              || answered.source() == Source.SOURCE_REPEATED ->
          permit.cancel();
      case Answered answered -> permit.settle(answered.answer().usage());
      case Failed failed when failed.attempts().isEmpty() && !left(failed.failure()) ->
          permit.cancel();
      case Failed _ -> permit.settle(Usage.NONE);
    }
  }

  private static boolean left(Failure failure) {
    return failure.reason() == ErrorReason.ERROR_REASON_CALL_CANCELLED
        || failure.reason() == ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
  }
}
