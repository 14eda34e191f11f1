package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.util.Random;

/** Caches for tests of other packages: nothing is written or tidied but when told. */
public final class TestCaches {
  private TestCaches() {}

  /** Returns a cache over a store, which is read on the calling thread. */
  public static ResponseCache over(ResponseStore store, Time time) {
    CacheSettings defaults = CacheSettings.defaults(1L << 30);
    ResponseCache cache =
        new ResponseCache(
            new CacheSettings(
                defaults.timeToLive(),
                defaults.memoryBytes(),
                defaults.diskBytes(),
                defaults.answerBytes(),
                defaults.repeatWindow(),
                defaults.repeatMemoryBytes(),
                defaults.repeatDiskBytes(),
                // Nobody writes while the test's own thread waits.
                Duration.ofNanos(1),
                defaults.failureTimeToLive(),
                defaults.failureEntries(),
                defaults.pendingBytes(),
                defaults.batchEntries(),
                defaults.batchDelay(),
                defaults.diskWait(),
                defaults.purgeInterval(),
                defaults.purgeEntries(),
                1 << 12),
            store,
            time,
            new Random(1),
            Thread.ofPlatform().daemon().factory());
    while (cache.writes().tidy()) {
      // Until it is known which keys are in the store.
    }
    return cache;
  }

  /** Writes what waits to be written. */
  public static void write(ResponseCache cache) {
    while (cache.writes().waiting() > 0) {
      if (!cache.writes().write()) {
        throw new IllegalStateException("the store failed");
      }
    }
  }
}
