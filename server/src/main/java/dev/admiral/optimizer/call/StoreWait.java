package dev.admiral.optimizer.call;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How an engine waits for a store. Stores themselves never make anybody wait: all they do ends in a
 * future.
 */
public final class StoreWait {
  private StoreWait() {}

  /**
   * Waits until a store has done something, as long as it takes.
   *
   * @throws IOException what the store failed with
   * @throws InterruptedIOException if the thread was told to stop, and still is
   */
  public static <T extends @Nullable Object> T forEnd(CompletableFuture<T> work)
      throws IOException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * Waits until a store has done something, at most a bound. Past it the work is still under way,
   * and its future still tells how it ends.
   *
   * @throws IOException what the store failed with, or that it has not answered in time
   * @throws InterruptedIOException if the thread was told to stop, and still is
   */
  public static <T extends @Nullable Object> T atMost(Duration bound, CompletableFuture<T> work)
      throws IOException {
    try {
      return work.get(bound.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("the store has not answered for " + bound.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** A fault of the store's code is thrown as it is: it is no failure of the store. */
  private static IOException failure(ExecutionException e) {
    return switch (e.getCause()) {
      case IOException known -> known;
      case RuntimeException fault -> throw fault;
      case Error error -> throw error;
      case null, default -> new IOException(e);
    };
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("the thread that waited for the store was told to stop");
  }
}
