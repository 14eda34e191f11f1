package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.StatsRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls. A call is counted once, in the series of its tenant, agent and answering model;
 * sums by agent, by model and over all are added up when somebody asks, so that a cache hit pays
 * for one series and not for three.
 *
 * <p>A series takes about 10 KB (0.8 KB of counters, the rest latencies, told apart by where the
 * answer came from), at most 35 KB for each source if its latencies spread over every doubling from
 * a microsecond to an hour. With the default bounds a tenant that strains them all takes some 50
 * MB; 28 agents over 16 models take 4.
 *
 * <p>Tries of providers are counted apart, once each by the flight that made them, all tenants
 * together: callers who joined have them in their outcomes too.
 */
public final class CallStatistics implements CallObserver {
  /** Stands for the agents, or the models, beyond the bound. */
  public static final String OTHERS = "(others)";

  private static final int MOST_ROWS = 1_000;
  private static final Comparator<Model> BY_NAME =
      Comparator.comparing(Model::provider).thenComparing(Model::name);

  private final Settings settings;
  private final Instant start;
  private final ConcurrentMap<String, Tenant> tenants = new ConcurrentHashMap<>();
  private final Reasons failures = new Reasons();
  private final ConcurrentMap<Model, Tries> tries = new ConcurrentHashMap<>();
  private final AtomicInteger triesLeft;

  /**
   * Bounds for each tenant.
   *
   * @param maxAgents most agents told apart; further ones are counted together
   * @param maxSeries most pairs of agent and model told apart; further models of an agent are
   *     counted together. Also the most models whose tries are told apart, all tenants together
   */
  public record Settings(int maxAgents, int maxSeries) {
    /** 1,000 agents, 4,000 pairs. */
    public static final Settings DEFAULT = new Settings(1_000, 4_000);

    /**
     * @throws IllegalArgumentException if a bound is below 1; the message names it
     */
    public Settings {
      if (maxAgents < 1 || maxSeries < 1) {
        throw new IllegalArgumentException(
            "maxAgents and maxSeries must be at least 1, not " + maxAgents + " and " + maxSeries);
      }
    }
  }

  /**
   * What was counted. Calls that end while it is taken may be missing from some of its sums.
   *
   * @param start since when
   * @param total all calls asked for
   * @param agents by agent, busiest first, at most 1,000
   * @param models by model that answered, busiest first, at most 1,000
   * @param inFlight calls begun and not finished
   */
  public record Snapshot(
      Instant start,
      CallStats total,
      List<StatsRow> agents,
      List<StatsRow> models,
      long inFlight) {}

  /** What a call is counted under; provider and model are empty if none answered. */
  private record SeriesKey(String agent, String provider, String model) {}

  private record Model(String provider, String name) {}

  /**
   * Counts without latencies, cheap to take.
   *
   * @param calls finished calls
   * @param failures those that failed
   * @param upstream those for which a provider was asked and answered
   * @param inFlight calls begun and not finished
   */
  public record Counts(long calls, long failures, long upstream, long inFlight) {
    /** Returns the part of the finished calls that failed, 0 to 1. */
    public double failureRate() {
      return calls == 0 ? 0 : (double) failures / calls;
    }

    /** Returns the part of the answers that no provider was asked for, 0 to 1. */
    public double savedRate() {
      long answers = calls - failures;
      return answers == 0 ? 0 : (double) (answers - upstream) / answers;
    }
  }

  /**
   * @param settings bounds
   * @param time says since when is counted: now
   */
  public CallStatistics(Settings settings, Time time) {
    this.settings = settings;
    this.start = time.now();
    this.triesLeft = new AtomicInteger(settings.maxSeries());
  }

  /** Notes that a call began; it must be told of once more when it ended. */
  public void started(Caller caller) {
    ofTenant(caller.tenant()).inFlight(caller.agent()).increment();
  }

  @Override
  public String name() {
    return "statistics";
  }

  /** Counts a call that ended. */
  @Override
  public void finished(FinishedCall call) {
    finished(
        call.call().caller(),
        call.outcome(),
        call.total(),
        overhead(call.outcome(), call.total()),
        call.savedTime());
  }

  private static Duration overhead(Outcome outcome, Duration total) {
    if (outcome instanceof Outcome.Answered answered) {
      Duration rest = total.minus(answered.timing().queued()).minus(answered.timing().upstream());
      return rest.isNegative() ? Duration.ZERO : rest;
    }
    return Duration.ZERO;
  }

  /**
   * Counts a call that ended.
   *
   * @param total from its arrival to its final message
   * @param overhead what this server added to it; counted for calls that went upstream
   * @param savedTime what its caller did not wait; counted for calls that did not go upstream
   */
  void finished(
      Caller caller, Outcome outcome, Duration total, Duration overhead, Duration savedTime) {
    Tenant tenant = ofTenant(caller.tenant());
    tenant.inFlight(caller.agent()).decrement();
    tenant.series(caller.agent(), outcome).finished(outcome, total, overhead, savedTime);
    if (outcome instanceof Outcome.Failed failed) {
      failures.count(failed.failure().reason());
    }
  }

  /**
   * Counts a finished try of a provider; to be told by whoever made it, once.
   *
   * @param billed tokens that were, or may have been, billed for it
   */
  public void tried(Attempt attempt, Usage billed) {
    Model model = new Model(attempt.provider(), attempt.model());
    Tries known = tries.get(model);
    if (known == null) {
      known = oneOf(tries, model, triesLeft, new Model("", OTHERS), Tries::new);
    }
    known.tried(attempt, billed);
  }

  /**
   * Returns what was counted.
   *
   * @param tenant whose calls
   * @param agent only this agent's calls; null for all
   */
  public Snapshot snapshot(String tenant, @Nullable String agent) {
    return ofTenant(tenant).snapshot(agent);
  }

  /** Returns the counts of one tenant. */
  public Counts counts(String tenant) {
    return ofTenant(tenant).counts();
  }

  /**
   * Returns what was counted of all tenants together.
   *
   * @param bounds rising upper bounds of the histograms, each above zero
   */
  public Totals totals(List<Duration> bounds) {
    long[] boundsNanos = bounds.stream().mapToLong(Duration::toNanos).toArray();
    Map<Model, Series.SumBySource> models = new HashMap<>();
    long inFlight = 0;
    for (Tenant tenant : tenants.values()) {
      tenant.series.forEach((key, of) -> {
        if (!key.model().isEmpty()) {
          models
              .computeIfAbsent(
                  new Model(key.provider(), key.model()), m -> new Series.SumBySource())
              .add(of);
        }
      });
      inFlight += tenant.inFlightOf(null);
    }
    return new Totals(
        inOrder(models)
            .map(model ->
                model
                    .getValue()
                    .totals(model.getKey().provider(), model.getKey().name(), boundsNanos))
            .toList(),
        failures.sums(),
        inOrder(tries)
            .map(model ->
                model
                    .getValue()
                    .totals(model.getKey().provider(), model.getKey().name(), boundsNanos))
            .toList(),
        inFlight);
  }

  private Tenant ofTenant(String name) {
    // Tenants come from the configuration, so their number is bounded.
    Tenant tenant = tenants.get(name);
    return tenant != null ? tenant : tenants.computeIfAbsent(name, n -> new Tenant());
  }

  private final class Tenant {
    private final ConcurrentMap<String, LongAdder> inFlight = new ConcurrentHashMap<>();
    private final ConcurrentMap<SeriesKey, Series> series = new ConcurrentHashMap<>();
    private final AtomicInteger agentsLeft = new AtomicInteger(settings.maxAgents());
    private final AtomicInteger seriesLeft = new AtomicInteger(settings.maxSeries());

    LongAdder inFlight(String agent) {
      LongAdder known = inFlight.get(agent);
      if (known != null) {
        return known;
      }
      return oneOf(inFlight, agent, agentsLeft, OTHERS, LongAdder::new);
    }

    Series series(String agent, Outcome outcome) {
      String counted = inFlight.containsKey(agent) ? agent : OTHERS;
      SeriesKey key =
          switch (outcome) {
            case Outcome.Answered answered ->
                new SeriesKey(counted, answered.answer().provider(), answered.answer().model());
            case Outcome.Failed failed -> new SeriesKey(counted, "", "");
          };
      Series known = series.get(key);
      if (known != null) {
        return known;
      }
      // An agent's series without a model is always there, so that its failures stay its own.
      return key.model().isEmpty()
          ? series.computeIfAbsent(key, k -> new Series())
          : oneOf(series, key, seriesLeft, new SeriesKey(counted, "", OTHERS), Series::new);
    }

    Snapshot snapshot(@Nullable String agent) {
      Series.Sum total = new Series.Sum();
      Map<String, Series.Sum> agents = new HashMap<>();
      Map<Model, Series.Sum> models = new HashMap<>();
      series.forEach((key, of) -> {
        if (agent == null || agent.equals(key.agent())) {
          total.add(of);
          agents.computeIfAbsent(key.agent(), a -> new Series.Sum()).add(of);
          if (!key.model().isEmpty()) {
            models
                .computeIfAbsent(new Model(key.provider(), key.model()), m -> new Series.Sum())
                .add(of);
          }
        }
      });
      return new Snapshot(
          start,
          total.toProto(),
          busiest(agents)
              .map(entry ->
                  StatsRow.newBuilder()
                      .setAgentId(entry.getKey())
                      .setStats(entry.getValue().toProto())
                      .build())
              .toList(),
          busiest(models)
              .map(entry ->
                  StatsRow.newBuilder()
                      .setProvider(entry.getKey().provider())
                      .setModel(entry.getKey().name())
                      .setStats(entry.getValue().toProto())
                      .build())
              .toList(),
          inFlightOf(agent));
    }

    Counts counts() {
      long calls = 0;
      long failed = 0;
      long upstream = 0;
      for (Series of : series.values()) {
        // The whole last, so that no part is larger.
        failed += of.failures();
        upstream += of.upstream();
        calls += of.count();
      }
      return new Counts(calls, failed, upstream, inFlightOf(null));
    }

    private long inFlightOf(@Nullable String agent) {
      long sum =
          inFlight.entrySet().stream()
              .filter(entry -> agent == null || agent.equals(entry.getKey()))
              .mapToLong(entry -> entry.getValue().sum())
              .sum();
      // A call seen to end but not to begin, as both counts move while they are read.
      return Math.max(0, sum);
    }
  }

  private static <V> Stream<Map.Entry<Model, V>> inOrder(Map<Model, V> models) {
    return models.entrySet().stream().sorted(Map.Entry.comparingByKey(BY_NAME));
  }

  private static <K> Stream<Map.Entry<K, Series.Sum>> busiest(Map<K, Series.Sum> sums) {
    return sums.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<K, Series.Sum> e) -> e.getValue().count())
                .reversed())
        .limit(MOST_ROWS);
  }

  /**
   * Returns the value of a key, new if there is room for one more, else that of the others. Whoever
   * asks for a key is given the same as all who asked for it before, also at the same moment: what
   * begins under a name ends under it.
   *
   * @param left how many more may be told apart
   */
  private static <K, V> V oneOf(
      ConcurrentMap<K, V> of, K key, AtomicInteger left, K others, Supplier<V> fresh) {
    V own = of.computeIfAbsent(key, _ -> takeOne(left) ? fresh.get() : null);
    return own != null ? own : of.computeIfAbsent(others, _ -> fresh.get());
  }

  /** Takes one of what is left, if anything is. */
  private static boolean takeOne(AtomicInteger left) {
    return left.get() > 0 && left.getAndDecrement() > 0;
  }
}
