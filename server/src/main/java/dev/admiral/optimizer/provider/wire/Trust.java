package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a provider's connections may carry a second answer. What follows an answer and belongs to
 * none is seen before the next request is sent, unless it comes in the very moment after: then it
 * would be the answer to that request, and nothing in HTTP/1.1 tells. So a provider that was caught
 * once has each connection used once, for a while. Safe for use by many threads.
 */
final class Trust {
  private static final Logger log = LoggerFactory.getLogger(Trust.class);
  private static final Duration LOST_FOR = Duration.ofMinutes(10);

  private final String provider;
  private final Time time;

  /** When it was lost last, in nanoseconds; null if never. */
  private volatile @Nullable Long lostAt;

  Trust(String provider, Time time) {
    this.provider = provider;
    this.time = time;
  }

  boolean isLost() {
    Long at = lostAt;
    return at != null && time.nanos() - at < LOST_FOR.toNanos();
  }

  /** Notes bytes that answer no request. Returns true if there was trust until now. */
  boolean lose() {
    boolean first = !isLost();
    lostAt = time.nanos();
    if (first) {
      log.warn(
          "provider '{}' sends more than it is asked for; for {} min no connection to it is used"
              + " twice, so that nobody gets another's answer",
          provider,
          LOST_FOR.toMinutes());
    }
    return first;
  }
}
