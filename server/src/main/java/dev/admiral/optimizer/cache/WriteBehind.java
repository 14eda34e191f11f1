package dev.admiral.optimizer.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.cache.ResponseStore.Change;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.cache.ResponseStore.Size;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that changes the disk tier, done by one thread: writes in the order they were asked
 * for, many at once, and between them small steps of purging, of holding the bounds and of building
 * the filter of present keys.
 *
 * <p>A write that waits is found by its key, so that nobody notices that it is late; a later write
 * of the same key takes its place. While the store fails, writes wait and are tried again after a
 * pause; past the bound on what may wait new ones are dropped and counted. Nobody is ever kept
 * waiting by the store, but who asks for it by {@link Put#done}.
 *
 * <p>A fault of the code, unlike a failure of the store, may come back with the same change for
 * ever. The changes that met one are therefore tried again one at a time, and one that meets a
 * fault alone is given up.
 */
final class WriteBehind implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(WriteBehind.class);

  /** Pause after the store failed. */
  static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  /** Bytes past which nothing is added to a batch: others wait for the same file. */
  private static final long BATCH_BYTES = 1L << 20;

  private static final long IDLE = Long.MIN_VALUE;

  /** What a pending deletion weighs. */
  private static final long DELETE_BYTES = 128;

  /** A change that waits. Compared by identity: a later change of the same key is another. */
  abstract static sealed class Pending {
    final Shelf shelf;
    final CallKey key;
    final long bytes;

    private Pending(Shelf shelf, CallKey key, long bytes) {
      this.shelf = shelf;
      this.key = key;
      this.bytes = bytes;
    }
  }

  /** An answer to be written; made into bytes only when it is. */
  static final class Put extends Pending {
    final EntryOwner owner;
    final Answer answer;
    final @Nullable CallKey body;
    final Instant expires;

    /** True once it is durable; false if it was dropped, overtaken or deleted. */
    final CompletableFuture<Boolean> done = new CompletableFuture<>();

    Put(
        Shelf shelf,
        CallKey key,
        EntryOwner owner,
        Answer answer,
        @Nullable CallKey body,
        Instant expires) {
      super(shelf, key, Footprint.of(answer));
      this.owner = owner;
      this.answer = answer;
      this.body = body;
      this.expires = expires;
    }

    private Row row() {
      return new Row(
          key,
          owner,
          answer.provider(),
          answer.model(),
          body,
          answer.created(),
          expires,
          AnswerCodec.encode(key, answer));
    }
  }

  /** A row to be deleted. */
  static final class Delete extends Pending {
    Delete(Shelf shelf, CallKey key) {
      super(shelf, key, DELETE_BYTES);
    }
  }

  private final ResponseStore store;
  private final CacheSettings settings;
  private final Time time;
  private final Presence presence;

  private final Map<CallKey, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong evicted = new AtomicLong();
  private final Map<Shelf, Size> sizes = new ConcurrentHashMap<>();
  private volatile @Nullable String trouble;

  /** When the work began that the writing thread does now; {@link #IDLE} if it does none. */
  private final AtomicLong busySinceNanos = new AtomicLong(IDLE);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();

  /** Keys of {@link #pending} in the order in which they are to be written. */
  @GuardedBy("lock")
  private final ArrayDeque<CallKey> order = new ArrayDeque<>();

  @GuardedBy("lock")
  private long bytes;

  /** True if somebody waits for a write. */
  @GuardedBy("lock")
  private boolean urgent;

  @GuardedBy("lock")
  private boolean closed;

  // Of the writing thread alone.
  private final EnumMap<Shelf, Long> limits = new EnumMap<>(Shelf.class);

  /** How many changes are still to be written one at a time. */
  private int alone;

  WriteBehind(ResponseStore store, CacheSettings settings, Time time, Presence presence) {
    this.store = store;
    this.settings = settings;
    this.time = time;
    this.presence = presence;
    limits.put(Shelf.RESPONSES, settings.diskBytes());
    limits.put(Shelf.REPEATS, settings.repeatDiskBytes());
  }

  // What others ask for.

  /** Queues an answer; its {@link Put#done} tells what becomes of it. */
  void put(Put put, boolean soon) {
    boolean taken;
    lock.lock();
    try {
      taken = !closed && bytes + put.bytes <= settings.pendingBytes();
      if (taken) {
        queue(put);
        urgent |= soon;
        work.signal();
      }
    } finally {
      lock.unlock();
    }
    if (!taken) {
      dropped.incrementAndGet();
      put.done.complete(false);
      if (put.shelf == Shelf.RESPONSES && presence.mayHold(put.key)) {
        // What it was to take the place of must not be served in its stead.
        delete(put.shelf, put.key);
      }
    }
  }

  /** Queues a deletion. These are small, and may take as much room again. */
  void delete(Shelf shelf, CallKey key) {
    lock.lock();
    try {
      if (bytes + DELETE_BYTES > 2 * settings.pendingBytes()) {
        dropped.incrementAndGet();
        return;
      }
      queue(new Delete(shelf, key));
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the change of a key that waits; null if none does. */
  @Nullable Pending find(CallKey key) {
    return pending.get(key);
  }

  /** Turns waiting responses into deletions, for they may be half written. */
  List<CallKey> deleteIf(Predicate<Put> condition) {
    List<CallKey> keys = new ArrayList<>();
    for (Pending change : pending.values()) {
      if (change instanceof Put put && put.shelf == Shelf.RESPONSES && condition.test(put)) {
        delete(Shelf.RESPONSES, put.key);
        keys.add(put.key);
      }
    }
    return keys;
  }

  @GuardedBy("lock")
  private void queue(Pending change) {
    Pending before = pending.put(change.key, change);
    bytes += change.bytes;
    if (before == null) {
      order.add(change.key);
    } else {
      bytes -= before.bytes;
      settle(before, false);
    }
  }

  int waiting() {
    return pending.size();
  }

  long dropped() {
    return dropped.get();
  }

  long evicted() {
    return evicted.get();
  }

  Size size(Shelf shelf) {
    return sizes.getOrDefault(shelf, new Size(0, 0));
  }

  /** Returns what is wrong with the store; null while it works. */
  @Nullable String trouble() {
    long since = busySinceNanos.get();
    long busyNanos = since == IDLE ? 0 : time.nanos() - since;
    return busyNanos > settings.repeatWait().toNanos()
        ? "it has not answered for " + TimeUnit.NANOSECONDS.toSeconds(busyNanos) + " s"
        : trouble;
  }

  /** Lets the thread end once all is written, or the store fails. */
  void close() {
    lock.lock();
    try {
      closed = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  // The writing thread.

  @Override
  public void run() {
    long purgeAt = time.nanos();
    while (awaitWork(purgeAt)) {
      boolean fine = write();
      if (fine && time.nanos() - purgeAt >= 0) {
        boolean more = tidy();
        purgeAt = time.nanos() + (more ? 0 : settings.purgeInterval().toNanos());
      }
      if (trouble != null && !pauseAfterFailure()) {
        return;
      }
    }
  }

  /** Waits until there is something to do; returns false if the thread is to end. */
  private boolean awaitWork(long purgeAt) {
    lock.lock();
    try {
      boolean gathering = false;
      while (true) {
        if (closed) {
          return !order.isEmpty();
        }
        if (urgent || order.size() >= settings.batchEntries()) {
          return true;
        }
        long toPurge = purgeAt - time.nanos();
        if (toPurge <= 0 || (gathering && !order.isEmpty())) {
          return true;
        }
        if (order.isEmpty()) {
          long _ = work.awaitNanos(toPurge);
        } else {
          gathering = awaitFully(Math.min(settings.batchDelay().toNanos(), toPurge));
        }
      }
    } catch (InterruptedException e) {
      log.debug("the cache's writer was told to stop", e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the whole span unless something urgent comes. */
  @GuardedBy("lock")
  private boolean awaitFully(long nanos) throws InterruptedException {
    long left = nanos;
    while (left > 0 && !urgent && !closed && order.size() < settings.batchEntries()) {
      left = work.awaitNanos(left);
    }
    return true;
  }

  private boolean pauseAfterFailure() {
    lock.lock();
    try {
      long left = PAUSE_AFTER_FAILURE.toNanos();
      while (left > 0 && !closed) {
        left = work.awaitNanos(left);
      }
      // Closing does not wait for a store that fails.
      return !closed;
    } catch (InterruptedException e) {
      log.debug("the cache's writer was told to stop", e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Writes one batch; returns false if the store failed. */
  boolean write() {
    List<Pending> batch = batch();
    if (batch.isEmpty()) {
      return true;
    }
    Instant now = time.now();
    busySinceNanos.set(time.nanos());
    try {
      StoreWait.forEnd(store.write(changes(batch, now)));
      measure();
    } catch (IOException e) {
      fail("written", e);
      return false;
    } catch (RuntimeException e) {
      fault("written", e);
      if (batch.size() > 1) {
        alone = batch.size();
      } else {
        giveUp(batch.getFirst());
      }
      return false;
    } finally {
      busySinceNanos.set(IDLE);
    }
    trouble = null;
    alone = Math.max(0, alone - batch.size());
    dequeue(batch);
    for (Pending change : batch) {
      settle(change, change instanceof Put put && put.expires.isAfter(now));
    }
    return true;
  }

  private List<Change> changes(List<Pending> batch, Instant now) {
    List<Change> changes = new ArrayList<>(batch.size());
    for (Pending change : batch) {
      switch (change) {
        // Too late to be of use, but what it took the place of must not come back.
        case Put put when !put.expires.isAfter(now) ->
            changes.add(new Change.Delete(put.shelf, put.key));
        case Put put -> {
          presence.note(put.key);
          changes.add(new Change.Put(put.shelf, put.row()));
        }
        case Delete delete -> changes.add(new Change.Delete(delete.shelf, delete.key));
      }
    }
    return changes;
  }

  private void giveUp(Pending change) {
    dropped.incrementAndGet();
    if (change instanceof Put put && put.shelf == Shelf.RESPONSES) {
      // What it was to take the place of must not be served in its stead.
      delete(put.shelf, put.key);
    }
    dequeue(List.of(change));
    settle(change, false);
    alone = Math.max(0, alone - 1);
  }

  private List<Pending> batch() {
    List<Pending> batch = new ArrayList<>();
    int most = alone > 0 ? 1 : settings.batchEntries();
    long weight = 0;
    lock.lock();
    try {
      urgent = false;
      for (CallKey key : order) {
        Pending change = pending.get(key);
        if (change == null || batch.size() == most || weight > BATCH_BYTES) {
          break;
        }
        batch.add(change);
        weight += change.bytes;
      }
      urgent = batch.size() < order.size();
    } finally {
      lock.unlock();
    }
    return batch;
  }

  private void dequeue(List<Pending> batch) {
    lock.lock();
    try {
      for (Pending change : batch) {
        CallKey key = order.remove();
        if (pending.remove(key, change)) {
          bytes -= change.bytes;
        } else {
          // It was changed again meanwhile; that is to be written next time.
          order.add(key);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static void settle(Pending change, boolean durable) {
    if (change instanceof Put put) {
      put.done.complete(durable);
    }
  }

  /**
   * Takes one small step of each kind of tidying.
   *
   * @return true if more is to be done at once
   */
  boolean tidy() {
    busySinceNanos.set(time.nanos());
    try {
      boolean more = presence.build(store);
      for (Shelf shelf : Shelf.values()) {
        int expired =
            StoreWait.forEnd(store.deleteExpired(shelf, time.now(), settings.purgeEntries()));
        more |= expired == settings.purgeEntries();
        more |= makeRoom(shelf);
      }
      measure();
      trouble = null;
      return more;
    } catch (IOException e) {
      fail("tidied", e);
      return false;
    } catch (RuntimeException e) {
      fault("tidied", e);
      return false;
    } finally {
      busySinceNanos.set(IDLE);
    }
  }

  private boolean makeRoom(Shelf shelf) throws IOException {
    long limit = limits.getOrDefault(shelf, Long.MAX_VALUE);
    Size size = StoreWait.forEnd(store.size(shelf));
    if (size.bytes() <= limit) {
      return false;
    }
    long average = Math.max(1, size.bytes() / Math.max(1, size.rows()));
    long excess = (size.bytes() - limit + average - 1) / average;
    int step = (int) Math.min(excess, settings.purgeEntries());
    evicted.addAndGet(StoreWait.forEnd(store.deleteNearestExpiry(shelf, step)));
    return true;
  }

  private void measure() throws IOException {
    for (Shelf shelf : Shelf.values()) {
      sizes.put(shelf, StoreWait.forEnd(store.size(shelf)));
    }
  }

  private void fail(String what, IOException e) {
    if (trouble == null) {
      log.warn("the disk cache could not be {}; calls go on without it", what, e);
    }
    trouble = "it could not be " + what + ": " + e.getMessage();
  }

  private void fault(String what, RuntimeException e) {
    if (trouble == null) {
      log.error("a fault of this server kept the disk cache from being {}", what, e);
    }
    trouble = "a fault of this server kept it from being " + what + "; the log tells more";
  }
}
