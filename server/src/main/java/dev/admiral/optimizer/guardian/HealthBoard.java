package dev.admiral.optimizer.guardian;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.HealthState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks every part how it is, and remembers since when. Thread-safe; checks are made one at a time,
 * so that each change is told once and in order.
 */
public final class HealthBoard {
  private static final String PROVIDERS = "provider/";

  private final Map<String, Supplier<Finding>> checks = new ConcurrentSkipListMap<>();
  private final Set<String> essential = ConcurrentHashMap.newKeySet();

  @GuardedBy("this")
  private final Map<String, PartHealth> latest = new HashMap<>();

  private final Consumer<PartHealth> changed;
  private final Time time;
  private volatile boolean draining;

  /**
   * @param changed told each time a check finds a part in another state than before
   */
  public HealthBoard(Consumer<PartHealth> changed, Time time) {
    this.changed = changed;
    this.time = time;
  }

  /**
   * What a check found.
   *
   * @param state whether the part works
   * @param reason why, in one sentence
   */
  public record Finding(HealthState state, String reason) {
    /** Returns a finding of a part that works. */
    public static Finding serving(String reason) {
      return new Finding(HealthState.HEALTH_STATE_SERVING, reason);
    }
  }

  /**
   * Adds a part; names that begin with "provider/" decide together whether calls can be answered.
   */
  public void add(String name, Supplier<Finding> check) {
    checks.put(name, check);
  }

  /** Adds a part without which no call can be answered. */
  public void addEssential(String name, Supplier<Finding> check) {
    essential.add(name);
    add(name, check);
  }

  /** Says from now on that the server takes no more calls. */
  public void drain() {
    draining = true;
  }

  /** Returns true once the server takes no more calls. */
  public boolean draining() {
    return draining;
  }

  /** Checks every part, in order of name. */
  public synchronized List<PartHealth> check() {
    List<PartHealth> parts = new ArrayList<>();
    for (Map.Entry<String, Supplier<Finding>> part : checks.entrySet()) {
      parts.add(check(part.getKey(), part.getValue().get()));
    }
    return List.copyOf(parts);
  }

  /**
   * Returns the state of the whole: not serving if no call can be answered, degraded if some part
   * does not work, else serving.
   */
  public HealthState overall(List<PartHealth> parts) {
    boolean providersDown =
        parts.stream()
            .filter(part -> part.name().startsWith(PROVIDERS))
            .allMatch(HealthBoard::down);
    boolean essentialDown =
        parts.stream().anyMatch(part -> essential.contains(part.name()) && down(part));
    if (draining || providersDown || essentialDown) {
      return HealthState.HEALTH_STATE_NOT_SERVING;
    }
    boolean allWork =
        parts.stream().allMatch(part -> part.state() == HealthState.HEALTH_STATE_SERVING);
    return allWork ? HealthState.HEALTH_STATE_SERVING : HealthState.HEALTH_STATE_DEGRADED;
  }

  private static boolean down(PartHealth part) {
    return part.state() == HealthState.HEALTH_STATE_NOT_SERVING;
  }

  @GuardedBy("this")
  private PartHealth check(String name, Finding finding) {
    Instant now = time.now();
    PartHealth before = latest.get(name);
    Instant since = before != null && before.state() == finding.state() ? before.since() : now;
    PartHealth part = new PartHealth(name, finding.state(), finding.reason(), since);
    latest.put(name, part);
    if (before != null && before.state() != part.state()) {
      changed.accept(part);
    }
    return part;
  }
}
