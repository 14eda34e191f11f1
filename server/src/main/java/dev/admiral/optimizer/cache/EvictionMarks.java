package dev.admiral.optimizer.cache;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Says whether an answer was evicted while somebody brought it from disk. Whoever does so takes the
 * mark of its hash first and compares it when the answer is in memory. Two hashes seldom share a
 * mark, and then an answer is lost at worst. Safe for use from any thread; takes no lock.
 */
final class EvictionMarks {
  private static final int MARKS = 1_024;

  private final AtomicIntegerArray marks = new AtomicIntegerArray(MARKS);

  /** Returns the mark of a hash as it is now. */
  int of(long hash) {
    return marks.get(placeOf(hash));
  }

  /** Changes the mark of a hash. To be called before anything is removed. */
  void change(long hash) {
    marks.incrementAndGet(placeOf(hash));
  }

  private static int placeOf(long hash) {
    return (int) hash & (MARKS - 1);
  }
}
