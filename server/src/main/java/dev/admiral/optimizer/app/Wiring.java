package dev.admiral.optimizer.app;

import static java.util.Objects.requireNonNull;

import dev.admiral.optimizer.admission.RequestRateLimiter;
import dev.admiral.optimizer.app.Watchdog.Door;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.cache.SingleFlight;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.ConfigWatch;
import dev.admiral.optimizer.config.Durability;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.GrpcSettings;
import dev.admiral.optimizer.config.HttpSettings;
import dev.admiral.optimizer.config.LiveConfig;
import dev.admiral.optimizer.config.MetricsSettings;
import dev.admiral.optimizer.config.ProviderDiscovery;
import dev.admiral.optimizer.config.ProviderEntry;
import dev.admiral.optimizer.config.Upstreams;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.FanOut;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.grpc.GrpcServices;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.http.HttpFront;
import dev.admiral.optimizer.http.dashboard.Dashboard;
import dev.admiral.optimizer.http.health.HealthEndpoints;
import dev.admiral.optimizer.http.metrics.MetricsEndpoint;
import dev.admiral.optimizer.http.metrics.Sources;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.Providers;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.store.DataDirectory;
import dev.admiral.optimizer.store.Schema;
import dev.admiral.optimizer.store.SqliteAgentStore;
import dev.admiral.optimizer.store.SqliteDatabase;
import dev.admiral.optimizer.store.SqliteLearningStore;
import dev.admiral.optimizer.store.SqliteLedgerStore;
import dev.admiral.optimizer.store.SqliteOutcomeStore;
import dev.admiral.optimizer.store.SqliteResponseStore;
import dev.admiral.optimizer.telemetry.CallTraces;
import dev.admiral.optimizer.telemetry.SpanCounts;
import dev.admiral.optimizer.v1.HealthState;
import io.grpc.ServerCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where everything is put together. {@link #start} reads from top to bottom: each
 * part is made of those above it, and whatever must be stopped is written down as it is started.
 * {@link #close} goes through those notes backwards, so that nothing outlives what it leans on:
 * callers leave first, then the engine writes what it holds, then files are closed.
 */
final class Wiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Wiring.class);
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  /** After the last caller a flight has its grace, and then to close a connection. */
  private static final Duration LAST_FLIGHTS = Duration.ofSeconds(5);

  /** For everything else to stop once calls have ended or were ended. */
  private static final Duration STOP_AFTER_DRAIN = Duration.ofSeconds(30);

  private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  /** As long as log.max_similar_failures is said to go. */
  private static final Duration ALIKE_INTERVAL = Duration.ofSeconds(10);

  private static final Duration PREPARE_WAIT = Duration.ofMinutes(1);

  /** What is stopped, latest first. */
  private final Deque<Running> running = new ArrayDeque<>();

  private final ConfigFile file;
  private final Environment environment;
  private final Config config;
  private final LiveConfig live;
  private final Time time;

  /** Set once the server has started. */
  private volatile @Nullable GrpcPort port;

  /** Set once the server has started. */
  private volatile @Nullable HttpPort httpPort;

  private record Running(String name, AutoCloseable part) {}

  private Wiring(ConfigFile file, Config config, Time time) {
    this.file = file;
    this.environment = file.environment();
    this.config = config;
    this.live = new LiveConfig(config);
    this.time = time;
  }

  /**
   * Starts a server.
   *
   * @param version version of the server
   * @throws ConfigException if the configuration asks for what cannot be
   * @throws StartException if the server cannot start here and now
   */
  static Wiring start(ConfigFile file, String version, Time time)
      throws ConfigException, StartException {
    String text = file.text();
    List<String> warnings = new ArrayList<>();
    Wiring wiring = new Wiring(file, file.read(text, warnings::add), time);
    try {
      Logs.apply(wiring.config.observing().log());
      warnings.forEach(warning -> log.warn("{}", warning));
      wiring.start(text, version);
      return wiring;
    } catch (IOException e) {
      wiring.close();
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (ConfigException | StartException | RuntimeException | Error e) {
      wiring.close();
      throw e;
    }
  }

  private void start(String text, String version)
      throws ConfigException, StartException, IOException {
    final Instant started = time.now();

    // What can be judged without opening anything.
    final GrpcSettings grpc = config.doors().grpc();
    final HttpSettings http = config.doors().http();
    final Config.Kept kept = config.kept();
    final boolean guarded = config.access().guarded();
    final InetAddress address =
        Exposure.address("grpc", grpc.host(), grpc, guarded);
    final InetAddress httpAddress =
        Exposure.address("http", http.host(), grpc, guarded);
    Exposure.ownPorts(config.doors());
    final ServerCredentials credentials = TlsFiles.credentials(grpc.tls(), environment);
    final PriceBook listed = PriceBook.builtInWith(config.upstreams().prices());

    // What is kept.
    final DataDirectory data = opened("data directory", DataDirectory.open(kept.dataDir()));
    final SqliteDatabase main = database(data, Schema.MAIN);
    final SqliteDatabase learningFile = database(data, Schema.LEARNING);
    final SqliteDatabase agents = database(data, Schema.AGENTS);
    // All at once, beside what follows.
    final List<CompletableFuture<?>> prepared =
        List.of(main.prepare(), learningFile.prepare(), agents.prepare());

    // What runs things.
    final Executor virtualThreads = task -> Thread.ofVirtual().name("call").start(task);
    final ScheduledExecutorService timer = opened("timer", Threads.timer("timer"));
    final Chores chores = opened("chores", new Chores(Threads.timer("chores")));

    // Who answers: decided here, as starting a simulator takes as long as opening the files.
    final Upstreams upstreams = config.upstreams().with(providers());
    for (CompletableFuture<?> file : prepared) {
      await(file);
    }
    final PriceBook prices = listed.withVendors(upstreams.vendors());

    // The engine.
    final EventBus events = new FanOut(kept.events(), time);
    final Keys keys = new Keys(live.part(c -> c.access().keys()));
    final Fleet fleet =
        new Fleet(
            new SqliteAgentStore(agents, kept.ledger().writeWait()),
            config.access().maxAgents(),
            time,
            agent -> events.publish(agent.tenant(), registered(agent)));
    fleet.load();
    final FailureLog learning =
        new FailureLog(
            new SqliteLearningStore(learningFile, kept.ledger().writeWait()),
            kept.learning().failures(),
            time);
    learning.load();
    final OutcomeLog outcomes =
        new OutcomeLog(
            new SqliteOutcomeStore(learningFile, kept.ledger().writeWait()),
            kept.learning().outcomes(),
            time);
    outcomes.load();
    final Ledger ledger =
        opened(
            "ledger",
            new Ledger(new SqliteLedgerStore(main), kept.ledger(), time));
    ledger.start();
    final ResponseCache cache =
        opened(
            "cache",
            new ResponseCache(
                config.serving().cache(),
                new SqliteResponseStore(main),
                time,
                new Random(),
                Threads.named("cache")));
    cache.start();
    final SingleFlight flights =
        new SingleFlight(config.serving().coalescing(), virtualThreads, timer, time);
    final RequestRateLimiter limiter =
        new RequestRateLimiter(
            live.part(c -> c.serving().limits().law().withProviders(upstreams.requestsPerMinute())),
            config.serving().limits().maxAgents(),
            time);
    final ModelHealth modelHealth =
        new ModelHealth(
            live.part(c -> c.serving().circuitBreaker()),
            time,
            (provider, model, state) -> events.publishToAll(changed(provider, model, state)));
    final Catalogue catalogue = upstreams.catalogue();
    final Router router = new Router(catalogue, new Expectations(prices, modelHealth, time));
    final Map<String, Provider> vendors = vendors(upstreams.providers());

    // Who is told of its end.
    final CallLog callLog = new CallLog(live.part(c -> c.observing().log()));
    final CallTraces traces = traces(version);

    // The life of a call.
    final Engines engines =
        new Engines(
            cache,
            flights,
            limiter,
            router,
            modelHealth,
            new Backoff(
                live.part(c -> c.serving().retry().backoff()),
                () -> ThreadLocalRandom.current().nextDouble()),
            vendors,
            prices,
            ledger,
            fleet,
            events,
            new CallStatistics(kept.statistics(), time),
            learning,
            outcomes,
            new CallJournal(live.part(c -> c.kept().calls())),
            traces == null ? List.of(callLog) : List.of(callLog, traces),
            time,
            virtualThreads);
    final CallPipeline pipeline =
        new CallPipeline(engines, live.part(c -> c.serving().retry().policy()));
    final CallIntake intake = new CallIntake(
            fleet, live.part(c -> CacheUse.unsaid(c.serving().cache().timeToLive())), time);

    // How each part is.
    final HealthBoard board =
        new HealthBoard(
            part ->
                events.publishToAll(
                    new Event.PartHealthChanged(
                        part.name(), part.state(), part.reason(), part.since())),
            time);
    vendors.forEach((name, vendor) -> board.add("provider/" + name, Checks.of(vendor, time)));
    board.add("store/main", Checks.of(main));
    board.add("store/learning", Checks.of(learningFile));
    board.add("store/agents", Checks.of(agents));
    board.add("outcomes", Checks.of(outcomes));
    board.addEssential("ledger", Checks.of(ledger));
    board.add("cache", Checks.of(cache));

    // What is done now and then; the last flush comes when nobody calls any more.
    chores.every(FLUSH_INTERVAL, "writing agents", fleet::flush);
    chores.every(FLUSH_INTERVAL, "writing lessons", learning::flush);
    chores.every(FLUSH_INTERVAL, "writing outcomes", outcomes::flush);
    chores.every(ALIKE_INTERVAL, "summing up failed calls", callLog::sumUp);
    running.push(new Running("last sum of failed calls", callLog::sumUp));
    running.push(new Running("last flush of agents", fleet::flush));
    running.push(new Running("last flush of lessons", learning::flush));
    running.push(new Running("last flush of outcomes", outcomes::flush));
    running.push(
        new Running(
            "flights",
            () -> {
              if (!pipeline.awaitFlights(LAST_FLIGHTS)) {
                log.warn("some upstream calls did not end; what they cost may be missing");
              }
            }));

    // What is told of it.
    final ProcessGauge gauge = ProcessGauge.ofThisProcess(time);
    final MetricsEndpoint metrics =
        new MetricsEndpoint(
            new Sources(
                engines,
                board,
                gauge,
                () -> port == null ? 0 : port.connections(),
                () -> httpPort == null ? 0 : httpPort.connections(),
                status -> httpPort == null ? 0 : httpPort.requests(status),
                () -> traces == null ? SpanCounts.NONE : traces.counts(),
                version),
            keys,
            live.part(c -> metrics(c.observing().metrics())));

    // The door.
    final Live<Duration> deadline = live.part(c -> c.doors().grpc().defaultDeadline());
    final GrpcServices.Settings settings =
        new GrpcServices.Settings(
            grpc.maxRequestBytes(),
            deadline,
            version,
            started,
            traces != null);
    final GrpcServices services =
        GrpcServices.of(engines, pipeline, intake, catalogue, board, gauge, keys, timer, settings);
    final GrpcPort door =
        opened(
            "gRPC",
            GrpcPort.open(
                grpc,
                address,
                credentials,
                GrpcServices.transportLimit(settings),
                services.definitions()));
    port = door;
    final Dashboard dashboard =
        opened(
            "dashboard",
            new Dashboard(
                services.definitions(),
                keys,
                timer,
                virtualThreads,
                new Dashboard.Settings(
                    http.maxWatchers(), http.maxRequestBytes(), http.bodyTimeout())));
    final HttpFront front =
        new HttpFront(
            engines,
            pipeline,
            intake,
            catalogue,
            keys,
            metrics,
            new HealthEndpoints(
                board, services.reports(), keys, virtualThreads, http.readinessRequiresStores()),
            timer,
            dashboard,
            new HttpFront.Settings(
                http.maxRequestBytes(),
                http.bodyTimeout(),
                deadline,
                http.heartbeatInterval(),
                Set.copyOf(http.allowedHosts()),
                traces != null));
    final HttpPort web =
        opened(
            "HTTP",
            HttpPort.open(
                http,
                httpAddress,
                TlsFiles.forHttp(grpc.tls(), environment),
                grpc.drainTimeout(),
                front));
    httpPort = web;
    opened(
        EndpointsFile.NAME,
        EndpointsFile.write(
            data.path(),
            new EndpointsFile.Endpoints(
                new EndpointsFile.Endpoint(
                    grpc.host(), door.port(), grpc.tls().on()),
                new EndpointsFile.Endpoint(
                    http.host(), web.port(), grpc.tls().on()),
                ProcessHandle.current().pid(),
                started,
                version)));
    running.push(
        new Running(
            "calls",
            () -> {
              door.leave();
              board.drain();
              pipeline.drain();
              services.drain();
              // Both ports at once: their callers leave together.
              web.drain();
            }));

    chores.every(
        HEALTH_INTERVAL, "checking health", () -> door.report(board.overall(board.check())));

    ConfigWatch watch = new ConfigWatch(file, text, config, new Reload(live));
    chores.every(LOOK_INTERVAL, "reading the configuration", watch::look);

    log.info(
        "Admiral {} answers gRPC on {}:{} and HTTP, the dashboard too, on {}://{}:{}/; data in {}",
        version,
        grpc.host(),
        door.port(),
        grpc.tls().on() ? "https" : "http",
        http.host().contains(":")
            ? "[" + http.host() + "]"
            : http.host(),
        web.port(),
        data.path());

    // Who started it.
    final ServiceManager manager = ServiceManager.of(environment, ProcessHandle.current().pid());
    if (manager.listens()) {
      tell(
          manager,
          board,
          List.of(Door.grpc(address, door.port()), Door.http(httpAddress, web.port(), web::open)),
          chores);
    }
  }

  /** Tells a service manager from now on how the server is. */
  private void tell(ServiceManager manager, HealthBoard board, List<Door> doors, Chores chores) {
    Duration stop = config.doors().grpc().drainTimeout().plus(STOP_AFTER_DRAIN);
    running.push(new Running("telling that the server stops", () -> manager.stopping(stop)));
    try {
      manager.serving(status(board, doors));
    } catch (IOException e) {
      log.warn("the service manager is told again in a moment: {}", e.getMessage());
    }
    chores.every(
        HEALTH_INTERVAL,
        "telling the service manager",
        () -> manager.serving(status(board, doors)));
    manager
        .watchdog()
        .ifPresent(limit ->
            opened("watchdog", new Watchdog(manager, limit, doors, Threads.timer("watchdog")))
                .start());
  }

  private static String status(HealthBoard board, List<Door> doors) {
    String where =
        doors.stream()
            .map(door -> door.name() + " on port " + door.address().getPort())
            .collect(Collectors.joining(", "));
    List<String> failing =
        board.check().stream()
            .filter(part -> part.state() != HealthState.HEALTH_STATE_SERVING)
            .map(PartHealth::name)
            .toList();
    return where
        + (failing.isEmpty() ? "; all is well" : "; not well: " + String.join(", ", failing));
  }

  /** Waits until the server no longer answers. */
  void await() throws InterruptedException {
    if (port != null) {
      port.await();
    }
  }

  /** Returns the port that gRPC was given. */
  int port() {
    return requireNonNull(port).port();
  }

  /** Returns the port that HTTP was given. */
  int httpPort() {
    return requireNonNull(httpPort).port();
  }

  /** Returns how many calls by HTTP have clients that wait for the end. */
  int unendedHttpCalls() {
    return requireNonNull(httpPort).unendedCalls();
  }

  /**
   * Stops the server: tells probes and callers, lets running calls end as long as configured,
   * writes what is held in memory, and gives up the data directory. Blocks. What fails to stop is
   * logged and does not keep the rest from stopping.
   */
  @Override
  public void close() {
    while (!running.isEmpty()) {
      Running next = running.pop();
      try {
        next.part().close();
      } catch (Exception e) {
        log.error("{} did not stop cleanly", next.name(), e);
      }
    }
  }

  /** Returns what traces calls; null, with nothing loaded for it, if nobody asked for traces. */
  private @Nullable CallTraces traces(String version) {
    return config
        .observing()
        .traces()
        .map(settings ->
            opened("traces", CallTraces.open(settings, version, Threads.named("traces"))))
        .orElse(null);
  }

  /** Returns the providers to use: those configured, else those found, else simulated ones. */
  private List<ProviderEntry> providers() throws ConfigException, StartException {
    List<ProviderEntry> configured = config.upstreams().providers();
    if (!configured.isEmpty()) {
      return configured;
    }
    List<ProviderEntry> found =
        ProviderDiscovery.find(environment, ProviderDiscovery::ollamaAnswers);
    if (!found.isEmpty()) {
      log.info(
          "no providers are configured; found {}",
          found.stream().map(ProviderEntry::name).toList());
      return found;
    }
    if (!BuiltInSimulator.present()) {
      throw new StartException(
          "there is no provider: configure one under providers, or set one of "
              + String.join(", ", ProviderDiscovery.variables()));
    }
    BuiltInSimulator simulator = opened("simulator", BuiltInSimulator.start());
    log.warn(
        "NO PROVIDER IS CONFIGURED AND NO KEY WAS FOUND: every answer is MADE UP by the built-in"
            + " simulator at {}. For real answers set one of {}, or configure providers.",
        simulator.address(),
        String.join(", ", ProviderDiscovery.variables()));
    return simulator.providers();
  }

  private Map<String, Provider> vendors(List<ProviderEntry> providers) throws ConfigException {
    Map<String, Provider> vendors = new LinkedHashMap<>();
    for (ProviderEntry provider : providers) {
      try {
        Provider vendor = Providers.create(provider.settings(), time);
        running.push(new Running("provider " + provider.name(), vendor::close));
        vendors.put(provider.name(), vendor);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(
            "the provider '" + provider.name() + "' cannot be used: " + e.getMessage());
      }
    }
    return vendors;
  }

  private SqliteDatabase database(DataDirectory data, Schema schema) throws IOException {
    return opened(
        schema.name(),
        SqliteDatabase.open(
            data.file(schema), schema, SqliteDatabase.Settings.of(durability(config.kept().durability())), time));
  }

  /** Waits until a file can be used: making or changing one may take a while on a slow disk. */
  private static void await(CompletableFuture<?> prepared) throws IOException {
    try {
      prepared.get(PREPARE_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "the files in the data directory are not ready after "
              + PREPARE_WAIT.toSeconds()
              + " s; check its disk",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the start was interrupted", e);
    }
  }

  private <T extends AutoCloseable> T opened(String name, T part) {
    running.push(new Running(name, part));
    return part;
  }

  private static SqliteDatabase.Durability durability(Durability durability) {
    return switch (durability) {
      case PROCESS -> SqliteDatabase.Durability.PROCESS;
      case POWER -> SqliteDatabase.Durability.POWER;
    };
  }

  private static MetricsEndpoint.Settings metrics(MetricsSettings metrics) {
    return new MetricsEndpoint.Settings(
        metrics.allowAnonymous(), metrics.perAgent(), metrics.maxModels());
  }

  private static Event registered(Agent agent) {
    return new Event.AgentRegistered(agent.name(), agent.group());
  }

  private static Event changed(String provider, String model, ModelHealth.State state) {
    return new Event.ModelHealthChanged(
        provider,
        model,
        switch (state) {
          case OPEN -> Event.ModelHealthChanged.Health.OPENED;
          case PROBING -> Event.ModelHealthChanged.Health.PROBING;
          case CLOSED -> Event.ModelHealthChanged.Health.CLOSED;
        });
  }
}
