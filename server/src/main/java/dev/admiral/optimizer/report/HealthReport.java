package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.guardian.ProcessFigures;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.ServerFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** How each part of the server is, and its figures. Thread-safe. */
public final class HealthReport {
  private final HealthBoard board;
  private final ProcessGauge process;
  private final CallStatistics statistics;
  private final Time time;
  private final Server server;

  /**
   * What does not change while the server runs.
   *
   * @param version version of the server
   * @param start when it started
   */
  public record Server(String version, Instant start) {}

  /** Assembles; nothing is asked yet. */
  public HealthReport(
      HealthBoard board,
      ProcessGauge process,
      CallStatistics statistics,
      Time time,
      Server server) {
    this.board = board;
    this.process = process;
    this.statistics = statistics;
    this.time = time;
    this.server = server;
  }

  /**
   * Returns how each part is, and the figures of the server. Asks the parts, which may read files.
   *
   * @param tenant whose rates and counts are told
   */
  public HealthResponse health(String tenant) {
    List<PartHealth> parts = board.check();
    HealthState state = board.overall(parts);
    HealthResponse.Builder response =
        HealthResponse.newBuilder()
            .setState(state)
            .setFigures(figures(tenant, state))
            .setStartTime(Protos.timestamp(server.start()))
            .setVersion(server.version());
    for (PartHealth part : parts) {
      response.addParts(
          dev.admiral.optimizer.v1.PartHealth.newBuilder()
              .setName(part.name())
              .setState(part.state())
              .setReason(part.reason())
              .setSinceTime(Protos.timestamp(part.since())));
    }
    return response.build();
  }

  private ServerFigures figures(String tenant, HealthState state) {
    ProcessFigures used = process.figures();
    CallStatistics.Counts counts = statistics.counts(tenant);
    ServerFigures.Builder figures =
        ServerFigures.newBuilder()
            .setHeapUsedBytes(used.heapUsedBytes())
            .setHeapLimitBytes(used.heapLimitBytes())
            .setResidentBytes(used.residentBytes())
            .setUptimeDuration(Protos.duration(Duration.between(server.start(), time.now())))
            .setDegraded(state == HealthState.HEALTH_STATE_DEGRADED)
            .setEmergency(state == HealthState.HEALTH_STATE_NOT_SERVING && !board.draining())
            .setFailureRate(counts.failureRate())
            .setSavedRate(counts.savedRate())
            .setInFlightCount(counts.inFlight());
    used.processorRate().ifPresent(figures::setProcessorRate);
    return figures.build();
  }
}
