package dev.admiral.cli;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened in a span of time, from what a server had counted at its beginning and at its end.
 *
 * @param time the span
 * @param isWhole whether that is all the time since the server's start
 * @param total what happened in it, counts and money only
 * @param agents what each agent did, busiest first
 * @param models what each model did, busiest first
 */
record Rates(Duration time, boolean isWhole, CallStats total, List<One> agents, List<One> models) {
  /** No span is shorter: nothing is divided by zero. */
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /**
   * One agent or model.
   *
   * @param now what it did in the span
   * @param whole what it did since the server's start
   */
  record One(String name, CallStats now, CallStats whole, Duration time) {
    String perSecond(long count) {
      return Show.perSecond(count / Rates.seconds(time));
    }
  }

  /** Returns the rates between two countings of one run of a server. */
  static Rates between(StatsResponse before, StatsResponse after, Duration time) {
    return of(before, after, time, false);
  }

  /** Returns the average rates since the server's start. */
  static Rates sinceStart(StatsResponse stats, Instant now) {
    Timestamp start = stats.getStartTime();
    return of(
        StatsResponse.getDefaultInstance(), stats, Duration.between(Show.moment(start), now), true);
  }

  String perSecond(long count) {
    return Show.perSecond(count / seconds(time));
  }

  /** Returns the span in words. */
  String span() {
    return isWhole ? "all the time since the start" : Show.time(time);
  }

  private static Rates of(
      StatsResponse before, StatsResponse after, Duration span, boolean isWhole) {
    Duration time = span.compareTo(SHORTEST) < 0 ? SHORTEST : span;
    Map<String, CallStats> agents = new HashMap<>();
    Statistics.agents(before).forEach(row -> agents.put(Statistics.name(row), row.getStats()));
    Map<String, CallStats> models = new HashMap<>();
    Statistics.models(before).forEach(row -> models.put(Statistics.name(row), row.getStats()));
    return new Rates(
        time,
        isWhole,
        less(after.getTotal(), before.getTotal()),
        busiest(Statistics.agents(after), agents, time),
        busiest(Statistics.models(after), models, time));
  }

  private static List<One> busiest(
      List<StatsRow> rows, Map<String, CallStats> before, Duration time) {
    return rows.stream()
        .map(row -> one(Statistics.name(row), row.getStats(), before, time))
        .sorted(BUSIEST)
        .toList();
  }

  private static final Comparator<One> BUSIEST =
      Comparator.<One>comparingLong(one -> -one.now().getCallCount())
          .thenComparingLong(one -> -one.whole().getCallCount())
          .thenComparing(One::name);

  private static One one(
      String name, CallStats whole, Map<String, CallStats> before, Duration time) {
    CallStats earlier = before.getOrDefault(name, CallStats.getDefaultInstance());
    return new One(name, less(whole, earlier), whole, time);
  }

  private static CallStats less(CallStats after, CallStats before) {
    return CallStats.newBuilder()
        .setCallCount(after.getCallCount() - before.getCallCount())
        .setFailureCount(after.getFailureCount() - before.getFailureCount())
        .setUpstreamCount(after.getUpstreamCount() - before.getUpstreamCount())
        .setMemoryHitCount(after.getMemoryHitCount() - before.getMemoryHitCount())
        .setDiskHitCount(after.getDiskHitCount() - before.getDiskHitCount())
        .setNearMatchCount(after.getNearMatchCount() - before.getNearMatchCount())
        .setCoalescedCount(after.getCoalescedCount() - before.getCoalescedCount())
        .setRepeatedCount(after.getRepeatedCount() - before.getRepeatedCount())
        .setSavedCallCount(after.getSavedCallCount() - before.getSavedCallCount())
        .setSpentAmount(less(after.getSpentAmount(), before.getSpentAmount()))
        .setSavedAmount(less(after.getSavedAmount(), before.getSavedAmount()))
        .build();
  }

  private static Money less(Money after, Money before) {
    return Amounts.dollars(Amounts.decimal(after).subtract(Amounts.decimal(before)));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
