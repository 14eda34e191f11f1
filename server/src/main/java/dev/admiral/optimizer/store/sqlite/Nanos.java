package dev.admiral.optimizer.store.sqlite;

import java.time.Instant;

/** Dates as they are stored: nanoseconds since 1970, UTC. */
final class Nanos {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Nanos() {}

  /** Returns a date as it is stored. */
  static long of(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
  }

  /** Returns a date that was stored. */
  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
