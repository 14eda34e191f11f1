package dev.admiral.cli;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.ModelStats;
import dev.admiral.optimizer.v1.StatsResponse;
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
    before.getAgentsList().forEach(one -> agents.put(one.getAgentId(), one.getStats()));
    Map<String, CallStats> models = new HashMap<>();
    before.getModelsList().forEach(one -> models.put(name(one), one.getStats()));
    return new Rates(
        time,
        isWhole,
        less(after.getTotal(), before.getTotal()),
        after.getAgentsList().stream()
            .map(one -> one(one.getAgentId(), one.getStats(), agents, time))
            .sorted(BUSIEST)
            .toList(),
        after.getModelsList().stream()
            .map(one -> one(name(one), one.getStats(), models, time))
            .sorted(BUSIEST)
            .toList());
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

  private static String name(ModelStats model) {
    return model.getProvider() + "/" + model.getModel();
  }

  private static CallStats less(CallStats after, CallStats before) {
    return CallStats.newBuilder()
        .setCallCount(after.getCallCount() - before.getCallCount())
        .setFailureCount(after.getFailureCount() - before.getFailureCount())
        .setUpstreamCount(after.getUpstreamCount() - before.getUpstreamCount())
        .setMemoryHitCount(after.getMemoryHitCount() - before.getMemoryHitCount())
        .setDiskHitCount(after.getDiskHitCount() - before.getDiskHitCount())
        .setNearMatchCount(after.getNearMatchCount() - before.getNearMatchCount())
        .setJoinedCount(after.getJoinedCount() - before.getJoinedCount())
        .setRepeatedCount(after.getRepeatedCount() - before.getRepeatedCount())
        .setSavedCallCount(after.getSavedCallCount() - before.getSavedCallCount())
        .setSpentPicoUsd(after.getSpentPicoUsd() - before.getSpentPicoUsd())
        .setSavedPicoUsd(after.getSavedPicoUsd() - before.getSavedPicoUsd())
        .build();
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }
}
