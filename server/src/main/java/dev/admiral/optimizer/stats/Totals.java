package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What was counted of all tenants together since the server started, for metrics. Each count only
 * ever grows, but for {@code inFlight}; they are read one after another, not at one instant.
 *
 * @param models answers by model that gave them, in order of provider and model; models beyond the
 *     bounds of the statistics are one of the empty provider, named {@link CallStatistics#OTHERS}
 * @param failures calls that failed, by reason; reasons that never came are absent
 * @param upstreams tries by model that was asked, in order of provider and model
 * @param inFlight calls begun and not finished
 */
public record Totals(
    List<Model> models, Map<ErrorReason, Long> failures, List<Upstream> upstreams, long inFlight) {

  /**
   * The answers of one model, whatever way they took to their callers.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param durations from a call's arrival to its final message, by where its answer came from;
   *     their counts are the calls. Sources that never were are absent
   * @param overhead time this server added to calls that went upstream
   * @param spent paid, as far as prices are known
   * @param saved not paid thanks to hits and joins, as far as prices are known
   * @param savedTime not waited thanks to hits and joins
   * @param unpriced calls whose price is unknown
   */
  public record Model(
      String provider,
      String model,
      Map<Source, Histogram> durations,
      Histogram overhead,
      Money spent,
      Money saved,
      Duration savedTime,
      long unpriced) {}

  /**
   * The tries of one model. Tokens are those that were, or may have been, billed, each kind counted
   * once: cached and written ones are part of the input, reasoning is part of the output.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param succeeded tries that gave an answer
   * @param failed tries that did not, by reason; reasons that never came are absent
   * @param duration of tries that succeeded
   * @param firstPiece time to the first piece of streamed answers
   * @param inputTokens tokens of prompts
   * @param plainInputTokens those of them neither read from nor written to a prompt cache
   * @param cachedInputTokens those of them read from a vendor's prompt cache
   * @param cacheWriteTokens those of them written to it
   * @param outputTokens tokens of answers
   * @param plainOutputTokens those of them that were no reasoning
   * @param reasoningTokens those of them that were reasoning
   * @param inputSizes tries that were, or may have been, billed, by tokens of their prompts
   * @param outputSizes the same by tokens of their answers
   */
  public record Upstream(
      String provider,
      String model,
      long succeeded,
      Map<ErrorReason, Long> failed,
      Histogram duration,
      Histogram firstPiece,
      long inputTokens,
      long plainInputTokens,
      long cachedInputTokens,
      long cacheWriteTokens,
      long outputTokens,
      long plainOutputTokens,
      long reasoningTokens,
      TokenHistogram inputSizes,
      TokenHistogram outputSizes) {}
}
