package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.GrpcSettings;
import dev.admiral.optimizer.config.HttpSettings;
import dev.admiral.optimizer.config.LiveConfig;
import dev.admiral.optimizer.config.MetricsSettings;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.grpc.GrpcServices;
import dev.admiral.optimizer.grpc.GrpcServicesBuilder;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.http.HttpFront;
import dev.admiral.optimizer.http.VendorEndpoints;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.dashboard.Dashboard;
import dev.admiral.optimizer.http.health.HealthEndpoints;
import dev.admiral.optimizer.http.metrics.MetricSources;
import dev.admiral.optimizer.http.metrics.MetricsEndpoint;
import dev.admiral.optimizer.pipeline.OutcomeReports;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.report.CallReport;
import dev.admiral.optimizer.report.HealthReport;
import dev.admiral.optimizer.report.LearningReport;
import dev.admiral.optimizer.report.LedgerReport;
import dev.admiral.optimizer.report.LimitReport;
import dev.admiral.optimizer.report.ModelReport;
import dev.admiral.optimizer.report.StatsReport;
import dev.admiral.optimizer.telemetry.SpanCounts;
import io.grpc.ServerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What listens: gRPC, and HTTP with the dashboard. When it closes callers leave first: probes are
 * told, no new call is taken, and running calls may end as long as configured.
 */
final class Ports implements AutoCloseable {
  final GrpcPort grpc;
  final HttpPort http;

  private final Engine engine;
  private final LiveConfig live;
  private final Program program;
  private final Opened opened;
  private final CallStart calls;
  private final HealthReport health;
  private final GrpcServices services;

  /** The two ports as metrics see them, which may be asked before both are open. */
  private volatile @Nullable GrpcPort openGrpc;

  private volatile @Nullable HttpPort openHttp;

  /** Where both listen and with which certificate, judged before anything is opened. */
  record Addresses(InetAddress grpc, InetAddress http, ServerCredentials credentials) {
    static Addresses of(Config config, Environment environment) throws ConfigException {
      Config.Doors doors = config.doors();
      boolean guarded = config.access().guarded();
      InetAddress grpc = Exposure.address("grpc", doors.grpc().host(), doors.grpc(), guarded);
      InetAddress http = Exposure.address("http", doors.http().host(), doors.grpc(), guarded);
      Exposure.ownPorts(doors);
      return new Addresses(grpc, http, TlsFiles.credentials(doors.grpc().tls(), environment));
    }
  }

  private Ports(
      LiveConfig live,
      Environment environment,
      Addresses addresses,
      Engine engine,
      Path directory,
      Program program,
      Opened opened)
      throws ConfigException, StartException, IOException {
    this.engine = engine;
    this.live = live;
    this.program = program;
    this.opened = opened;
    Config config = live.started();
    GrpcSettings settings = config.doors().grpc();
    this.calls =
        new CallStart(
            engine.pipeline,
            engine.intake,
            new TokenCounts(engine.router, engine.backends.providers()),
            engine.timer,
            engine.time,
            live.part(c -> c.doors().grpc().defaultDeadline()));
    ProcessGauge process = ProcessGauge.ofThisProcess(engine.time);
    this.health =
        new HealthReport(
            engine.board,
            process,
            engine.statistics,
            engine.time,
            new HealthReport.Server(program.version(), program.started()));
    this.services = services(settings);
    this.grpc =
        opened.add(
            "gRPC",
            GrpcPort.open(
                settings,
                addresses.grpc(),
                addresses.credentials(),
                services.transportLimit(),
                services.definitions()));
    this.openGrpc = grpc;
    this.http =
        opened.add(
            "HTTP",
            HttpPort.open(
                config.doors().http(),
                addresses.http(),
                TlsFiles.forHttp(settings.tls(), environment),
                settings.drainTimeout(),
                front(metrics(process))));
    this.openHttp = http;
    opened.add(EndpointsFile.NAME, EndpointsFile.write(directory, endpoints(config.doors())));
    opened.beforeClosing("calls", this::drain);
  }

  /**
   * Opens both ports.
   *
   * @param directory where it is written which ports they are
   * @throws ConfigException if certificates cannot be used
   * @throws StartException if a port cannot be had
   */
  static Ports open(
      LiveConfig live,
      Environment environment,
      Addresses addresses,
      Engine engine,
      Path directory,
      Program program)
      throws ConfigException, StartException, IOException {
    return Opened.whole(
        opened -> new Ports(live, environment, addresses, engine, directory, program, opened));
  }

  private GrpcServices services(GrpcSettings settings) {
    return new GrpcServicesBuilder(engine.virtualThreads)
        .models(calls, engine.time)
        .outcomes(
            new OutcomeReports(
                engine.outcomes, engine.cache.answers(), engine.journal, engine.ledger),
            engine.fleet)
        .figures(
            health,
            new StatsReport(engine.statistics),
            new ModelReport(
                engine.backends.catalogue(),
                engine.backends.prices(),
                engine.modelHealth,
                engine.time),
            new LearningReport(engine.failures, engine.outcomes))
        .fleet(engine.fleet, new LimitReport(engine.limiter))
        .calls(new CallReport(engine.journal))
        .ledger(new LedgerReport(engine.ledger))
        .events(engine.events)
        .cache(engine.cache, engine.events)
        .build(
            engine.keys,
            new GrpcServices.Settings(settings.maxRequestBytes(), engine.traces != null));
  }

  private MetricsEndpoint metrics(ProcessGauge process) {
    return new MetricsEndpoint(
        engine.statistics,
        engine.modelHealth,
        new MetricSources()
            .cache(engine.cache::metrics)
            .limits(engine.limiter)
            .flow(engine.flights::inFlight, engine.ledger, engine.events)
            .traces(() -> engine.traces == null ? SpanCounts.NONE : engine.traces.counts())
            .observers(engine.pipeline::observerTroubles)
            .parts(engine.board)
            .ports(
                () -> openGrpc == null ? 0 : openGrpc.connections(),
                () -> openHttp == null ? 0 : openHttp.connections(),
                status -> openHttp == null ? 0 : openHttp.requests(status))
            .machine(process, program.version()),
        engine.keys,
        engine.virtualThreads,
        live.part(c -> told(c.observing().metrics())));
  }

  private static MetricsEndpoint.Settings told(MetricsSettings metrics) {
    return new MetricsEndpoint.Settings(
        metrics.allowAnonymous(), metrics.perAgent(), metrics.maxModels());
  }

  private HttpFront front(MetricsEndpoint metrics) {
    HttpSettings settings = live.started().doors().http();
    Dashboard dashboard =
        opened.add(
            "dashboard",
            new Dashboard(
                services.definitions(),
                engine.keys,
                engine.timer,
                engine.virtualThreads,
                new Dashboard.Settings(
                    settings.maxWatchers(), settings.maxRequestBytes(), settings.bodyTimeout())));
    HttpCalls httpCalls =
        new HttpCalls(
            calls,
            engine.keys,
            engine.timer,
            engine.time,
            new HttpCalls.Settings(
                settings.maxRequestBytes(),
                settings.bodyTimeout(),
                settings.heartbeatInterval(),
                engine.traces != null));
    return new HttpFront(
        engine.keys,
        new VendorEndpoints(
            httpCalls, engine.backends.catalogue(), engine.virtualThreads, engine.time),
        metrics,
        new HealthEndpoints(
            engine.board,
            health,
            engine.keys,
            engine.virtualThreads,
            settings.readinessRequiresStores()),
        dashboard,
        Set.copyOf(settings.allowedHosts()));
  }

  private EndpointsFile.Endpoints endpoints(Config.Doors doors) {
    boolean tls = doors.grpc().tls().on();
    return new EndpointsFile.Endpoints(
        new EndpointsFile.Endpoint(doors.grpc().host(), grpc.port(), tls),
        new EndpointsFile.Endpoint(doors.http().host(), http.port(), tls),
        ProcessHandle.current().pid(),
        program.started(),
        program.version());
  }

  private void drain() throws Exception {
    grpc.leave();
    engine.board.drain();
    engine.pipeline.drain();
    services.drain();
    // Both ports at once: their callers leave together.
    http.drain();
  }

  @Override
  public void close() {
    opened.close();
  }
}
