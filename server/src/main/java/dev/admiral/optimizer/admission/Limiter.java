package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Caller;
import java.util.List;
import java.util.Map;

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

  /**
   * Returns the limits as they stand now: those of all providers, which tenants share, and those of
   * the agents of one tenant that called of late; in order of subject and name.
   */
  List<LimitLevel> levels(String tenant);

  /** Returns how many calls were refused since the server started, of all tenants together. */
  Refusals refusals();

  /**
   * Calls that were refused.
   *
   * @param agents by the limit of an agent
   * @param providers by the limit of a provider, by its name
   */
  record Refusals(long agents, Map<String, Long> providers) {}
}
