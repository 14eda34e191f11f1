package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Outcome;

/** Makes the call, on a thread of the flight's own. */
@FunctionalInterface
public interface FlightTask {
  /**
   * Flies once. Ends soon after the thread is interrupted, with the upstream connection closed.
   *
   * @param leader for whom the call is made; ask it again at every step, it may change
   * @param log takes what is to be shown to the waiters
   * @return how it ended; everything that outlives the flight (cache, ledger) is written before.
   *     Its steps are those told to the log, whatever it says itself
   * @throws InterruptedException if it was interrupted
   */
  Outcome fly(Leader leader, FlightLog log) throws InterruptedException;
}
