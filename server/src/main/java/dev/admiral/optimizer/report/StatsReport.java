package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import java.util.List;

/** What was counted of a tenant's calls. Thread-safe. */
public final class StatsReport {
  private final CallStatistics statistics;

  public StatsReport(CallStatistics statistics) {
    this.statistics = statistics;
  }

  /**
   * Returns what was counted of a tenant's calls. Sums thousands of series.
   *
   * @throws CallException if the request's grouping, or the page's size or token is not a legal one
   */
  public StatsResponse stats(String tenant, StatsRequest request) throws CallException {
    Paging.Slice slice = Paging.slice(request.getPageSize(), request.getPageToken());
    CallStatistics.Snapshot snapshot =
        statistics.snapshot(tenant, request.getAgentId().isEmpty() ? null : request.getAgentId());
    Paging.Page<StatsRow> page =
        slice.of(
            switch (request.getGrouping()) {
              case STATS_GROUPING_UNSPECIFIED -> List.of();
              case STATS_GROUPING_AGENT -> snapshot.agents();
              case STATS_GROUPING_MODEL -> snapshot.models();
              case UNRECOGNIZED ->
                  throw new CallException(
                      Failure.Invalid.of("grouping", "is a value this server does not know"));
            });
    return StatsResponse.newBuilder()
        .addAllRows(page.items())
        .setNextPageToken(page.nextToken())
        .setTotal(snapshot.total())
        .setStartTime(Protos.timestamp(snapshot.start()))
        .setInFlightCount(snapshot.inFlight())
        .build();
  }
}
