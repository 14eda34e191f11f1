package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of the store by threads of their own, so that a store that hangs holds up nobody: neither
 * the caller, who waits for a bounded time, nor the carriers of virtual threads, which native code
 * pins. After a read that failed or took too long, none is made for a pause, then one to see.
 */
final class DiskReads {
  private static final Logger log = LoggerFactory.getLogger(DiskReads.class);

  /** Pause after a read failed. */
  static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final ResponseStore store;
  private final Executor readers;
  private final Duration wait;
  private final Time time;

  /** When reads may be made again; zero while they may. */
  private final AtomicLong pausedUntilNanos = new AtomicLong();

  private volatile @Nullable String trouble;

  DiskReads(ResponseStore store, Executor readers, Duration wait, Time time) {
    this.store = store;
    this.readers = readers;
    this.wait = wait;
    this.time = time;
  }

  /** Returns a row; null if there is none, or the store did not tell in time. */
  @Nullable Row find(Shelf shelf, CallKey key) {
    if (paused()) {
      return null;
    }
    try {
      Row row = call(() -> store.find(shelf, key), wait);
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

  /** Runs something on a reader's thread and waits for it. */
  <T extends @Nullable Object> T call(Callable<T> work, Duration longest)
      throws IOException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    try {
      readers.execute(task);
      return task.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new IOException("too many reads wait already", e);
    } catch (TimeoutException e) {
      task.cancel(false);
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
