package dev.admiral.optimizer.fleet;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps agents for the life of the process. */
public final class InMemoryAgentStore implements AgentStore {
  private final Map<List<String>, Agent> agents = new HashMap<>();

  @Override
  public synchronized CompletableFuture<List<Agent>> load() {
    return CompletableFuture.completedFuture(List.copyOf(agents.values()));
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> add(Collection<Agent> gains) {
    for (Agent gain : gains) {
      agents.merge(List.of(gain.tenant(), gain.name()), gain, InMemoryAgentStore::sum);
    }
    return CompletableFuture.completedFuture(null);
  }

  private static Agent sum(Agent kept, Agent gain) {
    boolean later = !gain.lastSeen().isBefore(kept.lastSeen());
    return new Agent(
        kept.tenant(),
        kept.name(),
        later && !gain.group().isEmpty() ? gain.group() : kept.group(),
        kept.calls() + gain.calls(),
        kept.spent().plus(gain.spent()),
        kept.saved().plus(gain.saved()),
        earlier(kept.created(), gain.created()),
        later ? gain.lastSeen() : kept.lastSeen());
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> forget(String tenant, String name) {
    agents.remove(List.of(tenant, name));
    return CompletableFuture.completedFuture(null);
  }
}
