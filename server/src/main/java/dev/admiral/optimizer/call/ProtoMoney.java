package dev.admiral.optimizer.call;

import org.jspecify.annotations.Nullable;

/** Reads and writes amounts of money as the contract has them. */
public final class ProtoMoney {
  private ProtoMoney() {}

  /** Returns what is wrong with an amount of a request, or null if nothing is. */
  public static @Nullable String problem(dev.admiral.optimizer.v1.Money money) {
    String currency = money.getCurrencyCode();
    if (!currency.isEmpty() && !currency.equals("USD")) {
      return "is in another currency than USD, which is the only one this server reckons in";
    }
    if (money.getUnits() < 0 || money.getPico() < 0) {
      return "is negative; leave it out for no limit";
    }
    return money.getPico() < Money.PICO_PER_UNIT
        ? null
        : "has a pico of a unit or more; it must be 0 to 999,999,999,999";
  }

  /** Returns an amount with which nothing is wrong. */
  public static Money money(dev.admiral.optimizer.v1.Money money) {
    return Money.of(money.getUnits(), money.getPico());
  }

  /** Returns an amount of money, of which the contract has units and parts of one sign. */
  public static dev.admiral.optimizer.v1.Money of(Money amount) {
    boolean negative = amount.units() < 0 && amount.pico() > 0;
    return dev.admiral.optimizer.v1.Money.newBuilder()
        .setCurrencyCode("USD")
        .setUnits(negative ? amount.units() + 1 : amount.units())
        .setPico(negative ? amount.pico() - Money.PICO_PER_UNIT : amount.pico())
        .build();
  }
}
