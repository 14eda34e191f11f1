package dev.admiral.optimizer.store.sqlite;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What stores that write behind have in common. */
final class Writes {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Writes() {}

  /**
   * Waits until a write is durable.
   *
   * @throws IOException if it failed, or did not end within the wait; it may still be done then
   */
  static void await(CompletableFuture<@Nullable Void> write, Duration wait, Schema schema)
      throws IOException {
    try {
      write.get(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw Failures.of(schema.fileName(), e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          schema.fileName()
              + " was not written within "
              + wait.toMillis()
              + " ms; see the store's health",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the writing of " + schema.fileName() + " was interrupted", e);
    }
  }

  /** Returns a date as it is stored: nanoseconds since 1970, UTC. */
  static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
  }

  /** Returns a date that was stored. */
  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
