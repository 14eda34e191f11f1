package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.Live;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before another try. The wait doubles with each try up to a bound and is drawn
 * from its upper half, so that callers that failed together do not come back together. A wait the
 * provider asked for is lengthened by up to a tenth for the same reason. Safe for concurrent use if
 * its randomness is.
 */
public final class Backoff {
  private static final double SPREAD_OF_ASKED = 0.1;

  private final Live<Settings> settings;
  private final DoubleSupplier random;

  /**
   * Bounds.
   *
   * @param first upper bound of the wait before the first repetition, above zero
   * @param most upper bound of any wait the provider did not ask for, at least {@code first}
   */
  public record Settings(Duration first, Duration most) {
    /** 200 milliseconds, up to 10 seconds. */
    public static final Settings DEFAULT =
        new Settings(Duration.ofMillis(200), Duration.ofSeconds(10));

    /**
     * @throws IllegalArgumentException if a wait is out of its range
     */
    public Settings {
      if (!first.isPositive() || most.compareTo(first) < 0) {
        throw new IllegalArgumentException(
            "the first wait must be above zero and not above the longest, not "
                + first
                + " and "
                + most);
      }
    }
  }

  /**
   * @param settings the bounds
   * @param random draws evenly from [0, 1)
   */
  public Backoff(Live<Settings> settings, DoubleSupplier random) {
    this.settings = settings;
    this.random = random;
  }

  /**
   * Returns how long to wait, or empty if there is no time for it.
   *
   * @param repetition which repetition is to come, from 0
   * @param retryAfter the wait the provider asked for; null if it asked for none
   * @param left time left until the caller's deadline; the wait is shorter
   */
  public Optional<Duration> delay(int repetition, @Nullable Duration retryAfter, Duration left) {
    long ceiling = ceiling(repetition);
    long own = ceiling / 2 + (long) (random.getAsDouble() * (ceiling - ceiling / 2));
    long asked = 0;
    if (retryAfter != null && !retryAfter.isNegative()) {
      if (retryAfter.compareTo(left) >= 0) {
        return Optional.empty();
      }
      long nanos = retryAfter.toNanos();
      asked = nanos + (long) (random.getAsDouble() * SPREAD_OF_ASKED * nanos);
    }
    Duration delay = Duration.ofNanos(Math.max(own, asked));
    return delay.compareTo(left) < 0 ? Optional.of(delay) : Optional.empty();
  }

  private long ceiling(int repetition) {
    Settings now = settings.get();
    long firstNanos = now.first().toNanos();
    long mostNanos = now.most().toNanos();
    int doublings = Math.max(0, repetition);
    // Beyond this the shift would overflow, and the bound is reached long before.
    return doublings >= Long.numberOfLeadingZeros(firstNanos) - 1
        ? mostNanos
        : Math.min(mostNanos, firstNanos << doublings);
  }
}
