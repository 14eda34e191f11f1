package dev.admiral.optimizer.learning;

import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Instant;
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
