package dev.admiral.optimizer.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What is kept in memory for a time of its own. */
interface Lived {
  /** Returns how long it is kept from when it was put, in nanoseconds. */
  long lifeNanos();

  /** What is bounded by its size too. */
  interface Weighed extends Lived {
    /** Returns what it weighs, in bytes. */
    int bytes();
  }

  /**
   * Returns a map that holds so many bytes.
   *
   * @param evictions counts what is dropped for want of room
   */
  static <K, V extends Weighed> Cache<K, V> weighed(long limit, Time time, LongAdder evictions) {
    return Caffeine.newBuilder()
        .maximumWeight(limit)
        .<K, V>weigher((_, entry) -> entry.bytes())
        .expireAfter(Lived.<K, V>lives())
        .ticker(time::nanos)
        .executor(Runnable::run)
        .evictionListener((_, _, cause) -> {
          if (cause == RemovalCause.SIZE) {
            evictions.increment();
          }
        })
        .build();
  }

  /** Returns a map that holds so many entries. */
  static <K, V extends Lived> Cache<K, V> counted(long limit, Time time) {
    return Caffeine.newBuilder()
        .maximumSize(limit)
        .expireAfter(Lived.<K, V>lives())
        .ticker(time::nanos)
        .executor(Runnable::run)
        .<K, V>build();
  }

  private static <K, V extends Lived> Expiry<K, V> lives() {
    return Expiry.writing((_, entry) -> Duration.ofNanos(entry.lifeNanos()));
  }

  /** Returns what an answer weighs, in bytes. */
  static int weight(Answer answer) {
    return (int) Math.min(Integer.MAX_VALUE, Footprint.of(answer));
  }

  /** Returns a span in nanoseconds, at most a century. */
  static long nanos(Duration duration) {
    // Durations beyond 292 years do not fit.
    return duration.compareTo(Duration.ofDays(36_500)) < 0
        ? duration.toNanos()
        : TimeUnit.DAYS.toNanos(36_500);
  }
}
