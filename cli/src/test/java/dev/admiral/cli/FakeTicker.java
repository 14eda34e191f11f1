package dev.admiral.cli;

import java.time.Duration;
import java.time.Instant;

/** Time that passes only while somebody waits. */
final class FakeTicker implements Ticker {
  private Instant now = Instant.parse("2026-09-21T14:14:20Z");
  private long nanos;

  /** Runs in each wait. */
  Runnable meanwhile = () -> {};

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public boolean await(Duration time) {
    synchronized (this) {
      now = now.plus(time);
      nanos += time.toNanos();
    }
    meanwhile.run();
    return true;
  }
}
