package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All prices of one model, in the order in which they are tried. */
final class Tariff {

  /** Rates in pico-dollars per token; {@link #NOT_SOLD} where the vendor sells no such token. */
  record Rates(
      long above, long input, long cachedInput, long cacheWrite, long cacheWrite1h, long output) {
    static final long NOT_SOLD = -1;

    static Rates of(Price price) {
      long input = pico(price.input());
      return new Rates(
          price.above(),
          input,
          picoOr(price.cachedInput(), input),
          picoOr(price.cacheWrite(), input),
          picoOr(price.cacheWrite1h(), NOT_SOLD),
          picoOr(price.output(), NOT_SOLD));
    }

    /** Returns true if every kind of token used has a rate. */
    boolean cover(Usage usage) {
      return (usage.output() == 0 || output != NOT_SOLD)
          && (usage.cacheWrite1h() == 0 || cacheWrite1h != NOT_SOLD);
    }

    /**
     * Returns the price of usage that is covered.
     *
     * @throws ArithmeticException if it is beyond {@link Money}
     */
    Money price(Usage usage) {
      return cost(usage.plainInput(), input)
          .plus(cost(usage.cachedInput(), cachedInput))
          .plus(cost(usage.cacheWrite(), cacheWrite))
          .plus(cost(usage.cacheWrite1h(), cacheWrite1h))
          .plus(cost(usage.output(), output));
    }

    /**
     * Returns the most that so many tokens cost.
     *
     * @throws ArithmeticException if it is beyond {@link Money}
     */
    Money most(long inputTokens, long outputTokens) {
      return cost(inputTokens, highestInput()).plus(cost(outputTokens, output));
    }

    private static Money cost(long tokens, long rate) {
      return tokens == 0 || rate <= 0 ? Money.ZERO : Money.ofEach(tokens, rate);
    }

    private long highestInput() {
      return Math.max(Math.max(input, cachedInput), Math.max(cacheWrite, cacheWrite1h));
    }

    private static long pico(BigDecimal usdPerMillion) {
      return usdPerMillion.movePointRight(6).longValueExact();
    }

    private static long picoOr(@Nullable BigDecimal usdPerMillion, long absent) {
      return usdPerMillion == null ? absent : pico(usdPerMillion);
    }
  }

  /** When a price holds. */
  private record When(
      @Nullable LocalDate from, @Nullable LocalDate until, Price.@Nullable Hours hours) {
    boolean contains(LocalDateTime at) {
      LocalDate day = at.toLocalDate();
      return (from == null || !day.isBefore(from))
          && (until == null || day.isBefore(until))
          && (hours == null || hours.contain(at.toLocalTime()));
    }
  }

  /**
   * The prices of one period.
   *
   * @param tiers by falling threshold; the last is of threshold zero
   */
  record Period(When when, String version, List<Rates> tiers) {
    Rates rates(long inputTokens) {
      for (Rates tier : tiers) {
        if (inputTokens > tier.above) {
          return tier;
        }
      }
      return tiers.getLast();
    }
  }

  /** The later start is tried first, and of two with the same start the one of certain hours. */
  private static final Comparator<Period> NARROWEST_FIRST =
      Comparator.comparing(
              (Period p) -> p.when.from == null ? LocalDate.MIN : p.when.from,
              Comparator.reverseOrder())
          .thenComparing(p -> p.when.hours == null);

  private final List<Period> periods;
  private final long contextTokens;

  private Tariff(List<Period> periods, long contextTokens) {
    this.periods = periods;
    this.contextTokens = contextTokens;
  }

  /**
   * Returns the tariff of one model's prices.
   *
   * @throws IllegalArgumentException if a price is stated twice, or a period has no price for short
   *     prompts
   */
  static Tariff of(List<Price> prices) {
    String name = prices.getFirst().provider() + "/" + prices.getFirst().model();
    Map<When, List<Price>> byPeriod = new LinkedHashMap<>();
    for (Price price : prices) {
      When when = new When(price.from(), price.until(), price.hours());
      byPeriod.computeIfAbsent(when, _ -> new ArrayList<>()).add(price);
    }
    List<Period> periods = new ArrayList<>();
    byPeriod.forEach((when, tiers) -> periods.add(period(name, when, tiers)));
    periods.sort(NARROWEST_FIRST);
    long context = prices.stream().mapToLong(Price::contextTokens).max().orElse(0);
    return new Tariff(List.copyOf(periods), context);
  }

  private static Period period(String name, When when, List<Price> prices) {
    List<Rates> tiers =
        prices.stream()
            .map(Rates::of)
            .sorted(Comparator.comparingLong(Rates::above).reversed())
            .toList();
    if (tiers.getLast().above != 0) {
      throw new IllegalArgumentException("the price of " + name + " for short prompts is missing");
    }
    if (tiers.stream().map(Rates::above).distinct().count() != tiers.size()) {
      throw new IllegalArgumentException("the price of " + name + " is stated twice");
    }
    String version = when.from == null ? prices.getFirst().version() : when.from.toString();
    String hours = when.hours == null ? "" : "T" + when.hours.start();
    return new Period(when, name + "@" + version + hours, tiers);
  }

  /** Returns the prices of an instant, or null if none holds then. */
  @Nullable Period at(Instant instant) {
    LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    for (Period period : periods) {
      if (period.when.contains(utc)) {
        return period;
      }
    }
    return null;
  }

  long contextTokens() {
    return contextTokens;
  }
}
