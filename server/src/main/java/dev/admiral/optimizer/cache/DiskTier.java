package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The disk tier as answers and repeats share it: one writer, reads, and the filter that spares
 * reads of keys that are not there. Safe for use from any thread.
 */
final class DiskTier {
  private final ResponseStore store;
  private final Presence presence;
  private final WriteBehind writes;
  private final DiskReads reads;
  private final LongAdder unreadable = new LongAdder();

  DiskTier(ResponseStore store, CacheSettings settings, Time time) {
    this.store = store;
    this.presence = new Presence(settings.filterBytes());
    this.writes = new WriteBehind(store, settings, time, presence);
    this.reads = new DiskReads(store, settings.diskWait(), time);
  }

  ResponseStore store() {
    return store;
  }

  WriteBehind writes() {
    return writes;
  }

  DiskReads reads() {
    return reads;
  }

  /** Returns false if the key is certainly not on disk. Never blocks. */
  boolean mayHold(CallKey key) {
    return presence.mayHold(key);
  }

  /** Returns a row; null if there is none, or the store did not tell in time. Blocks. */
  @Nullable Row find(Shelf shelf, CallKey key) {
    return presence.mayHold(key) ? reads.find(shelf, key) : null;
  }

  /** Returns the answer of a row; null if it cannot be read, and then it is deleted. */
  @Nullable Answer decode(Shelf shelf, Row row) {
    try {
      return AnswerCodec.decode(row.key(), row.answer());
    } catch (IOException e) {
      unreadable.increment();
      writes.delete(shelf, row.key());
      return null;
    }
  }

  /** Returns how many rows could not be read. */
  long unreadable() {
    return unreadable.sum();
  }

  /** Returns what is wrong with the store; null while it works. */
  @Nullable String trouble() {
    String trouble = writes.trouble();
    return trouble == null ? reads.trouble() : trouble;
  }
}
