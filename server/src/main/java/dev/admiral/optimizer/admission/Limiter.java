package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Caller;

/** Holds calls to the limits. Safe for concurrent use. */
public interface Limiter {

  /**
   * Asks whether an agent may make another call now, cached answers included. Never blocks; made
   * for event loops.
   *
   * @return a permit, or the agent's own limit and the wait
   */
  Admission admitCaller(Caller caller);

  /**
   * Asks whether a provider may be sent another request. A limiter with a queue waits its turn, no
   * longer than the demand's deadline; call it from a thread that may block.
   *
   * @return a permit, or the limit that refused and the wait
   * @throws InterruptedException if the thread was interrupted while it waited; nothing is held
   *     then
   */
  Admission admitAttempt(Demand demand) throws InterruptedException;
}
