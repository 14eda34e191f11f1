package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of the store, which callers wait for within a bound, so that a store that hangs holds up
 * nobody. After a read that failed or took too long, none is made for a pause, then one to see.
 */
final class DiskReads {
  private static final Logger log = LoggerFactory.getLogger(DiskReads.class);

  /** Pause after a read failed. */
  static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final ResponseStore store;
  private final Duration wait;
  private final Time time;

  /** When reads may be made again; zero while they may. */
  private final AtomicLong pausedUntilNanos = new AtomicLong();

  private volatile @Nullable String trouble;

  DiskReads(ResponseStore store, Duration wait, Time time) {
    this.store = store;
    this.wait = wait;
    this.time = time;
  }

  /** Returns a row; null if there is none, or the store did not tell in time. */
  @Nullable Row find(Shelf shelf, CallKey key) {
    if (paused()) {
      return null;
    }
    try {
      Row row = await(store.find(shelf, key), wait);
      if (trouble != null) {
        pausedUntilNanos.set(0);
        trouble = null;
      }
      return row;
    } catch (IOException e) {
      if (trouble == null) {
        log.warn("the disk cache could not be read; calls go on without it", e);
      }
      trouble = "it could not be read: " + e.getMessage();
      pausedUntilNanos.set(nonZero(time.nanos() + PAUSE_AFTER_FAILURE.toNanos()));
      return null;
    } catch (InterruptedException e) {
      // For the caller, whose next wait ends at once.
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Waits for the store; a read that has not had its turn by then is not made. */
  static <T extends @Nullable Object> T await(CompletableFuture<T> work, Duration longest)
      throws IOException, InterruptedException {
    try {
      return work.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      work.cancel(false);
      throw new IOException("no answer within " + longest.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e : e.getCause());
    }
  }

  /** Returns true if no read is made now. */
  boolean paused() {
    long until = pausedUntilNanos.get();
    if (until == 0) {
      return false;
    }
    long now = time.nanos();
    // The one who moves the end of the pause looks whether the store is back.
    return now - until < 0
        || !pausedUntilNanos.compareAndSet(until, nonZero(now + PAUSE_AFTER_FAILURE.toNanos()));
  }

  @Nullable String trouble() {
    return trouble;
  }

  private static long nonZero(long nanos) {
    return nanos == 0 ? 1 : nanos;
  }
}
