package dev.admiral.optimizer.call;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * An exact amount of money, in US dollars: up to 9.2 * 10^18 of them, each to its last pico-dollar.
 *
 * @param units whole dollars, rounded down
 * @param pico what is over them, in pico-dollars (1e-12 USD), 0 to 999,999,999,999
 */
public record Money(long units, long pico) implements Comparable<Money> {
  /** Pico-dollars of a dollar. */
  public static final long PICO_PER_UNIT = 1_000_000_000_000L;

  public static final Money ZERO = new Money(0, 0);

  /**
   * @throws IllegalArgumentException if the rest is negative, or a dollar or more
   */
  public Money {
    if (pico < 0 || pico >= PICO_PER_UNIT) {
      throw new IllegalArgumentException("the rest of an amount is below a dollar, not " + pico);
    }
  }

  /** An amount in pico-dollars alone. */
  public Money(long picoUsd) {
    this(Math.floorDiv(picoUsd, PICO_PER_UNIT), Math.floorMod(picoUsd, PICO_PER_UNIT));
  }

  /**
   * Returns an amount whose parts are not in order yet, such as sums of dollars and of rests.
   *
   * @throws ArithmeticException if it does not fit
   */
  public static Money of(long units, long picoUsd) {
    return new Money(
        Math.addExact(units, Math.floorDiv(picoUsd, PICO_PER_UNIT)),
        Math.floorMod(picoUsd, PICO_PER_UNIT));
  }

  /**
   * Returns what so many things of one price cost.
   *
   * @param count how many
   * @param picoUsd the price of each, in pico-dollars
   * @throws ArithmeticException if it does not fit
   */
  public static Money ofEach(long count, long picoUsd) {
    long low = count * picoUsd;
    if (Math.multiplyHigh(count, picoUsd) == low >> 63) {
      return new Money(low);
    }
    BigInteger[] parts =
        BigInteger.valueOf(count)
            .multiply(BigInteger.valueOf(picoUsd))
            .divideAndRemainder(BigInteger.valueOf(PICO_PER_UNIT));
    return of(parts[0].longValueExact(), parts[1].longValueExact());
  }

  /**
   * Returns the sum.
   *
   * @throws ArithmeticException if it does not fit
   */
  public Money plus(Money other) {
    return of(Math.addExact(units, other.units), pico + other.pico);
  }

  /**
   * Returns the difference.
   *
   * @throws ArithmeticException if it does not fit
   */
  public Money minus(Money other) {
    return of(Math.subtractExact(units, other.units), pico - other.pico);
  }

  /** Returns true if it is nothing at all. */
  public boolean isZero() {
    return units == 0 && pico == 0;
  }

  /** Returns the amount in dollars with all of its digits, for reports; never for sums. */
  public BigDecimal usd() {
    return BigDecimal.valueOf(units).add(BigDecimal.valueOf(pico, 12));
  }

  /**
   * Returns the amount in pico-dollars, or the most that 64 bits hold if it is more: for fields of
   * that size alone, which end a little above nine million dollars. Never for sums.
   */
  public long picoUsd() {
    long most = Long.MAX_VALUE / PICO_PER_UNIT;
    if (units >= most || units < -most) {
      return usd()
          .movePointRight(12)
          .toBigInteger()
          .min(BigInteger.valueOf(Long.MAX_VALUE))
          .max(BigInteger.valueOf(Long.MIN_VALUE))
          .longValueExact();
    }
    return units * PICO_PER_UNIT + pico;
  }

  @Override
  public int compareTo(Money other) {
    int byUnits = Long.compare(units, other.units);
    return byUnits != 0 ? byUnits : Long.compare(pico, other.pico);
  }
}
