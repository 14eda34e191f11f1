package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.stats.Histogram;
import java.time.Duration;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The upper bounds of one histogram's buckets. The statistics are asked once for the bounds of all,
 * and each histogram takes its own from what they tell.
 *
 * @param seconds rising
 */
record Bounds(List<Double> seconds) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** From a hit in memory to an answer of many minutes. */
  static final Bounds CALL =
      of(
          0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
          5, 10, 30, 60, 120, 300);

  /** What this server adds is a few hundred microseconds while it has the processors it needs. */
  static final Bounds OVERHEAD =
      of(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1);

  /** As the convention gives them for durations. */
  static final Bounds GEN_AI_DURATION =
      of(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);

  /** As the convention gives them for the time to the first token. */
  static final Bounds GEN_AI_FIRST_TOKEN =
      of(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10);

  private static final List<Double> ALL =
      DoubleStream.concat(
              DoubleStream.concat(CALL.stream(), OVERHEAD.stream()),
              DoubleStream.concat(GEN_AI_DURATION.stream(), GEN_AI_FIRST_TOKEN.stream()))
          .distinct()
          .sorted()
          .boxed()
          .toList();

  private static Bounds of(double... seconds) {
    return new Bounds(DoubleStream.of(seconds).boxed().toList());
  }

  private DoubleStream stream() {
    return seconds.stream().mapToDouble(Double::doubleValue);
  }

  /** Returns the bounds of all histograms together. */
  static List<Duration> all() {
    return ALL.stream()
        .map(bound -> Duration.ofNanos(Math.round(bound * NANOS_PER_SECOND)))
        .toList();
  }

  /** Returns what a histogram that was asked for {@link #all()} counted up to these bounds. */
  long[] of(Histogram histogram) {
    return seconds.stream()
        .mapToLong(bound -> histogram.counts().get(ALL.indexOf(bound)))
        .toArray();
  }
}
