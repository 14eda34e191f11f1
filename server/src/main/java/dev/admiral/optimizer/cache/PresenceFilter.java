package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A Bloom filter of keys: says that a key is certainly not, or perhaps, among those added. A key's
 * bits lie in one block of 64 bytes, so a look touches one cache line. Keys are digests, so their
 * own bits serve as hashes. Safe for use from any thread.
 */
final class PresenceFilter {
  private static final int BLOCK_LONGS = 8;
  private static final int BITS_PER_KEY = 6;
  private static final int BIT_INDEX_BITS = 9;

  /** Room for each key at which about three in a hundred strange keys seem present. */
  private static final int ROOM_BITS_PER_KEY = 8;

  private final AtomicLongArray longs;
  private final int blockMask;
  private final AtomicLong added = new AtomicLong();

  /**
   * Creates an empty filter.
   *
   * @param bytes memory to use; rounded down to a power of two, at least 64
   */
  PresenceFilter(int bytes) {
    int blocks = Math.max(1, Integer.highestOneBit(bytes) / (BLOCK_LONGS * Long.BYTES));
    longs = new AtomicLongArray(blocks * BLOCK_LONGS);
    blockMask = blocks - 1;
  }

  void add(CallKey key) {
    int block = ((int) key.b() & blockMask) * BLOCK_LONGS;
    long bits = key.c();
    for (int i = 0; i < BITS_PER_KEY; i++) {
      int index = block + (int) (bits & (BLOCK_LONGS - 1));
      long mask = 1L << (bits >>> 3);
      if ((longs.get(index) & mask) == 0) {
        longs.accumulateAndGet(index, mask, (one, other) -> one | other);
      }
      bits >>>= BIT_INDEX_BITS;
    }
    added.incrementAndGet();
  }

  boolean mayContain(CallKey key) {
    int block = ((int) key.b() & blockMask) * BLOCK_LONGS;
    long bits = key.c();
    for (int i = 0; i < BITS_PER_KEY; i++) {
      int index = block + (int) (bits & (BLOCK_LONGS - 1));
      if ((longs.get(index) & (1L << (bits >>> 3))) == 0) {
        return false;
      }
      bits >>>= BIT_INDEX_BITS;
    }
    return true;
  }

  /** Returns the number of keys there is room for. */
  long room() {
    return (long) longs.length() * Long.SIZE / ROOM_BITS_PER_KEY;
  }

  /** Returns the number of keys added, those added twice counted twice. */
  long added() {
    return added.get();
  }
}
