package dev.admiral.simulator;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one model charges, in pico-dollars (1e-12 USD) per token: one US dollar per million tokens
 * is 1,000,000 of them.
 *
 * @param base the rates of an ordinary call
 * @param longContext the rates of a call whose whole prompt exceeds {@code longContextOver} tokens;
 *     they then hold for every token of that call
 * @param longContextOver the size of a prompt, in tokens, up to which {@code base} holds
 * @param periods times in which other rates hold; of several the last
 */
public record Prices(
    Rates base, Optional<Rates> longContext, long longContextOver, List<Period> periods) {

  /**
   * A time in which other rates hold, for prompts of every size.
   *
   * @param fromDay the first day of it, UTC
   * @param fromTime the time of each day it begins at, UTC
   * @param untilTime the time of each day it ends at, UTC, not included; midnight for the day's end
   * @param rates the rates that hold
   */
  public record Period(LocalDate fromDay, LocalTime fromTime, LocalTime untilTime, Rates rates) {

    boolean covers(Instant when) {
      LocalDateTime utc = LocalDateTime.ofInstant(when, ZoneOffset.UTC);
      LocalTime time = utc.toLocalTime();
      boolean ends = untilTime.equals(LocalTime.MIDNIGHT) || time.isBefore(untilTime);
      return !utc.toLocalDate().isBefore(fromDay) && !time.isBefore(fromTime) && ends;
    }
  }

  /**
   * Pico-dollars per token.
   *
   * @param input a plain prompt token
   * @param cachedInput a prompt token read from cache
   * @param cacheWrite5m a prompt token written to cache for five minutes
   * @param cacheWrite1h a prompt token written to cache for an hour
   * @param output a generated token
   */
  public record Rates(
      long input, long cachedInput, long cacheWrite5m, long cacheWrite1h, long output) {

    /**
     * Reads rates from US dollars per million tokens in decimal notation, as vendors publish them.
     * An empty cached price is the input price; an empty write price is the input price; an empty
     * one-hour price is the five-minute price; an empty output price is zero (embeddings).
     *
     * @throws IllegalArgumentException if a price is not a decimal of at most six places
     */
    public static Rates ofUsdPerMillion(
        String input, String cachedInput, String write5m, String write1h, String output) {
      long plain = picos(input, 0);
      long write = picos(write5m, plain);
      return new Rates(
          plain, picos(cachedInput, plain), write, picos(write1h, write), picos(output, 0));
    }

    private static long picos(String usdPerMillion, long whenEmpty) {
      if (usdPerMillion.isBlank()) {
        return whenEmpty;
      }
      try {
        return new BigDecimal(usdPerMillion.strip()).movePointRight(6).longValueExact();
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "Price '" + usdPerMillion + "' must be a decimal of at most six places.", e);
      }
    }
  }

  /** Returns prices without a long-context tier. */
  public static Prices flat(Rates base) {
    return new Prices(base, Optional.empty(), Long.MAX_VALUE, List.of());
  }

  /** Returns flat prices in US dollars per million tokens, cached input at the plain price. */
  public static Prices usdPerMillion(String input, String output) {
    return flat(Rates.ofUsdPerMillion(input, "", "", "", output));
  }

  /**
   * Returns the cost of a call in pico-dollars.
   *
   * @param when when the call was accepted
   * @throws ArithmeticException if it exceeds 9.2 million US dollars
   */
  public long cost(Tokens tokens, Instant when) {
    Rates rates = rates(tokens, when);
    long sum = Math.multiplyExact(tokens.input(), rates.input());
    sum = Math.addExact(sum, Math.multiplyExact(tokens.cachedInput(), rates.cachedInput()));
    sum = Math.addExact(sum, Math.multiplyExact(tokens.cacheWrite5m(), rates.cacheWrite5m()));
    sum = Math.addExact(sum, Math.multiplyExact(tokens.cacheWrite1h(), rates.cacheWrite1h()));
    return Math.addExact(sum, Math.multiplyExact(tokens.output(), rates.output()));
  }

  private Rates rates(Tokens tokens, Instant when) {
    Rates rates =
        tokens.prompt() > longContextOver && longContext.isPresent() ? longContext.get() : base;
    for (Period period : periods) {
      rates = period.covers(when) ? period.rates() : rates;
    }
    return rates;
  }

  static OptionalLong cost(Optional<Prices> prices, Tokens tokens, Instant when) {
    return prices.isPresent()
        ? OptionalLong.of(prices.get().cost(tokens, when))
        : OptionalLong.empty();
  }
}
