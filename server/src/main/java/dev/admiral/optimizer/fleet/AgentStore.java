package dev.admiral.optimizer.fleet;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * Keeps what is known of agents from one run of the server to the next. Safe for use by one thread
 * at a time.
 */
public interface AgentStore {

  /**
   * Returns every agent, in no particular order.
   *
   * @throws IOException if they cannot be read
   */
  List<Agent> load() throws IOException;

  /**
   * Writes agents in place of what was kept of them, all or none.
   *
   * @throws IOException if they cannot be written now
   */
  void save(Collection<Agent> agents) throws IOException;

  /**
   * Erases an agent; does nothing if it is not kept.
   *
   * @throws IOException if it cannot be erased now
   */
  void forget(String tenant, String name) throws IOException;
}
