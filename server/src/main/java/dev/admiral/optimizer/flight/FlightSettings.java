package dev.admiral.optimizer.flight;

import java.time.Duration;

/**
 * Bounds of a {@link SingleFlight}.
 *
 * @param logBytes most bytes of pieces one flight keeps for readers that lag or join late; past it
 *     nobody may join and whoever lags further behind fails; at least 1
 * @param waiters most callers of one flight; the next one is refused; at least 1
 * @param grace how long a flight goes on after its last caller left, so that another may join
 * @param promotions how often a flight whose leader failed before the first piece flies again
 */
public record FlightSettings(long logBytes, int waiters, Duration grace, int promotions) {
  /**
   * 4 MiB of pieces; 10,000 callers; 150 ms of grace, so that the upstream connection is closed
   * within 250 ms; two promotions.
   */
  public static final FlightSettings DEFAULT =
      new FlightSettings(4L << 20, 10_000, Duration.ofMillis(150), 2);

  public FlightSettings {
    if (logBytes < 1) {
      throw new IllegalArgumentException("logBytes must be at least 1, not " + logBytes);
    }
    if (waiters < 1) {
      throw new IllegalArgumentException("waiters must be at least 1, not " + waiters);
    }
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative, but is " + grace);
    }
    if (promotions < 0) {
      throw new IllegalArgumentException("promotions must not be negative, but is " + promotions);
    }
  }
}
