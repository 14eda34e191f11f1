package dev.admiral.optimizer.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.admiral.optimizer.v1.Latency;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Ranks against exactly sorted durations. */
class LatenciesTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();

  @Property(tries = 500)
  void ranks_anyDurations_areWithinOnePercentOfTheExactOnes(@ForAll("durations") List<Long> nanos) {
    Latencies first = new Latencies();
    Latencies second = new Latencies();
    for (int i = 0; i < nanos.size(); i++) {
      (i % 2 == 0 ? first : second).record(nanos.get(i));
    }
    Latencies.Sum sum = new Latencies.Sum();
    sum.add(first);
    sum.add(second);

    Latency latency = sum.toProto();

    List<Long> sorted = nanos.stream().sorted().toList();
    assertThat(latency.getCount()).isEqualTo(nanos.size());
    assertThat(nanos(latency.getMax())).isEqualTo(sorted.getLast());
    assertRank(nanos(latency.getP50()), sorted, 500);
    assertRank(nanos(latency.getP95()), sorted, 950);
    assertRank(nanos(latency.getP99()), sorted, 990);
    assertRank(nanos(latency.getP999()), sorted, 999);
  }

  @Property(tries = 300)
  void histogram_anyDurations_countsThoseBelowEachBoundWithinOnePercent(
      @ForAll("durations") List<Long> nanos) {
    Latencies latencies = new Latencies();
    nanos.forEach(latencies::record);
    long[] bounds = {1_000, 50_000, 1_000_000, 20_000_000, 5_000_000_000L, HOUR};

    Histogram histogram = latencies.histogram(bounds);

    assertThat(histogram.count()).isEqualTo(nanos.size());
    for (int i = 0; i < bounds.length; i++) {
      long slack = Math.max(8, bounds[i] / 100);
      long bound = bounds[i];
      assertThat(histogram.counts().get(i))
          .isBetween(
              nanos.stream().filter(n -> n <= bound - slack).count(),
              nanos.stream().filter(n -> n <= bound + slack).count());
    }
    double exact = nanos.stream().mapToLong(n -> n).sum() / 1e9;
    assertThat(histogram.sumSeconds()).isBetween(exact * 0.99 - 1e-6, exact * 1.01 + 1e-6);
  }

  @Test
  void record_beyondTheRange_countsAtItsEnds() {
    Latencies latencies = new Latencies();
    latencies.record(-5);
    latencies.record(Long.MAX_VALUE);
    Latencies.Sum sum = new Latencies.Sum();
    sum.add(latencies);

    Latency latency = sum.toProto();

    assertThat(latency.getCount()).isEqualTo(2);
    assertThat(nanos(latency.getP50())).isBetween(0L, 8L);
    assertThat(nanos(latency.getMax())).isGreaterThan(HOUR);
  }

  @Test
  void toProto_nothingRecorded_hasNoRanks() {
    assertThat(new Latencies.Sum().toProto()).isEqualTo(Latency.getDefaultInstance());
  }

  @Provide
  Arbitrary<List<Long>> durations() {
    // Even over the doublings, as latencies of hits and of long answers are.
    return Arbitraries.integers()
        .between(10, 41)
        .flatMap(bits -> Arbitraries.longs().between(1L << (bits - 1), (1L << bits) - 1))
        .map(nanos -> Math.min(nanos, HOUR))
        .list()
        .ofMinSize(1)
        .ofMaxSize(300);
  }

  private static long nanos(com.google.protobuf.Duration duration) {
    return duration.getSeconds() * 1_000_000_000 + duration.getNanos();
  }

  private static void assertRank(long found, List<Long> sorted, int perMille) {
    int rank = Math.max(1, Math.ceilDiv(sorted.size() * perMille, 1_000));
    long exact = sorted.get(rank - 1);
    if (exact >= 1_000) {
      assertThat(found).isCloseTo(exact, withinPercentage(1));
    } else {
      assertThat(Math.abs(found - exact)).isLessThanOrEqualTo(8);
    }
  }
}
