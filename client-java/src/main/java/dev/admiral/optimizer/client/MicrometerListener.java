package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;

/**
 * Counts and times calls in a Micrometer registry, which the caller brings: this client works
 * without Micrometer as long as nobody names this class. Thread-safe.
 *
 * <ul>
 *   <li>{@code admiral.client.call.duration}, a timer by {@code method}, {@code code}, {@code
 *       reason} and {@code source}
 *   <li>{@code admiral.client.retries}, tries after the first, by {@code method}
 *   <li>{@code admiral.client.tokens}, by {@code type}: input (read from no prompt cache), {@code
 *       cached_input}, {@code output} (reasoning included)
 *   <li>{@code admiral.client.spent} and {@code admiral.client.saved}, in US dollars: approximate,
 *       since a metric is a floating-point number; the ledger has the exact sums
 * </ul>
 *
 * <p>Every label has a bounded number of values: {@code reason} is {@code none} or a reason of this
 * client's contract, and {@code other} for a newer one's; {@code source} is {@code none}, a source
 * of the contract such as {@code memory}, or {@code local} for a {@link Fallback}'s answer. Agents,
 * models and addresses are no labels.
 */
public final class MicrometerListener implements CallListener {

  private final MeterRegistry registry;

  private MicrometerListener(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Returns a listener that writes to a registry. */
  public static MicrometerListener of(MeterRegistry registry) {
    return new MicrometerListener(registry);
  }

  @Override
  public void onCallEnded(CallSummary call) {
    Timer.builder("admiral.client.call.duration")
        .description("Time from the asking to the end of a call, over all of its tries.")
        .tag("method", call.method())
        .tag("code", call.failure().map(e -> e.code().name()).orElse("OK"))
        .tag("reason", reason(call))
        .tag("source", source(call))
        .register(registry)
        .record(call.duration());
    if (call.tries() > 1) {
      Counter.builder("admiral.client.retries")
          .description("Tries after the first.")
          .tag("method", call.method())
          .register(registry)
          .increment(call.tries() - 1);
    }
    Usage usage = call.usage();
    countTokens("input", usage.getInputTokenCount() - usage.getCachedInputTokenCount());
    countTokens("cached_input", usage.getCachedInputTokenCount());
    countTokens("output", usage.getOutputTokenCount());
    countDollars("spent", "Dollars paid for answers.", call.cost().getChargedAmount());
    countDollars("saved", "Dollars that answers did not cost.", call.cost().getSavedAmount());
  }

  private void countTokens(String type, long count) {
    if (count > 0) {
      Counter.builder("admiral.client.tokens")
          .description("Tokens of answers.")
          .tag("type", type)
          .register(registry)
          .increment((double) count);
    }
  }

  private void countDollars(String name, String description, Money amount) {
    double usd = Amounts.decimal(amount).doubleValue();
    if (usd > 0) {
      Counter.builder("admiral.client." + name)
          .description(description)
          .baseUnit("usd")
          .register(registry)
          .increment(usd);
    }
  }

  private static String reason(CallSummary call) {
    ErrorReason reason =
        call.failure().map(AdmiralException::reason).orElse(ErrorReason.ERROR_REASON_UNSPECIFIED);
    return switch (reason) {
      case ERROR_REASON_UNSPECIFIED -> "none";
      case UNRECOGNIZED -> "other";
      default -> reason.name().substring("ERROR_REASON_".length());
    };
  }

  private static String source(CallSummary call) {
    if (call.isLocal()) {
      return "local";
    }
    return switch (call.source()) {
      case SOURCE_UNSPECIFIED -> "none";
      case UNRECOGNIZED -> "other";
      default -> call.source().name().substring("SOURCE_".length()).toLowerCase(Locale.ROOT);
    };
  }
}
