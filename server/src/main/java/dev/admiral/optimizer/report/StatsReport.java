package dev.admiral.optimizer.report;

import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;

/** What was counted of a tenant's calls. Thread-safe. */
public final class StatsReport {
  private final CallStatistics statistics;

  public StatsReport(CallStatistics statistics) {
    this.statistics = statistics;
  }

  /** Returns what was counted of a tenant's calls. Sums thousands of series. */
  public StatsResponse stats(String tenant, StatsRequest request) {
    CallStatistics.Snapshot snapshot =
        statistics.snapshot(tenant, request.getAgentId().isEmpty() ? null : request.getAgentId());
    return StatsResponse.newBuilder()
        .setStartTime(Protos.timestamp(snapshot.start()))
        .setTotal(snapshot.total())
        .addAllAgents(snapshot.agents())
        .addAllModels(snapshot.models())
        .setInFlightCount(snapshot.inFlight())
        .build();
  }
}
