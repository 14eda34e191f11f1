package dev.admiral.optimizer.learning;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps lessons for the life of the process. */
public final class InMemoryLearningStore implements LearningStore {
  private final Map<FailureRecord.Key, FailureRecord> records = new HashMap<>();

  @Override
  public synchronized CompletableFuture<List<FailureRecord>> load() {
    return CompletableFuture.completedFuture(List.copyOf(records.values()));
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> write(Change change) {
    records.keySet().removeAll(change.forgotten());
    for (AgentName name : change.forgottenAgents()) {
      records.replaceAll((key, record) ->
          key.tenant().equals(name.tenant()) ? without(record, name.agent()) : record);
    }
    change.gains().forEach(gain -> records.merge(gain.key(), gain, FailureRecord::plus));
    return CompletableFuture.completedFuture(null);
  }

  private static FailureRecord without(FailureRecord record, String agent) {
    Set<String> agents = new HashSet<>(record.agents());
    agents.remove(agent);
    return new FailureRecord(
        record.key(), record.count(), agents, record.first(), record.last(), record.httpStatus());
  }
}
