package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.Money;
import java.math.BigDecimal;

/** The contract's amounts of money as exact decimal numbers. */
public final class Amounts {
  private static final int DECIMALS = 12;

  private Amounts() {}

  /** Returns the amount in units of its currency, exact, with all twelve decimals. */
  public static BigDecimal decimal(Money money) {
    return BigDecimal.valueOf(money.getUnits()).add(BigDecimal.valueOf(money.getPico(), DECIMALS));
  }

  /**
   * Returns an amount of dollars as the contract has it.
   *
   * @throws ArithmeticException if the amount has more than twelve decimals, or more dollars than a
   *     long holds
   */
  public static Money dollars(BigDecimal amount) {
    BigDecimal exact = amount.setScale(DECIMALS);
    BigDecimal units = new BigDecimal(exact.toBigInteger());
    return Money.newBuilder()
        .setCurrencyCode("USD")
        .setUnits(units.longValueExact())
        .setPico(exact.subtract(units).movePointRight(DECIMALS).longValueExact())
        .build();
  }
}
