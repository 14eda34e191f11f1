package dev.admiral.optimizer.events;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Events in memory: each tenant has a ring of its latest events, which all of its watchers read,
 * each from its own place. The cost of a watcher is its place, and the cost of an event is the same
 * whether anybody reads it.
 *
 * <p>A ring of the default size fills about 3 MB; it belongs to the tenant alone, so numbers and
 * gaps tell nothing of other tenants. Nothing outlives the process.
 */
public final class FanOut implements EventBus {
  /** Most patterns of one watch. */
  public static final int MAX_PATTERNS = 32;

  /** What is told to wait for a watch to end; when one will is not known. */
  private static final Duration WATCH_WAIT = Duration.ofSeconds(1);

  private final Settings settings;
  private final Time time;
  private final String replica;
  private final RandomGenerator random;
  private final ConcurrentMap<String, TenantEvents> tenants = new ConcurrentHashMap<>();
  private final LongAdder dropped = new LongAdder();

  /**
   * Bounds.
   *
   * @param kept latest events kept for each tenant, 16 to 16,777,216, rounded up to a power of two
   * @param maxWatches most watches of a tenant at once, 1 and up; each costs a publisher some
   *     nanoseconds
   */
  public record Settings(int kept, int maxWatches) {
    private static final int LEAST_KEPT = 16;
    private static final int MOST_KEPT = 1 << 24;

    /** 10,000 events, 100 watches. */
    public static final Settings DEFAULT = new Settings(10_000, 100);

    /**
     * @throws IllegalArgumentException if a bound is out of its range; the message names it
     */
    public Settings {
      if (kept < LEAST_KEPT || kept > MOST_KEPT) {
        throw new IllegalArgumentException(
            "kept must be " + LEAST_KEPT + " to " + MOST_KEPT + ", not " + kept);
      }
      if (maxWatches < 1) {
        throw new IllegalArgumentException("maxWatches must be at least 1, not " + maxWatches);
      }
    }
  }

  /**
   * @param settings bounds
   * @param time dates the events
   * @param replica name of this replica
   * @param random makes the identifiers of this run's events differ from those of others
   */
  public FanOut(Settings settings, Time time, String replica, RandomGenerator random) {
    this.settings = settings;
    this.time = time;
    this.replica = replica;
    this.random = random;
  }

  @Override
  public long publish(String tenant, Event event) {
    return ofTenant(tenant).publish(event, time.now());
  }

  @Override
  public void publishToAll(Event event) {
    tenants.values().forEach(events -> events.publish(event, time.now()));
  }

  @Override
  public Watch watch(String tenant, List<String> patterns, OptionalLong after, Runnable wake)
      throws CallException {
    Set<Event.Type> wanted = wanted(patterns);
    return ofTenant(tenant)
        .watch(wanted, after, wake)
        .orElseThrow(() ->
            new CallException(
                new Failure.LimitReached(
                    ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED,
                    "watches of events at once (" + settings.maxWatches() + ")",
                    "tenant/" + tenant,
                    WATCH_WAIT)));
  }

  @Override
  public long dropped() {
    return dropped.sum();
  }

  private TenantEvents ofTenant(String tenant) {
    TenantEvents events = tenants.get(tenant);
    return events != null
        ? events
        : tenants.computeIfAbsent(
            tenant,
            t ->
                new TenantEvents(
                    settings.kept(),
                    settings.maxWatches(),
                    time,
                    new Origin(replica, random.nextLong()),
                    dropped));
  }

  /** There are few kinds of events, so what a pattern matches is worked out once for a watch. */
  private static Set<Event.Type> wanted(List<String> patterns) throws CallException {
    if (patterns.isEmpty()) {
      return EnumSet.allOf(Event.Type.class);
    }
    List<Failure.Violation> violations = new ArrayList<>();
    if (patterns.size() > MAX_PATTERNS) {
      violations.add(
          new Failure.Violation(
              "patterns",
              patterns.size() + " patterns are too many; send at most " + MAX_PATTERNS));
    }
    Set<Event.Type> wanted = EnumSet.noneOf(Event.Type.class);
    for (int i = 0; i < Math.min(patterns.size(), MAX_PATTERNS); i++) {
      try {
        TopicPattern pattern = TopicPattern.of(patterns.get(i));
        for (Event.Type type : Event.Type.values()) {
          if (pattern.matches(type.dotted())) {
            wanted.add(type);
          }
        }
      } catch (IllegalArgumentException e) {
        violations.add(
            new Failure.Violation("patterns[" + i + "]", String.valueOf(e.getMessage())));
      }
    }
    if (!violations.isEmpty()) {
      throw new CallException(
          new Failure.Invalid(violations.getFirst().description(), List.copyOf(violations)));
    }
    return wanted;
  }
}
