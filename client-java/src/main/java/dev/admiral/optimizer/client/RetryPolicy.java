package dev.admiral.optimizer.client;

import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;

/**
 * When a failed call is tried again. Only calls of which no message has arrived are, and only
 * within their deadline: what cannot start again before it fails at once.
 *
 * <p>Tried again is what {@code UNAVAILABLE} says will pass: a lost connection, a server that is
 * draining or restarting, providers that are down. A provider's missing quota or key does not pass.
 * Each wait is drawn between half and the whole of a span that doubles with every try; a longer
 * wait that the server asks for is kept.
 *
 * <p>A cached call is safe to repeat: the second try meets the first one's answer, or joins it. To
 * a call that the cache does not cover (a drawn answer, {@code MODE_BYPASS}, {@code MODE_REFRESH})
 * the client adds a random {@code request_id} when retries are on and the caller set none, so that
 * such a call is not paid twice either. {@code Embed}, {@code CreateKey} and {@code RollBackChange}
 * have neither a cached answer nor a {@code request_id}: they are tried once under every policy.
 *
 * @param maxTries most tries of one call, the first included; 1 to 100, and 1 never tries again
 * @param firstDelay the span of the first wait; above zero
 * @param maxDelay the longest span; at least {@code firstDelay}
 * @param maxRateLimitWait also try again what a limit refused ({@code RESOURCE_EXHAUSTED}) if the
 *     server asks for a wait of at most this; zero leaves refusals to the caller, which is the
 *     default, since repeating what was shed adds to the load
 */
public record RetryPolicy(
    int maxTries, Duration firstDelay, Duration maxDelay, Duration maxRateLimitWait) {

  /** Five tries, waiting about 0.1, 0.2, 0.4 and 0.8 s between them; refusals are not repeated. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ZERO);

  /** One try. */
  public static final RetryPolicy NONE =
      new RetryPolicy(1, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ZERO);

  /**
   * Checks the ranges given above.
   *
   * @throws IllegalArgumentException naming what is out of range
   */
  public RetryPolicy {
    if (maxTries < 1 || maxTries > 100) {
      throw new IllegalArgumentException("maxTries is " + maxTries + ": use 1 to 100.");
    }
    if (firstDelay.isNegative() || firstDelay.isZero()) {
      throw new IllegalArgumentException("firstDelay is " + firstDelay + ": use more than zero.");
    }
    if (maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "maxDelay " + maxDelay + " is below firstDelay " + firstDelay + ": use at least that.");
    }
    if (maxRateLimitWait.isNegative()) {
      throw new IllegalArgumentException(
          "maxRateLimitWait is " + maxRateLimitWait + ": use zero or more.");
    }
  }

  /** Returns this policy with refusals repeated whose wait is at most {@code wait}. */
  public RetryPolicy waitingForLimits(Duration wait) {
    return new RetryPolicy(maxTries, firstDelay, maxDelay, wait);
  }

  /**
   * Returns how long to wait before the next try; empty if there is none.
   *
   * @param tries tries so far, 1 and up
   * @param jitter 0 to 1, drawn evenly
   */
  Optional<Duration> delay(int tries, AdmiralException failure, double jitter) {
    if (tries >= maxTries) {
      return Optional.empty();
    }
    Optional<Duration> asked = failure.retryAfter();
    boolean limited =
        failure.code() == Status.Code.RESOURCE_EXHAUSTED
            && !maxRateLimitWait.isZero()
            && asked.isPresent()
            && asked.get().compareTo(maxRateLimitWait) <= 0;
    if (!limited && !failure.mayPass()) {
      return Optional.empty();
    }
    // Beyond 2^20 times the first delay every sensible longest one is passed.
    double doubled = (double) firstDelay.toNanos() * (1L << Math.min(tries - 1, 20));
    double span = Math.min(doubled, (double) maxDelay.toNanos());
    Duration drawn = Duration.ofNanos((long) (span * (0.5 + jitter / 2)));
    return Optional.of(asked.filter(wait -> wait.compareTo(drawn) > 0).orElse(drawn));
  }
}
