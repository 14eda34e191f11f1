package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.v1.Latency;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A histogram of durations from a microsecond to an hour, with a relative error below 1 %. Shorter
 * ones are exact to 8 ns, longer ones count as the longest.
 *
 * <p>Each doubling has 64 buckets, which come into being with the first duration among them: the
 * calls of one agent to one model spread over some ten doublings, 5 KB, where a histogram laid out
 * for the whole range takes 27. Recording is one atomic addition.
 */
final class Latencies {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int BITS = 6;
  private static final int BUCKETS_OF_DOUBLING = 1 << BITS;
  // Below this many bits all buckets are 8 ns wide: the first "doubling" starts at zero.
  private static final int FIRST_BITS = 9;
  private static final int LAST_BITS = 42;
  private static final int DOUBLINGS = LAST_BITS - FIRST_BITS + 1;
  private static final long LONGEST_NANOS = (1L << LAST_BITS) - 1;

  /** Number of buckets of the whole range. */
  private static final int BUCKETS = DOUBLINGS * BUCKETS_OF_DOUBLING;

  private final AtomicReferenceArray<AtomicLongArray> doublings =
      new AtomicReferenceArray<>(DOUBLINGS);
  private final AtomicLong longest = new AtomicLong();

  void record(long nanos) {
    long value = Math.clamp(nanos, 0, LONGEST_NANOS);
    int bucket = bucket(value);
    int doubling = bucket >>> BITS;
    AtomicLongArray counts = doublings.get(doubling);
    if (counts == null) {
      doublings.compareAndSet(doubling, null, new AtomicLongArray(BUCKETS_OF_DOUBLING));
      counts = doublings.get(doubling);
    }
    counts.getAndIncrement(bucket & (BUCKETS_OF_DOUBLING - 1));
    if (value > longest.get()) {
      longest.accumulateAndGet(value, Math::max);
    }
  }

  /** Returns the bucket of a duration: doublings one after the other, 64 buckets each. */
  private static int bucket(long nanos) {
    int bits = Math.max(FIRST_BITS, Long.SIZE - Long.numberOfLeadingZeros(nanos));
    int shift = bits == FIRST_BITS ? FIRST_BITS - BITS : bits - 1 - BITS;
    int doubling = bits - FIRST_BITS;
    return (doubling << BITS) + ((int) (nanos >>> shift) & (BUCKETS_OF_DOUBLING - 1));
  }

  /** Returns the middle of a bucket. */
  private static long middle(int bucket) {
    int doubling = bucket >>> BITS;
    long within = bucket & (BUCKETS_OF_DOUBLING - 1);
    int bits = doubling + FIRST_BITS;
    int shift = doubling == 0 ? FIRST_BITS - BITS : bits - 1 - BITS;
    long base = doubling == 0 ? 0 : 1L << (bits - 1);
    return base + (within << shift) + (1L << shift) / 2;
  }

  /** Returns these durations alone, as {@link Sum#histogram} does. */
  Histogram histogram(long[] boundsNanos) {
    Sum sum = new Sum();
    sum.add(this);
    return sum.histogram(boundsNanos);
  }

  /** The durations of several histograms together. Not safe for concurrent use. */
  static final class Sum {
    private final long[] counts = new long[BUCKETS];
    private long longest;

    void add(Latencies latencies) {
      for (int d = 0; d < DOUBLINGS; d++) {
        AtomicLongArray of = latencies.doublings.get(d);
        for (int i = 0; of != null && i < BUCKETS_OF_DOUBLING; i++) {
          counts[(d << BITS) + i] += of.get(i);
        }
      }
      longest = Math.max(longest, latencies.longest.get());
    }

    /**
     * Returns how many durations did not exceed each bound, within the error of a bucket.
     *
     * @param boundsNanos rising
     */
    Histogram histogram(long[] boundsNanos) {
      long[] cumulative = new long[boundsNanos.length];
      long total = 0;
      double sumNanos = 0;
      int bound = 0;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        if (counts[bucket] != 0) {
          long middle = middle(bucket);
          while (bound < boundsNanos.length && boundsNanos[bound] < middle) {
            cumulative[bound++] = total;
          }
          total += counts[bucket];
          sumNanos += (double) middle * counts[bucket];
        }
      }
      while (bound < boundsNanos.length) {
        cumulative[bound++] = total;
      }
      return new Histogram(
          Arrays.stream(cumulative).boxed().toList(), total, sumNanos / NANOS_PER_SECOND);
    }

    Latency toProto() {
      long total = 0;
      for (long count : counts) {
        total += count;
      }
      Latency.Builder latency = Latency.newBuilder().setCount(total);
      if (total > 0) {
        latency
            .setP50(duration(Duration.ofNanos(rank(total, 500))))
            .setP95(duration(Duration.ofNanos(rank(total, 950))))
            .setP99(duration(Duration.ofNanos(rank(total, 990))))
            .setP999(duration(Duration.ofNanos(rank(total, 999))))
            .setMax(duration(Duration.ofNanos(longest)));
      }
      return latency.build();
    }

    /** Returns the smallest duration that {@code perMille} of all do not exceed. */
    private long rank(long total, int perMille) {
      long rank = Math.max(1, Math.ceilDiv(total * perMille, 1_000));
      long seen = 0;
      for (int bucket = 0; bucket < BUCKETS; bucket++) {
        seen += counts[bucket];
        if (seen >= rank) {
          // The middle of the last bucket may lie above all that is in it.
          return Math.min(middle(bucket), longest);
        }
      }
      return longest;
    }
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }
}
