package dev.admiral.optimizer.learning;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps reported outcomes for the life of the process. */
public final class InMemoryOutcomeStore implements OutcomeStore {
  private final Map<OutcomeRecord.Key, OutcomeRecord> records = new HashMap<>();
  private final Map<OutcomeReport.Id, OutcomeReport> reports = new HashMap<>();

  @Override
  public synchronized CompletableFuture<Kept> load() {
    return CompletableFuture.completedFuture(new Kept(records.values(), reports.values()));
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> write(Change change) {
    records.keySet().removeAll(change.forgotten());
    reports.values().removeIf(report -> change.forgotten().contains(report.key()));
    reports.keySet().removeAll(change.letGo());
    change.gains().forEach(gain -> records.merge(gain.key(), gain, OutcomeRecord::plus));
    change.reports().forEach(report -> reports.put(report.id(), report));
    return CompletableFuture.completedFuture(null);
  }
}
