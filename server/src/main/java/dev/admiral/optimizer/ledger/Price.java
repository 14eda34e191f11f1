package dev.admiral.optimizer.ledger;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one model costs, for one period and from one size of prompt on. Prices are in dollars per
 * million tokens, each a whole number of pico-dollars per token, that is of at most 6 decimals, and
 * at most {@link #MOST_USD}.
 *
 * @param provider the provider, as in a call's "provider/model"
 * @param model the provider's own name of the model
 * @param also other names the provider answers to with the same model at the same price
 * @param from first day of the price, UTC; null for the beginning
 * @param until first day the price no longer holds, UTC; null for no end
 * @param hours the hours of each day the price holds for; null for all
 * @param above the price holds for calls of more input tokens than this, and for all of their
 *     tokens
 * @param input an input token
 * @param cachedInput an input token read from the vendor's prompt cache; null if it costs as any
 *     other
 * @param cacheWrite an input token written to it for its usual duration; null if it costs as any
 *     other
 * @param cacheWrite1h an input token written to it for an hour; null if that is not offered
 * @param output an output token, reasoning included; null if the model gives none
 * @param contextTokens most tokens of prompt and answer together; 0 if unknown
 * @param version date of the price or of the look at the vendor's list
 */
public record Price(
    String provider,
    String model,
    List<String> also,
    @Nullable LocalDate from,
    @Nullable LocalDate until,
    @Nullable Hours hours,
    long above,
    BigDecimal input,
    @Nullable BigDecimal cachedInput,
    @Nullable BigDecimal cacheWrite,
    @Nullable BigDecimal cacheWrite1h,
    @Nullable BigDecimal output,
    long contextTokens,
    String version) {
  /**
   * The highest price of a million tokens, a dollar a token: more than a thousand times what the
   * most expensive model costs. It bounds what a call can cost, and so what sums must hold.
   */
  public static final BigDecimal MOST_USD = new BigDecimal(1_000_000);

  private static final int MOST_ZEROS = 30;

  /**
   * Hours of each day, UTC; over midnight if they end before they start. The end is no longer part.
   */
  public record Hours(LocalTime start, LocalTime end) {
    boolean contain(LocalTime time) {
      boolean started = !time.isBefore(start);
      boolean ended = !time.isBefore(end);
      return start.isBefore(end) ? started && !ended : started || !ended;
    }
  }

  public Price {
    if (provider.isEmpty() || model.isEmpty()) {
      throw new IllegalArgumentException("a price needs a provider and a model");
    }
    also = List.copyOf(also);
    if (above < 0 || contextTokens < 0) {
      throw new IllegalArgumentException(
          "the price of " + provider + "/" + model + " has a negative number of tokens");
    }
    if (from != null && until != null && !from.isBefore(until)) {
      throw new IllegalArgumentException(
          "the price of " + provider + "/" + model + " ends on " + until + ", before it starts");
    }
    for (BigDecimal usd : new BigDecimal[] {input, cachedInput, cacheWrite, cacheWrite1h, output}) {
      if (usd != null) {
        checkWhole(provider, model, usd);
      }
    }
  }

  /**
   * Returns a price of all times and sizes, as an operator states it.
   *
   * @throws IllegalArgumentException if a price is negative, above {@link #MOST_USD} or not a whole
   *     number of pico-dollars per token
   */
  public static Price of(
      String provider,
      String model,
      BigDecimal input,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal output) {
    return new Price(
        provider,
        model,
        List.of(),
        null,
        null,
        null,
        0,
        input,
        cachedInput,
        cacheWrite,
        null,
        output,
        0,
        "operator");
  }

  private static void checkWhole(String provider, String model, BigDecimal usd) {
    if (usd.signum() < 0) {
      throw new IllegalArgumentException(
          "the price " + told(usd) + " of " + provider + "/" + model + " is negative");
    }
    if (usd.compareTo(MOST_USD) > 0) {
      throw new IllegalArgumentException(
          "the price "
              + told(usd)
              + " of "
              + provider
              + "/"
              + model
              + " is above a million dollars per million tokens, which no model costs; give the"
              + " price of a million tokens in dollars");
    }
    try {
      usd.movePointRight(6).longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the price "
              + told(usd)
              + " of "
              + provider
              + "/"
              + model
              + " is not a whole number of pico-dollars per token; use at most 6 decimals",
          e);
    }
  }

  /** An exponent of nine digits is not written out. */
  private static String told(BigDecimal usd) {
    return Math.abs(usd.scale()) > MOST_ZEROS ? usd.toString() : usd.toPlainString();
  }
}
