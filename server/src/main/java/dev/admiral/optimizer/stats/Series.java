package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.Source;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** The calls of one agent that one model answered. */
final class Series {
  private static final int FAILED = Source.SOURCE_UNSPECIFIED_VALUE;
  private static final int SOURCES = Source.SOURCE_REPEATED_VALUE + 1;

  // By number of the source; failed calls have none.
  private final LongAdder[] calls =
      Stream.generate(LongAdder::new).limit(SOURCES).toArray(LongAdder[]::new);
  private final LongAdder spentPicoUsd = new LongAdder();
  private final LongAdder savedPicoUsd = new LongAdder();
  private final LongAdder unpriced = new LongAdder();
  private final Latencies latency = new Latencies();
  private final Latencies overhead = new Latencies();

  void finished(Outcome outcome, long totalNanos, long overheadNanos) {
    switch (outcome) {
      case Outcome.Answered answered -> {
        boolean upstream = answered.source() == Source.SOURCE_UPSTREAM;
        calls[answered.source().getNumber()].increment();
        switch (answered.answer().cost()) {
          case Cost.Known known ->
              (upstream ? spentPicoUsd : savedPicoUsd).add(known.amount().picoUsd());
          case Cost.Unknown unknown -> unpriced.increment();
        }
        latency.record(totalNanos);
        if (upstream) {
          overhead.record(overheadNanos);
        }
      }
      case Outcome.Failed failed -> calls[FAILED].increment();
    }
  }

  /** Several series together. Not safe for concurrent use. */
  static final class Sum {
    private final long[] calls = new long[SOURCES];
    private long spentPicoUsd;
    private long savedPicoUsd;
    private long unpriced;
    private final Latencies.Sum latency = new Latencies.Sum();
    private final Latencies.Sum overhead = new Latencies.Sum();

    void add(Series series) {
      for (int source = 0; source < SOURCES; source++) {
        calls[source] += series.calls[source].sum();
      }
      spentPicoUsd = Math.addExact(spentPicoUsd, series.spentPicoUsd.sum());
      savedPicoUsd = Math.addExact(savedPicoUsd, series.savedPicoUsd.sum());
      unpriced += series.unpriced.sum();
      latency.add(series.latency);
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
      long saved = answers - calls[Source.SOURCE_UPSTREAM_VALUE];
      return CallStats.newBuilder()
          .setCallCount(all)
          .setFailureCount(calls[FAILED])
          .setUpstreamCount(calls[Source.SOURCE_UPSTREAM_VALUE])
          .setMemoryHitCount(calls[Source.SOURCE_MEMORY_VALUE])
          .setDiskHitCount(calls[Source.SOURCE_DISK_VALUE])
          .setNearMatchCount(calls[Source.SOURCE_NEAR_MATCH_VALUE])
          .setJoinedCount(calls[Source.SOURCE_JOINED_VALUE])
          .setRepeatedCount(calls[Source.SOURCE_REPEATED_VALUE])
          .setSavedCallCount(saved)
          .setMemoryHitRate(part(calls[Source.SOURCE_MEMORY_VALUE], answers))
          .setDiskHitRate(part(calls[Source.SOURCE_DISK_VALUE], answers))
          .setSavedRate(part(saved, answers))
          .setSpentPicoUsd(spentPicoUsd)
          .setSavedPicoUsd(savedPicoUsd)
          .setUnpricedCount(unpriced)
          .setLatency(latency.toProto())
          .setOverhead(overhead.toProto())
          .build();
    }

    private static double part(long some, long all) {
      return all == 0 ? 0 : (double) some / all;
    }
  }
}
