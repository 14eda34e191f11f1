package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Money;

/** Small amounts of the contract as one number, for tests. */
public final class Picos {
  private Picos() {}

  /** Returns the amount in pico-dollars. */
  public static long of(Money amount) {
    return Math.addExact(
        Math.multiplyExact(amount.getUnits(), dev.admiral.optimizer.call.Money.PICO_PER_UNIT),
        amount.getPico());
  }
}
