package dev.admiral.optimizer.call;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it; sleeping moves it. Safe for concurrent use. */
public final class VirtualTime implements Time {
  /** When every virtual time begins. */
  public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  // Just below the largest long, so that code that compares instead of subtracting fails.
  private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

  private final AtomicLong elapsedNanos = new AtomicLong();

  @Override
  public long nanos() {
    return ORIGIN + elapsedNanos.get();
  }

  @Override
  public Instant now() {
    return START.plusNanos(elapsedNanos.get());
  }

  @Override
  public void sleep(Duration duration) {
    if (duration.isPositive()) {
      advance(duration);
    }
  }

  /** Moves time forward. */
  public void advance(Duration duration) {
    elapsedNanos.addAndGet(duration.toNanos());
  }
}
