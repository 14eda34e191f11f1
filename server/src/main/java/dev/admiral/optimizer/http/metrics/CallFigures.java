package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.http.metrics.ModelNames.Name;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.stats.Histogram;
import dev.admiral.optimizer.stats.TokenHistogram;
import dev.admiral.optimizer.stats.Totals;
import dev.admiral.optimizer.telemetry.GenAiNames;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StatsRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Tells what was counted of calls and of tries of providers. */
final class CallFigures implements Figures {
  private static final String NONE = "none";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int PICO_DIGITS = 12;

  private static final List<Double> TOKEN_BOUNDS =
      TokenHistogram.BOUNDS.stream().map(Long::doubleValue).toList();

  // What has not happened yet is told as zero, so that its first time is seen to be one.
  private static final List<Source> SOURCES =
      Stream.of(Source.values())
          .filter(source -> source != Source.SOURCE_UNSPECIFIED && source != Source.UNRECOGNIZED)
          .toList();
  private static final List<ErrorReason> REASONS =
      Stream.of(ErrorReason.values())
          .filter(reason ->
              reason != ErrorReason.ERROR_REASON_UNSPECIFIED && reason != ErrorReason.UNRECOGNIZED)
          .toList();
  private static final Histogram NOTHING =
      new Histogram(Collections.nCopies(Bounds.all().size(), 0L), 0, 0);

  /** Vectors are not told apart: a model that gives them gives little else. */
  private static final String OPERATION = GenAiNames.CHAT;

  private final CallStatistics statistics;
  private final ModelNames names;

  CallFigures(CallStatistics statistics, ModelNames names) {
    this.statistics = statistics;
    this.names = names;
  }

  @Override
  public void tell(Exposition to) {
    Totals totals = statistics.totals(Bounds.all());
    to.put(Metric.IN_FLIGHT, totals.inFlight());
    // Where there is not room for all models, the busiest ones come first.
    SOURCES.forEach(source -> put(to, Metric.DURATION, Bounds.CALL, NOTHING, Words.of(source)));
    put(to, Metric.OVERHEAD, Bounds.OVERHEAD, NOTHING);
    totals.models().stream()
        .sorted(Comparator.comparingLong(CallFigures::calls).reversed())
        .forEach(model -> answers(to, model));
    for (ErrorReason reason : REASONS) {
      to.put(Metric.FAILURES, totals.failures().getOrDefault(reason, 0L), Words.of(reason));
    }
    to.put(
        Metric.CALLS,
        totals.failures().values().stream().mapToLong(Long::longValue).sum(),
        "failed",
        NONE,
        NONE,
        NONE);
    totals.upstreams().forEach(upstream -> tries(to, upstream));
  }

  private static long calls(Totals.Model model) {
    return model.durations().values().stream().mapToLong(Histogram::count).sum();
  }

  private void answers(Exposition to, Totals.Model model) {
    Name name = names.of(model.provider(), model.model());
    model
        .durations()
        .forEach((source, durations) -> {
          to.put(
              Metric.CALLS,
              durations.count(),
              "answered",
              Words.of(source),
              name.provider(),
              name.model());
          put(to, Metric.DURATION, Bounds.CALL, durations, Words.of(source));
        });
    put(to, Metric.OVERHEAD, Bounds.OVERHEAD, model.overhead());
    String[] labels = {name.provider(), name.model()};
    to.put(Metric.SPENT, model.spent().usd().doubleValue(), labels);
    to.put(Metric.SAVED, model.saved().usd().doubleValue(), labels);
    to.put(Metric.SAVED_TIME, seconds(model.savedTime()), labels);
    to.put(Metric.UNPRICED, model.unpriced(), labels);
  }

  private void tries(Exposition to, Totals.Upstream upstream) {
    Name name = names.of(upstream.provider(), upstream.model());
    String provider = name.provider();
    String model = name.model();
    to.put(Metric.ATTEMPTS, upstream.succeeded(), provider, model, "succeeded", NONE);
    upstream
        .failed()
        .forEach((reason, count) ->
            to.put(Metric.ATTEMPTS, count, provider, model, "failed", Words.of(reason)));
    put(to, Metric.UPSTREAM_DURATION, Bounds.CALL, upstream.duration(), provider, model);
    put(to, Metric.FIRST_TOKEN, Bounds.CALL, upstream.firstPiece(), provider, model);
    tokens(to, upstream, provider, model);

    String vendor = GenAiNames.provider(provider);
    put(
        to,
        Metric.GEN_AI_DURATION,
        Bounds.GEN_AI_DURATION,
        upstream.duration(),
        OPERATION,
        vendor,
        model);
    put(
        to,
        Metric.GEN_AI_FIRST_TOKEN,
        Bounds.GEN_AI_FIRST_TOKEN,
        upstream.firstPiece(),
        OPERATION,
        vendor,
        model);
    sizes(to, upstream.inputSizes(), upstream.inputTokens(), vendor, model, "input");
    sizes(to, upstream.outputSizes(), upstream.outputTokens(), vendor, model, "output");
  }

  /** Each token once, so that the kinds add up. */
  private static void tokens(
      Exposition to, Totals.Upstream upstream, String provider, String model) {
    to.put(Metric.TOKENS, upstream.plainInputTokens(), provider, model, "input");
    to.put(Metric.TOKENS, upstream.cachedInputTokens(), provider, model, "cached_input");
    to.put(Metric.TOKENS, upstream.cacheWriteTokens(), provider, model, "cache_write");
    to.put(Metric.TOKENS, upstream.plainOutputTokens(), provider, model, "output");
    to.put(Metric.TOKENS, upstream.reasoningTokens(), provider, model, "reasoning");
  }

  private static void sizes(
      Exposition to,
      TokenHistogram sizes,
      long tokens,
      String provider,
      String model,
      String type) {
    to.histogram(
        Metric.GEN_AI_TOKENS,
        TOKEN_BOUNDS,
        sizes.counts().stream().mapToLong(Long::longValue).toArray(),
        sizes.count(),
        (double) tokens,
        OPERATION,
        provider,
        model,
        type);
  }

  private static void put(
      Exposition to, Metric metric, Bounds bounds, Histogram histogram, String... labels) {
    to.histogram(
        metric,
        bounds.seconds(),
        bounds.of(histogram),
        histogram.count(),
        histogram.sumSeconds(),
        labels);
  }

  /** Tells the agents of one tenant. */
  void tellAgents(Exposition to, String tenant) {
    for (StatsRow agent : statistics.snapshot(tenant, null).agents()) {
      String id = agent.getAgentId();
      long failed = agent.getStats().getFailureCount();
      to.put(Metric.AGENT_CALLS, agent.getStats().getCallCount() - failed, id, "answered");
      to.put(Metric.AGENT_CALLS, failed, id, "failed");
      to.put(Metric.AGENT_SPENT, usd(agent.getStats().getSpentAmount()), id);
      to.put(Metric.AGENT_SAVED, usd(agent.getStats().getSavedAmount()), id);
    }
  }

  private static double usd(Money amount) {
    return BigDecimal.valueOf(amount.getUnits())
        .add(BigDecimal.valueOf(amount.getPico(), PICO_DIGITS))
        .doubleValue();
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / NANOS_PER_SECOND;
  }
}
