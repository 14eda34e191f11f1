package dev.admiral.optimizer.call;

import java.math.BigDecimal;

/**
 * An exact amount of money.
 *
 * @param picoUsd the amount in pico-dollars (1e-12 USD); a long holds a little over nine million
 *     dollars
 */
public record Money(long picoUsd) implements Comparable<Money> {
  public static final Money ZERO = new Money(0);

  /**
   * Returns the sum.
   *
   * @throws ArithmeticException if it does not fit
   */
  public Money plus(Money other) {
    return new Money(Math.addExact(picoUsd, other.picoUsd));
  }

  /** Returns the amount in dollars with all of its digits, for reports; never for sums. */
  public BigDecimal usd() {
    return BigDecimal.valueOf(picoUsd, 12);
  }

  @Override
  public int compareTo(Money other) {
    return Long.compare(picoUsd, other.picoUsd);
  }
}
