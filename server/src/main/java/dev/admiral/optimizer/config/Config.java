package dev.admiral.optimizer.config;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.cache.CacheSettings;
import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.events.FanOut;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Key;
import dev.admiral.optimizer.flight.FlightSettings;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.pipeline.PipelineSettings;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.telemetry.TraceSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Everything an operator can set, read and checked, in the words of those who use it.
 *
 * @param kept what is kept, and for how long
 * @param upstreams who answers calls
 * @param serving how calls are served
 * @param access who may call
 * @param doors where and how the server listens
 * @param observing what is told of it
 * @param values what it says of each setting
 */
public record Config(
    Kept kept,
    Upstreams upstreams,
    Serving serving,
    Access access,
    Doors doors,
    Observing observing,
    Values values) {

  /** Variables that begin as overrides do and mean something else, to us or to the client. */
  static final Set<String> OTHER_VARIABLES =
      Set.of(
          "ADMIRAL_CONFIG",
          "ADMIRAL_JAVA_OPTS",
          "ADMIRAL_ADDRESS",
          "ADMIRAL_KEY",
          "ADMIRAL_KEY_FILE",
          "ADMIRAL_MODEL");

  /**
   * What is kept, and for how long.
   *
   * @param dataDir folder that holds everything
   * @param durability what a stored call survives
   * @param ledger the ledger's bounds
   * @param events what is kept for watchers
   * @param statistics what statistics tell apart
   * @param calls what is kept of finished calls
   * @param learning what is remembered of failures and outcomes
   */
  public record Kept(
      Path dataDir,
      Durability durability,
      Ledger.Settings ledger,
      FanOut.Settings events,
      CallStatistics.Settings statistics,
      CallJournal.Settings calls,
      Learning learning) {

    static Kept read(Section root) throws ConfigException {
      return new Kept(
          root.path("data_dir", "~/.admiral"),
          root.choice("durability", Durability.PROCESS),
          root.section("ledger", LedgerSection::read),
          root.section("events", EventsSection::read),
          root.section("statistics", StatisticsSection::read),
          root.section("calls", CallsSection::read),
          root.section("learning", LearningSection::read));
    }
  }

  /** What is remembered of failures and of reported outcomes. */
  public record Learning(FailureLog.Settings failures, OutcomeLog.Settings outcomes) {}

  /**
   * How calls are served.
   *
   * @param cache how answers are cached
   * @param diskReadThreads threads that read answers on disk
   * @param coalescing how equal calls in flight are joined
   * @param retry how often a call is tried
   * @param circuitBreaker when a model is no longer asked
   * @param limits how many calls are allowed
   */
  public record Serving(
      CacheSettings cache,
      int diskReadThreads,
      FlightSettings coalescing,
      Retry retry,
      ModelHealth.Settings circuitBreaker,
      RateLimits limits) {

    static Serving read(Section root) throws ConfigException {
      CacheSection.Read cache = root.section("cache", CacheSection::read);
      return new Serving(
          cache.cache(),
          cache.diskReadThreads(),
          root.section("coalescing", CoalescingSection::read),
          root.live().section("retry", RetrySection::read),
          root.section("circuit_breaker", CircuitBreakerSection::read),
          root.section("limits", LimitsSection::read));
    }
  }

  /** How often a call is tried, and after what waits. */
  public record Retry(PipelineSettings policy, Backoff.Settings backoff) {}

  /**
   * How many calls are allowed.
   *
   * @param law the limits of agents
   * @param maxAgents most agents counted at once
   */
  public record RateLimits(Limits law, int maxAgents) {}

  /**
   * Who may call.
   *
   * @param keys their keys; empty for anybody on this machine
   * @param maxAgents most agents of a tenant whose totals are kept apart
   */
  public record Access(List<Key> keys, int maxAgents) {
    static Access read(Section root) throws ConfigException {
      return new Access(
          KeysSection.read(root.live()),
          root.section("fleet", fleet -> fleet.number("max_agents", 10_000, 1, 1_000_000)));
    }

    /** Returns true if callers must show a key. */
    public boolean guarded() {
      return !keys.isEmpty();
    }
  }

  /** Where and how the server listens. */
  public record Doors(GrpcSettings grpc, HttpSettings http) {
    static Doors read(Section root) throws ConfigException {
      return new Doors(
          root.section("grpc", GrpcSettings::read), root.section("http", HttpSettings::read));
    }
  }

  /**
   * What is told of the server.
   *
   * @param replica what it calls itself; empty for the name of the machine
   * @param metrics what Prometheus is told
   * @param traces what a collector of traces is told; empty to trace nothing
   * @param log what is logged
   */
  public record Observing(
      String replica, MetricsSettings metrics, Optional<TraceSettings> traces, LogSettings log) {
    static Observing read(Section root) throws ConfigException {
      return new Observing(
          root.section("server", Observing::replica),
          root.section("metrics", MetricsSettings::read),
          root.section("traces", TracesSection::read),
          root.live().section("log", LogSettings::read));
    }

    private static String replica(Section server) throws ConfigException {
      String name = server.text("replica", "name of the machine", "");
      String problem = name.isEmpty() ? null : Fleet.nameProblem(name);
      if (problem != null) {
        throw server.wrong("replica", "the name of this replica " + problem);
      }
      return name;
    }
  }

  /**
   * Reads a whole configuration.
   *
   * @param warnings takes what an operator should know of and may well have meant
   * @throws ConfigException if anything in it is wrong
   */
  static Config read(Section root, Consumer<String> warnings) throws ConfigException {
    Kept kept = Kept.read(root);
    Upstreams upstreams = Upstreams.read(root);
    Serving serving = Serving.read(root);
    Access access = Access.read(root);
    Doors doors = Doors.read(root);
    Observing observing = Observing.read(root);
    root.end();
    // A price list that cannot be used is to be told of before anything is opened.
    var _ = upstreams.priceBook();
    upstreams
        .providers()
        .forEach(provider -> ProvidersSection.mistaken(provider).ifPresent(warnings));
    List<String> strangers = root.endVariables(OTHER_VARIABLES);
    if (!strangers.isEmpty()) {
      warnings.accept("environment variables that mean nothing here are left alone: " + strangers);
    }
    return new Config(kept, upstreams, serving, access, doors, observing, root.values());
  }

  /** Shows nothing of what it holds: some of it is secret. */
  @Override
  public String toString() {
    return "Config[" + values + "]";
  }
}
