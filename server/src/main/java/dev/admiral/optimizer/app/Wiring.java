package dev.admiral.optimizer.app;

import static java.util.Objects.requireNonNull;

import dev.admiral.optimizer.app.Watchdog.Door;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.ConfigWatch;
import dev.admiral.optimizer.config.GrpcSettings;
import dev.admiral.optimizer.config.HttpSettings;
import dev.admiral.optimizer.config.LiveConfig;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.store.sqlite.SqliteStores;
import dev.admiral.optimizer.v1.HealthState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where everything is put together, in three parts: what is kept ({@link
 * SqliteStores}), what serves ({@link Engine}), what listens ({@link Ports}). Each is made of those
 * before it and closes what it opened; {@link #close} closes the last first, so that callers leave,
 * then the engine writes what it holds, then files are closed.
 */
final class Wiring implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Wiring.class);

  /** For everything else to stop once calls have ended or were ended. */
  private static final Duration STOP_AFTER_DRAIN = Duration.ofSeconds(30);

  private static final Duration HEALTH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private final Opened opened = new Opened();

  /** Set once the server has started. */
  private volatile @Nullable Ports ports;

  private Wiring() {}

  /**
   * Starts a server.
   *
   * @param version version of the server
   * @throws ConfigException if the configuration asks for what cannot be
   * @throws StartException if the server cannot start here and now
   */
  static Wiring start(ConfigFile file, String version, Time time)
      throws ConfigException, StartException {
    Program program = new Program(version, time.now(), time);
    String text = file.text();
    List<String> warnings = new ArrayList<>();
    Config config = file.read(text, warnings::add);
    Wiring wiring = new Wiring();
    try {
      Logs.apply(config.observing().log());
      warnings.forEach(warning -> log.warn("{}", warning));
      wiring.start(file, text, new LiveConfig(config), program);
      return wiring;
    } catch (IOException e) {
      wiring.close();
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (ConfigException | StartException | RuntimeException | Error e) {
      wiring.close();
      throw e;
    }
  }

  private void start(ConfigFile file, String text, LiveConfig live, Program program)
      throws ConfigException, StartException, IOException {
    Config config = live.started();
    Ports.Addresses addresses = Ports.Addresses.of(config, file.environment());
    SqliteStores stores =
        opened.add(
            "stores",
            SqliteStores.open(
                config.kept().dataDir(),
                config.kept().durability(),
                config.serving().diskReadThreads(),
                program.time()));
    Engine engine = opened.add("engine", Engine.start(live, file.environment(), stores, program));
    Ports open =
        opened.add(
            "ports",
            Ports.open(live, file.environment(), addresses, engine, stores.path(), program));
    ports = open;

    engine.chores.every(
        HEALTH_INTERVAL,
        "checking health",
        () -> open.grpc.report(engine.board.overall(engine.board.check())));
    ConfigWatch watch = new ConfigWatch(file, text, config, new Reload(live));
    engine.chores.every(LOOK_INTERVAL, "reading the configuration", watch::look);
    announce(config.doors(), open, stores.path(), program);

    ServiceManager manager = ServiceManager.of(file.environment(), ProcessHandle.current().pid());
    if (manager.listens()) {
      List<Door> doors =
          List.of(
              Door.grpc(addresses.grpc(), open.grpc.port()),
              Door.http(addresses.http(), open.http.port(), open.http::open));
      tell(manager, engine, doors, config.doors().grpc().drainTimeout());
    }
  }

  private static void announce(Config.Doors doors, Ports ports, Path data, Program program) {
    GrpcSettings grpc = doors.grpc();
    HttpSettings http = doors.http();
    log.info(
        "Admiral {} answers gRPC on {}:{} and HTTP, the dashboard too, on {}://{}:{}/; data in {}",
        program.version(),
        grpc.host(),
        ports.grpc.port(),
        grpc.tls().on() ? "https" : "http",
        http.host().contains(":") ? "[" + http.host() + "]" : http.host(),
        ports.http.port(),
        data);
  }

  /** Tells a service manager from now on how the server is. */
  private void tell(
      ServiceManager manager, Engine engine, List<Door> doors, Duration drainTimeout) {
    HealthBoard board = engine.board;
    Duration stop = drainTimeout.plus(STOP_AFTER_DRAIN);
    opened.beforeClosing("telling that the server stops", () -> manager.stopping(stop));
    try {
      manager.serving(status(board, doors));
    } catch (IOException e) {
      log.warn("the service manager is told again in a moment: {}", e.getMessage());
    }
    engine.chores.every(
        HEALTH_INTERVAL,
        "telling the service manager",
        () -> manager.serving(status(board, doors)));
    manager
        .watchdog()
        .ifPresent(limit ->
            opened
                .add("watchdog", new Watchdog(manager, limit, doors, Threads.timer("watchdog")))
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
    Ports open = ports;
    if (open != null) {
      open.grpc.await();
    }
  }

  /** Returns the port that gRPC was given. */
  int port() {
    return requireNonNull(ports).grpc.port();
  }

  /** Returns the port that HTTP was given. */
  int httpPort() {
    return requireNonNull(ports).http.port();
  }

  /** Returns how many calls by HTTP have clients that wait for the end. */
  int unendedHttpCalls() {
    return requireNonNull(ports).http.unendedCalls();
  }

  /**
   * Stops the server: tells probes and callers, lets running calls end as long as configured,
   * writes what is held in memory, and gives up the data directory. Blocks. What fails to stop is
   * logged and does not keep the rest from stopping.
   */
  @Override
  public void close() {
    opened.close();
  }
}
