package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.AgentStats;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.ModelStats;
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
import org.jspecify.annotations.Nullable;

/**
 * Counts calls. A call is counted once, in the series of its tenant, agent and answering model;
 * sums by agent, by model and over all are added up when somebody asks, so that a cache hit pays
 * for one series and not for three.
 *
 * <p>A series takes about 10 KB (0.8 KB of counters, the rest latencies), at most 35 KB if its
 * latencies spread over every doubling from a microsecond to an hour. With the default bounds a
 * tenant that strains them all takes some 50 MB; 28 agents over 16 models take 4.
 */
public final class CallStatistics {
  /** Stands for the agents, or the models, beyond the bound. */
  public static final String OTHERS = "(others)";

  private static final int MOST_ROWS = 1_000;

  private final Settings settings;
  private final Instant start;
  private final ConcurrentMap<String, Tenant> tenants = new ConcurrentHashMap<>();

  /**
   * Bounds for each tenant.
   *
   * @param maxAgents most agents told apart; further ones are counted together
   * @param maxSeries most pairs of agent and model told apart; further models of an agent are
   *     counted together
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
      List<AgentStats> agents,
      List<ModelStats> models,
      long inFlight) {}

  /** What a call is counted under; provider and model are empty if none answered. */
  private record SeriesKey(String agent, String provider, String model) {}

  private record Model(String provider, String name) {}

  /**
   * @param settings bounds
   * @param time says since when is counted: now
   */
  public CallStatistics(Settings settings, Time time) {
    this.settings = settings;
    this.start = time.now();
  }

  /** Notes that a call began; it must be followed by one {@link #finished}. */
  public void started(Caller caller) {
    ofTenant(caller.tenant()).inFlight(caller.agent()).increment();
  }

  /**
   * Counts a call that ended.
   *
   * @param total from its arrival to its final message
   * @param overhead what this server added to it; counted for calls that went upstream
   */
  public void finished(Caller caller, Outcome outcome, Duration total, Duration overhead) {
    Tenant tenant = ofTenant(caller.tenant());
    tenant.inFlight(caller.agent()).decrement();
    tenant.series(caller.agent(), outcome).finished(outcome, total.toNanos(), overhead.toNanos());
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
      String counted = takeOne(agentsLeft) ? agent : OTHERS;
      return inFlight.computeIfAbsent(counted, a -> new LongAdder());
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
      boolean kept = key.model().isEmpty() || takeOne(seriesLeft);
      return series.computeIfAbsent(
          kept ? key : new SeriesKey(counted, "", OTHERS), k -> new Series());
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
                  AgentStats.newBuilder()
                      .setAgentId(entry.getKey())
                      .setStats(entry.getValue().toProto())
                      .build())
              .toList(),
          busiest(models)
              .map(entry ->
                  ModelStats.newBuilder()
                      .setProvider(entry.getKey().provider())
                      .setModel(entry.getKey().name())
                      .setStats(entry.getValue().toProto())
                      .build())
              .toList(),
          inFlightOf(agent));
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

  private static <K> java.util.stream.Stream<Map.Entry<K, Series.Sum>> busiest(
      Map<K, Series.Sum> sums) {
    return sums.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<K, Series.Sum> e) -> e.getValue().count())
                .reversed())
        .limit(MOST_ROWS);
  }

  /** Takes one of what is left, if anything is. */
  private static boolean takeOne(AtomicInteger left) {
    return left.get() > 0 && left.getAndDecrement() > 0;
  }
}
