package dev.admiral.optimizer.ledger;

import java.time.Instant;

/** Instants as nanoseconds since 1970. */
final class Nanos {
  private Nanos() {}

  /**
   * Returns the nanoseconds; instants beyond the year 2262 or before 1677 become the last or first
   * that fits.
   */
  static long of(Instant instant) {
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    } catch (ArithmeticException e) {
      return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
