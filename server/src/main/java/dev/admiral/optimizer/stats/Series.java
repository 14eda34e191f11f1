package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.MoneyAdder;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The calls of one agent that one model answered. */
final class Series {
  private static final int FAILED = Source.SOURCE_UNSPECIFIED_VALUE;
  private static final int SOURCES = Source.SOURCE_REPEATED_VALUE + 1;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long NANOS_PER_MICRO = 1_000;

  // By number of the source; failed calls have none.
  private final LongAdder[] calls =
      Stream.generate(LongAdder::new).limit(SOURCES).toArray(LongAdder[]::new);
  private final MoneyAdder spent = new MoneyAdder();
  private final MoneyAdder saved = new MoneyAdder();
  // In nanoseconds the hits of a busy year on long answers would not fit.
  private final LongAdder savedMicros = new LongAdder();
  private final LongAdder unpriced = new LongAdder();
  // By number of the source, of those that answered.
  private final AtomicReferenceArray<@Nullable Latencies> latency =
      new AtomicReferenceArray<>(SOURCES);
  private final Latencies overhead = new Latencies();

  void finished(Outcome outcome, Duration total, Duration overheadTime, Duration savedTime) {
    switch (outcome) {
      case Outcome.Answered answered -> {
        int source = answered.source().getNumber();
        boolean upstream = answered.source() == Source.SOURCE_UPSTREAM;
        calls[source].increment();
        switch (answered.answer().cost()) {
          case Cost.Known known -> (upstream ? spent : saved).add(known.amount());
          case Cost.Unknown unknown -> unpriced.increment();
        }
        latency(source).record(total.toNanos());
        if (upstream) {
          overhead.record(overheadTime.toNanos());
        } else if (!savedTime.isZero()) {
          savedMicros.add(savedTime.toNanos() / NANOS_PER_MICRO);
        }
      }
      case Outcome.Failed failed -> calls[FAILED].increment();
    }
  }

  private Latencies latency(int source) {
    Latencies known = latency.get(source);
    if (known != null) {
      return known;
    }
    Latencies fresh = new Latencies();
    Latencies other = latency.compareAndExchange(source, null, fresh);
    return other == null ? fresh : other;
  }

  /** Returns the calls that ended. */
  long count() {
    long count = 0;
    for (LongAdder of : calls) {
      count += of.sum();
    }
    return count;
  }

  /** Returns the calls that failed. */
  long failures() {
    return calls[FAILED].sum();
  }

  /** Returns the calls for which a provider was asked and answered. */
  long upstream() {
    return calls[Source.SOURCE_UPSTREAM_VALUE].sum();
  }

  /** Several series together. Not safe for concurrent use. */
  static final class Sum {
    private final long[] calls = new long[SOURCES];
    private Money spent = Money.ZERO;
    private Money saved = Money.ZERO;
    private long savedMicros;
    private long unpriced;
    private final Latencies.Sum latency = new Latencies.Sum();
    private final Latencies.Sum overhead = new Latencies.Sum();

    void add(Series series) {
      for (int source = 0; source < SOURCES; source++) {
        calls[source] += series.calls[source].sum();
        Latencies of = series.latency.get(source);
        if (of != null) {
          latency.add(of);
        }
      }
      spent = spent.plus(series.spent.sum());
      saved = saved.plus(series.saved.sum());
      savedMicros = Math.addExact(savedMicros, series.savedMicros.sum());
      unpriced += series.unpriced.sum();
      overhead.add(series.overhead);
    }

    long count() {
      long count = 0;
      for (long of : calls) {
        count += of;
      }
      return count;
    }

    CallStats toProto() {
      long all = count();
      long answers = all - calls[FAILED];
      long savedCalls = answers - calls[Source.SOURCE_UPSTREAM_VALUE];
      return CallStats.newBuilder()
          .setCallCount(all)
          .setFailureCount(calls[FAILED])
          .setUpstreamCount(calls[Source.SOURCE_UPSTREAM_VALUE])
          .setMemoryHitCount(calls[Source.SOURCE_MEMORY_VALUE])
          .setDiskHitCount(calls[Source.SOURCE_DISK_VALUE])
          .setNearMatchCount(calls[Source.SOURCE_NEAR_MATCH_VALUE])
          .setCoalescedCount(calls[Source.SOURCE_COALESCED_VALUE])
          .setRepeatedCount(calls[Source.SOURCE_REPEATED_VALUE])
          .setSavedCallCount(savedCalls)
          .setMemoryHitRate(part(calls[Source.SOURCE_MEMORY_VALUE], answers))
          .setDiskHitRate(part(calls[Source.SOURCE_DISK_VALUE], answers))
          .setSavedRate(part(savedCalls, answers))
          .setSpentAmount(ProtoMoney.of(spent))
          .setSavedAmount(ProtoMoney.of(saved))
          .setUnpricedCount(unpriced)
          .setLatency(latency.toProto())
          .setOverhead(overhead.toProto())
          .setSavedDuration(Latencies.duration(ofMicros(savedMicros)))
          .build();
    }

    private static double part(long some, long all) {
      return all == 0 ? 0 : (double) some / all;
    }
  }

  /** The series of one model, latencies by source. Not safe for concurrent use. */
  static final class SumBySource {
    private final Map<Source, Latencies.Sum> durations = new EnumMap<>(Source.class);
    private final Latencies.Sum overhead = new Latencies.Sum();
    private Money spent = Money.ZERO;
    private Money saved = Money.ZERO;
    private long savedMicros;
    private long unpriced;

    void add(Series series) {
      for (int source = 0; source < SOURCES; source++) {
        Latencies of = series.latency.get(source);
        if (of != null) {
          durations.computeIfAbsent(Source.forNumber(source), s -> new Latencies.Sum()).add(of);
        }
      }
      overhead.add(series.overhead);
      spent = spent.plus(series.spent.sum());
      saved = saved.plus(series.saved.sum());
      savedMicros = Math.addExact(savedMicros, series.savedMicros.sum());
      unpriced += series.unpriced.sum();
    }

    Totals.Model totals(String provider, String model, long[] boundsNanos) {
      Map<Source, Histogram> histograms = new EnumMap<>(Source.class);
      durations.forEach((source, sum) -> histograms.put(source, sum.histogram(boundsNanos)));
      return new Totals.Model(
          provider,
          model,
          histograms,
          overhead.histogram(boundsNanos),
          spent,
          saved,
          ofMicros(savedMicros),
          unpriced);
    }
  }

  private static Duration ofMicros(long micros) {
    return Duration.ofSeconds(
        micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND * NANOS_PER_MICRO);
  }
}
