package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves when told to. */
public final class ManualTime implements Time {
  private final AtomicReference<Instant> now;

  public ManualTime(Instant start) {
    now = new AtomicReference<>(start);
  }

  public void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  @Override
  public long nanos() {
    return Duration.between(Instant.EPOCH, now.get()).toNanos();
  }

  @Override
  public Instant now() {
    return now.get();
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("nobody moves this clock while a thread sleeps");
  }
}
