package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Usage;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.local.LocalBucket;
import io.github.bucket4j.local.LocalBucketBuilder;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** The requests per minute of one agent or provider. Lock-free, except while its limit changes. */
final class Bucket {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int BURST_PART = 10;

  private final LocalBucket tokens;
  private final LongAdder refused = new LongAdder();
  private volatile long perMinute;

  Bucket(long perMinute, TimeMeter meter) {
    this.perMinute = perMinute;
    this.tokens =
        new LocalBucketBuilder()
            .addLimit(
                bandwidth -> bandwidth.capacity(burst(perMinute)).refillGreedy(perMinute, MINUTE))
            .withCustomTimePrecision(meter)
            .withSynchronizationStrategy(SynchronizationStrategy.LOCK_FREE)
            .build();
  }

  /** Returns the most requests that may come at once: a tenth of the limit, at least one. */
  static long burst(long perMinute) {
    return Math.max(1, perMinute / BURST_PART);
  }

  long perMinute() {
    return perMinute;
  }

  /** Sets another limit, keeping what the bucket holds as far as the new burst has room for it. */
  synchronized void change(long newPerMinute) {
    if (perMinute != newPerMinute) {
      tokens.replaceConfiguration(
          BucketConfiguration.builder()
              .addLimit(bandwidth ->
                  bandwidth.capacity(burst(newPerMinute)).refillGreedy(newPerMinute, MINUTE))
              .build(),
          TokensInheritanceStrategy.AS_IS);
      perMinute = newPerMinute;
    }
  }

  /**
   * Takes one request. Returns 0, or in how many nanoseconds there will be one, at most one too
   * many; nothing is taken then.
   */
  long take() {
    ConsumptionProbe probe = tokens.tryConsumeAndReturnRemaining(1);
    if (probe.isConsumed()) {
      return 0;
    }
    refused.increment();
    // The library rounds the wait down, which would be too early by a part of a nanosecond.
    return probe.getNanosToWaitForRefill() + 1;
  }

  /** Returns how many requests could be taken at once now. */
  long available() {
    return Math.max(0, tokens.getAvailableTokens());
  }

  /** Returns how many requests found none to take. */
  long refused() {
    return refused.sum();
  }

  /** Returns the permit of a request that was taken. */
  Permit newPlace() {
    return new Place(tokens);
  }

  /** One request taken from the bucket; true once it has ended. */
  private static final class Place extends AtomicBoolean implements Permit {
    private final transient LocalBucket tokens;

    Place(LocalBucket tokens) {
      this.tokens = tokens;
    }

    @Override
    public void settle(Usage usage) {
      // A request counts as one, whatever it used.
      set(true);
    }

    @Override
    public void cancel() {
      if (compareAndSet(false, true)) {
        tokens.addTokens(1);
      }
    }
  }
}
