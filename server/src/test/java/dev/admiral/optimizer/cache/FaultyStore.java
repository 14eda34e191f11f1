package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store that fails or hangs when told to, and counts what it is asked. */
final class FaultyStore implements ResponseStore {
  final InMemoryResponseStore inner = new InMemoryResponseStore();
  final AtomicInteger finds = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();

  /** What every method fails with; null to work. */
  volatile IOException fault;

  /** As {@link #fault}, for {@link #write} alone. */
  volatile IOException writeFault;

  /** As {@link #fault}, for what a store should never fail with. */
  volatile RuntimeException bug;

  /** What every method waits for; null not to hang. */
  volatile CountDownLatch hang;

  /** Runs once after rows were found by hash, before they are given out. */
  volatile Runnable afterFound = () -> {};

  /** As {@link #afterFound}, for a row found by its key. */
  volatile Runnable afterRead = () -> {};

  /** Returns what is done once nothing hangs; fails as told. */
  private <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> work) {
    CountDownLatch gate = hang;
    if (gate == null) {
      return now(work);
    }
    CompletableFuture<T> later = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            gate.await();
            now(work).whenComplete((done, failure) -> end(later, done, failure));
          } catch (InterruptedException e) {
            later.completeExceptionally(e);
          }
        });
    return later;
  }

  private static <T> void end(CompletableFuture<T> later, T done, Throwable failure) {
    if (failure == null) {
      later.complete(done);
    } else {
      later.completeExceptionally(failure);
    }
  }

  private <T> CompletableFuture<T> now(Supplier<CompletableFuture<T>> work) {
    Exception failure = fault == null ? bug : fault;
    return failure == null ? work.get() : CompletableFuture.failedFuture(failure);
  }

  @Override
  public CompletableFuture<Row> find(Shelf shelf, CallKey key) {
    finds.incrementAndGet();
    return pass(() -> inner.find(shelf, key))
        .thenApply(found -> {
          Runnable meanwhile = afterRead;
          afterRead = () -> {};
          meanwhile.run();
          return found;
        });
  }

  @Override
  public CompletableFuture<List<Row>> findByHash(long bits) {
    return pass(() -> inner.findByHash(bits))
        .thenApply(found -> {
          Runnable meanwhile = afterFound;
          afterFound = () -> {};
          meanwhile.run();
          return found;
        });
  }

  @Override
  public CompletableFuture<Void> write(List<Change> changes) {
    writes.incrementAndGet();
    return pass(() ->
        writeFault == null ? inner.write(changes) : CompletableFuture.failedFuture(writeFault));
  }

  @Override
  public CompletableFuture<Void> delete(
      String tenant, Selector selector, Instant now, Consumer<CallKey> deleted) {
    return pass(() -> inner.delete(tenant, selector, now, deleted));
  }

  @Override
  public CompletableFuture<Integer> deleteExpired(Shelf shelf, Instant now, int limit) {
    return pass(() -> inner.deleteExpired(shelf, now, limit));
  }

  @Override
  public CompletableFuture<Integer> deleteNearestExpiry(Shelf shelf, int limit) {
    return pass(() -> inner.deleteNearestExpiry(shelf, limit));
  }

  @Override
  public CompletableFuture<Size> size(Shelf shelf) {
    return pass(() -> inner.size(shelf));
  }

  @Override
  public CompletableFuture<List<CallKey>> keys(Shelf shelf, CallKey after, int limit) {
    return pass(() -> inner.keys(shelf, after, limit));
  }
}
