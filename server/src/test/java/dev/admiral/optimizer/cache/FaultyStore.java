package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A store that fails or hangs when told to, and counts what it is asked. */
final class FaultyStore implements ResponseStore {
  final InMemoryResponseStore inner = new InMemoryResponseStore();
  final AtomicInteger finds = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();

  /** What every method throws; null to work. */
  volatile IOException fault;

  /** As {@link #fault}, for {@link #write} alone. */
  volatile IOException writeFault;

  /** As {@link #fault}, for what a store should never throw. */
  volatile RuntimeException bug;

  /** What every method waits for; null not to hang. */
  volatile CountDownLatch hang;

  /** Runs once after rows were found by hash, before they are given out; null for nothing. */
  volatile Runnable afterFound;

  private void pass() throws IOException {
    CountDownLatch gate = hang;
    if (gate != null) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
    if (fault != null) {
      throw fault;
    }
    if (bug != null) {
      throw bug;
    }
  }

  @Override
  public Row find(Shelf shelf, CallKey key) throws IOException {
    finds.incrementAndGet();
    pass();
    return inner.find(shelf, key);
  }

  @Override
  public List<Row> findByHash(long bits) throws IOException {
    pass();
    List<Row> found = inner.findByHash(bits);
    Runnable meanwhile = afterFound;
    afterFound = null;
    if (meanwhile != null) {
      meanwhile.run();
    }
    return found;
  }

  @Override
  public void write(List<Change> changes) throws IOException {
    writes.incrementAndGet();
    pass();
    if (writeFault != null) {
      throw writeFault;
    }
    inner.write(changes);
  }

  @Override
  public void delete(String tenant, Selector selector, Instant now, Consumer<CallKey> deleted)
      throws IOException {
    pass();
    inner.delete(tenant, selector, now, deleted);
  }

  @Override
  public int deleteExpired(Shelf shelf, Instant now, int limit) throws IOException {
    pass();
    return inner.deleteExpired(shelf, now, limit);
  }

  @Override
  public int deleteNearestExpiry(Shelf shelf, int limit) throws IOException {
    pass();
    return inner.deleteNearestExpiry(shelf, limit);
  }

  @Override
  public Size size(Shelf shelf) throws IOException {
    pass();
    return inner.size(shelf);
  }

  @Override
  public List<CallKey> keys(Shelf shelf, CallKey after, int limit) throws IOException {
    pass();
    return inner.keys(shelf, after, limit);
  }
}
