package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Time;

/** The view a task has of those it flies for. Safe for use from any thread. */
public interface Leader {
  /** Returns the call of the oldest waiter, or of the last one if all have left. */
  Call call();

  /** Returns the latest deadline of all waiters, on the scale of {@link Time#nanos()}. */
  long deadlineNanos();

  /**
   * Fixes who pays for this try, even if that caller leaves: what is written to the ledger and what
   * {@link Waiter#led()} says are then the same. Without it the leader at landing pays.
   *
   * @return the call that pays
   */
  Call bill();
}
