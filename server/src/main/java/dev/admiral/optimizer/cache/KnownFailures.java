package dev.admiral.optimizer.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a short while which calls failed and would only fail again, so that the next agent
 * is told at once. In memory alone; safe for use from any thread, and never blocks.
 */
public final class KnownFailures {
  /**
   * Failures are remembered for their time more or less this part, so that they do not all end at
   * once.
   */
  private static final double FAILURE_JITTER = 0.2;

  private final long timeToLiveNanos;
  private final RandomGenerator random;
  private final Cache<CallKey, KnownFailure> failures;

  private record KnownFailure(String tenant, Failure failure, long lifeNanos) implements Lived {}

  KnownFailures(Duration timeToLive, int entries, Time time, RandomGenerator random) {
    this.timeToLiveNanos = timeToLive.toNanos();
    this.random = random;
    this.failures = Lived.counted(entries, time);
  }

  /** Returns why an equal call failed a short while ago and would fail again. Never blocks. */
  public @Nullable Failure find(CallKey key) {
    KnownFailure known = failures.getIfPresent(key);
    return known == null ? null : known.failure();
  }

  /**
   * Remembers a failure for a short while, if it is {@link Failure#deterministic()}.
   *
   * @param owner whom it belongs to
   */
  public void put(CallKey key, EntryOwner owner, Failure failure) {
    if (failure.deterministic()) {
      double part = 1 + FAILURE_JITTER * (2 * random.nextDouble() - 1);
      long life = (long) (timeToLiveNanos * part);
      failures.put(key, new KnownFailure(owner.tenant(), failure, life));
    }
  }

  /** Forgets the failures that an invalidation concerns: all, or that of one call. */
  void forget(String tenant, Selector selector) {
    switch (selector) {
      case Selector.All() -> forget(tenant, _ -> true);
      case Selector.ByHash(String hash) -> forget(tenant, key -> key.hash().equals(hash));
      case Selector.ByModel _, Selector.ByAgent _, Selector.OlderThan _ -> {}
    }
  }

  private void forget(String tenant, Predicate<CallKey> which) {
    failures
        .asMap()
        .entrySet()
        .removeIf(known -> known.getValue().tenant().equals(tenant) && which.test(known.getKey()));
  }

  /** Returns how many are remembered. */
  long count() {
    return failures.estimatedSize();
  }
}
