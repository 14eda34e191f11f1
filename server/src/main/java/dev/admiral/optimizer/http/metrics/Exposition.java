package dev.admiral.optimizer.http.metrics;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * One reading in the making. What is told twice under the same labels is added up, which is how
 * models beyond the bound become one. For one thread.
 */
final class Exposition {
  private final Map<Metric, Map<List<String>, Value>> values = new EnumMap<>(Metric.class);

  /** What one series has; counts of buckets are not cumulative. */
  private static final class Value {
    private double number;
    private long count;
    private double[] bounds = {};
    private long[] buckets = {};
  }

  /** Tells the value of a counter or gauge. */
  void put(Metric metric, double value, String... labels) {
    of(metric, labels).number += value;
  }

  /** Tells the value of a counter or gauge that is a whole number. */
  void put(Metric metric, long value, String... labels) {
    put(metric, (double) value, labels);
  }

  /** Returns how it is told that something holds. */
  static double number(boolean holds) {
    return holds ? 1 : 0;
  }

  /** Tells that something is so; the labels say what. */
  void info(Metric metric, String... labels) {
    of(metric, labels);
  }

  /** Tells a count and a sum. */
  void summary(Metric metric, long count, double sum, String... labels) {
    Value value = of(metric, labels);
    value.count += count;
    value.number += sum;
  }

  /**
   * Tells a distribution.
   *
   * @param bounds rising
   * @param upTo how many did not exceed each bound
   * @param count how many there were
   * @param sum what they are together
   */
  void histogram(
      Metric metric, List<Double> bounds, long[] upTo, long count, double sum, String... labels) {
    Value value = of(metric, labels);
    if (value.buckets.length == 0) {
      value.buckets = new long[bounds.size() + 1];
      value.bounds =
          IntStream.rangeClosed(0, bounds.size())
              .mapToDouble(i -> i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY)
              .toArray();
    }
    long before = 0;
    for (int i = 0; i < upTo.length; i++) {
      value.buckets[i] += upTo[i] - before;
      before = upTo[i];
    }
    value.buckets[upTo.length] += count - before;
    value.number += sum;
  }

  private Value of(Metric metric, String... labels) {
    if (labels.length != metric.labels().size()) {
      throw new IllegalArgumentException(metric + " has the labels " + metric.labels());
    }
    return values
        .computeIfAbsent(metric, m -> new LinkedHashMap<>())
        .computeIfAbsent(Arrays.asList(labels), l -> new Value());
  }

  /** Returns all that was told. */
  MetricSnapshots build() {
    return new MetricSnapshots(values.keySet().stream().map(this::family).toList());
  }

  private MetricSnapshot family(Metric metric) {
    return switch (metric.type()) {
      case COUNTER -> {
        CounterSnapshot.Builder family =
            CounterSnapshot.builder().name(metric.base()).help(metric.help());
        each(
            metric,
            (labels, value) ->
                family.dataPoint(
                    CounterDataPointSnapshot.builder().labels(labels).value(value.number).build()));
        yield family.build();
      }
      case GAUGE -> {
        GaugeSnapshot.Builder family =
            GaugeSnapshot.builder().name(metric.base()).help(metric.help());
        each(
            metric,
            (labels, value) ->
                family.dataPoint(
                    GaugeDataPointSnapshot.builder().labels(labels).value(value.number).build()));
        yield family.build();
      }
      case HISTOGRAM -> {
        HistogramSnapshot.Builder family =
            HistogramSnapshot.builder().name(metric.base()).help(metric.help());
        each(metric, (labels, value) -> family.dataPoint(histogram(labels, value)));
        yield family.build();
      }
      case SUMMARY -> {
        SummarySnapshot.Builder family =
            SummarySnapshot.builder().name(metric.base()).help(metric.help());
        each(
            metric,
            (labels, value) ->
                family.dataPoint(
                    SummaryDataPointSnapshot.builder()
                        .labels(labels)
                        .count(value.count)
                        .sum(value.number)
                        .build()));
        yield family.build();
      }
      case INFO -> {
        InfoSnapshot.Builder family =
            InfoSnapshot.builder().name(metric.base()).help(metric.help());
        each(
            metric,
            (labels, value) ->
                family.dataPoint(InfoDataPointSnapshot.builder().labels(labels).build()));
        yield family.build();
      }
    };
  }

  private static HistogramDataPointSnapshot histogram(Labels labels, Value value) {
    HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder();
    point.labels(labels);
    point.sum(value.number);
    return point
        .classicHistogramBuckets(ClassicHistogramBuckets.of(value.bounds, value.buckets))
        .build();
  }

  private interface Point {
    void add(Labels labels, Value value);
  }

  private void each(Metric metric, Point point) {
    requireNonNull(values.get(metric))
        .forEach((labels, value) -> point.add(Labels.of(metric.labels(), labels), value));
  }
}
