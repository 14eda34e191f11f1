package dev.admiral.optimizer.learning;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps lessons for the life of the process. */
public final class InMemoryLearningStore implements LearningStore {
  private final Map<FailureRecord.Key, FailureRecord> records = new HashMap<>();

  @Override
  public synchronized List<FailureRecord> load() {
    return List.copyOf(records.values());
  }

  @Override
  public synchronized void write(
      Collection<FailureRecord> changed, Collection<FailureRecord.Key> removed) {
    removed.forEach(records::remove);
    changed.forEach(record -> records.put(record.key(), record));
  }
}
