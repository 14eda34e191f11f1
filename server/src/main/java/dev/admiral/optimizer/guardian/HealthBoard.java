package dev.admiral.optimizer.guardian;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.HealthState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Asks every part how it is, and remembers since when. */
public final class HealthBoard {
  private static final String PROVIDERS = "provider/";

  private final Map<String, Supplier<Finding>> checks = new ConcurrentSkipListMap<>();
  private final Map<String, PartHealth> latest = new ConcurrentSkipListMap<>();
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

  /** Says from now on that the server takes no more calls. */
  public void drain() {
    draining = true;
  }

  /** Checks every part, in order of name. */
  public List<PartHealth> check() {
    return checks.entrySet().stream()
        .map(part -> check(part.getKey(), part.getValue().get()))
        .toList();
  }

  /**
   * Returns the state of the whole: not serving if no call can be answered, degraded if some part
   * does not work, else serving.
   */
  public HealthState overall(List<PartHealth> parts) {
    boolean providersDown =
        parts.stream()
            .filter(part -> part.name().startsWith(PROVIDERS))
            .allMatch(part -> part.state() == HealthState.HEALTH_STATE_NOT_SERVING);
    if (draining || providersDown) {
      return HealthState.HEALTH_STATE_NOT_SERVING;
    }
    boolean allWork =
        parts.stream().allMatch(part -> part.state() == HealthState.HEALTH_STATE_SERVING);
    return allWork ? HealthState.HEALTH_STATE_SERVING : HealthState.HEALTH_STATE_DEGRADED;
  }

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
