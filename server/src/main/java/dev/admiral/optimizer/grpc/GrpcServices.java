package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.pipeline.OutcomeReports;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.routing.Catalogue;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The services of the contract, ready to be put into a gRPC server whose executor is the calling
 * thread.
 */
public final class GrpcServices {
  /**
   * What the transport may take beyond the limit on requests, so that the contract's own error
   * speaks first.
   */
  private static final int TRANSPORT_MARGIN_BYTES = 64 << 20;

  private final List<ServerServiceDefinition> definitions;
  private final Reports reports;
  private final EventGrpcService events;

  private GrpcServices(
      List<ServerServiceDefinition> definitions, Reports reports, EventGrpcService events) {
    this.definitions = definitions;
    this.reports = reports;
    this.events = events;
  }

  /**
   * What the services are told once.
   *
   * @param maxRequestBytes largest request taken
   * @param defaultDeadline how long a call may last whose caller set no deadline
   * @param version version of the server
   * @param start when the server started
   * @param traced true if callers' own traces are of interest
   */
  public record Settings(
      int maxRequestBytes,
      Live<Duration> defaultDeadline,
      String version,
      Instant start,
      boolean traced) {}

  /** Returns the limit the transport is to be given: above {@link Settings#maxRequestBytes()}. */
  public static int transportLimit(Settings settings) {
    return (int)
        Math.min(Integer.MAX_VALUE, settings.maxRequestBytes() + (long) TRANSPORT_MARGIN_BYTES);
  }

  /**
   * Assembles the services.
   *
   * @param timer ends calls of callers without a deadline
   */
  public static GrpcServices of(
      Engines engines,
      CallPipeline pipeline,
      CallIntake intake,
      Catalogue catalogue,
      HealthBoard board,
      ProcessGauge process,
      Keys keys,
      ScheduledExecutorService timer,
      Settings settings) {
    CallStarter starter =
        new CallStarter(pipeline, intake, settings.defaultDeadline(), timer, engines.time());
    Reports reports = new Reports(engines, catalogue, board, process, settings);
    EventGrpcService events = new EventGrpcService(engines.events());
    List<BindableService> services =
        List.of(
            new OptimizerGrpcService(
                starter,
                new TokenCounts(engines),
                reports,
                new OutcomeReports(engines),
                engines.fleet(),
                engines.virtualThreads()),
            new FleetGrpcService(engines.fleet(), reports, engines.virtualThreads()),
            new CallGrpcService(reports, engines.virtualThreads()),
            new LedgerGrpcService(engines.ledger(), engines.virtualThreads()),
            events,
            new CacheGrpcService(engines.cache(), engines.events(), engines.virtualThreads()));
    RequestGuard guard = new RequestGuard(settings.maxRequestBytes());
    CallIdentity identity = new CallIdentity(keys, settings.traced());
    return new GrpcServices(
        services.stream()
            .map(service ->
                ServerInterceptors.intercept(guard.guard(service.bindService()), identity))
            .toList(),
        reports,
        events);
  }

  /** Returns the services, to be put into a server. */
  public List<ServerServiceDefinition> definitions() {
    return definitions;
  }

  /** Returns what the server tells of itself. */
  public Reports reports() {
    return reports;
  }

  /** Ends the streams that would go on for ever: those of watchers. */
  public void drain() {
    events.drain();
  }
}
