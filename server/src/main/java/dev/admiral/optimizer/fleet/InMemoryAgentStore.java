package dev.admiral.optimizer.fleet;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps agents for the life of the process. */
public final class InMemoryAgentStore implements AgentStore {
  private final Map<List<String>, Agent> agents = new HashMap<>();

  @Override
  public synchronized List<Agent> load() {
    return List.copyOf(agents.values());
  }

  @Override
  public synchronized void save(Collection<Agent> changed) {
    changed.forEach(agent -> agents.put(List.of(agent.tenant(), agent.name()), agent));
  }

  @Override
  public synchronized void forget(String tenant, String name) {
    agents.remove(List.of(tenant, name));
  }
}
