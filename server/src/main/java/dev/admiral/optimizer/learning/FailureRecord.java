package dev.admiral.optimizer.learning;

import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Failures of one kind.
 *
 * @param key which kind
 * @param count how often, 1 and up
 * @param agents agents that met it, as many as are told apart
 * @param first when it was first seen
 * @param last when it was last seen
 * @param httpStatus HTTP status last seen with it; 0 if none
 */
public record FailureRecord(
    Key key, long count, Set<String> agents, Instant first, Instant last, int httpStatus) {
  public FailureRecord {
    agents = Set.copyOf(agents);
  }

  /** Returns this record with what came to it. */
  FailureRecord plus(FailureRecord gain) {
    Set<String> all = new HashSet<>(agents);
    all.addAll(gain.agents);
    boolean later = !gain.last.isBefore(last);
    return new FailureRecord(
        key,
        count + gain.count,
        all,
        gain.first.isBefore(first) ? gain.first : first,
        later ? gain.last : last,
        later && gain.httpStatus != 0 ? gain.httpStatus : httpStatus);
  }

  /**
   * A kind of failure.
   *
   * @param tenant whose calls failed
   * @param provider provider that failed
   * @param model model that failed
   * @param reason how it failed
   */
  public record Key(String tenant, String provider, String model, ErrorReason reason) {}
}
