package dev.admiral.optimizer.call;

import java.util.concurrent.atomic.LongAdder;

/**
 * A sum of money that many threads add to without waiting for each other.
 *
 * <p>Amounts are added in three parts, each of which stays within 64 bits for more than 10^12 calls
 * of any price. Allocates nothing when added to.
 */
public final class MoneyAdder {
  private static final long PICO_PER_MICRO = 1_000_000;
  private static final long MICRO_PER_UNIT = 1_000_000;

  private final LongAdder units = new LongAdder();
  private final LongAdder micros = new LongAdder();
  private final LongAdder picos = new LongAdder();

  /** Adds an amount. */
  public void add(Money amount) {
    if (amount.units() != 0) {
      units.add(amount.units());
    }
    if (amount.pico() != 0) {
      micros.add(amount.pico() / PICO_PER_MICRO);
      picos.add(amount.pico() % PICO_PER_MICRO);
    }
  }

  /** Returns what was added; of amounts that are being added just now perhaps a part. */
  public Money sum() {
    long restPicos = picos.sum();
    long allMicros = micros.sum() + restPicos / PICO_PER_MICRO;
    return Money.of(
        units.sum() + allMicros / MICRO_PER_UNIT,
        allMicros % MICRO_PER_UNIT * PICO_PER_MICRO + restPicos % PICO_PER_MICRO);
  }
}
