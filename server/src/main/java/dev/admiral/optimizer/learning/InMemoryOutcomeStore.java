package dev.admiral.optimizer.learning;

import java.util.HashMap;
import java.util.Map;

/** Keeps reported outcomes for the life of the process. */
public final class InMemoryOutcomeStore implements OutcomeStore {
  private final Map<OutcomeRecord.Key, OutcomeRecord> records = new HashMap<>();
  private final Map<OutcomeReport.Id, OutcomeReport> reports = new HashMap<>();

  @Override
  public synchronized Kept load() {
    return new Kept(records.values(), reports.values());
  }

  @Override
  public synchronized void write(Change change) {
    records.keySet().removeAll(change.forgotten());
    reports.values().removeIf(report -> change.forgotten().contains(report.key()));
    change.records().forEach(record -> records.put(record.key(), record));
    change.reports().forEach(report -> reports.put(report.id(), report));
    reports
        .values()
        .removeIf(
            report -> report.number() < change.oldest().getOrDefault(report.id().tenant(), 0L));
  }
}
