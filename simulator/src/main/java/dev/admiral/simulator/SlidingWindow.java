package dev.admiral.simulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * What was used in the window of time that ends now, exact to the millisecond, of several things at
 * once: either all of them are taken or none. Uses of the same millisecond share an entry, so a
 * window of a minute holds at most 60,000. Safe for use by many threads.
 */
final class SlidingWindow {
  private static final class Use {
    final long millis;
    final long[] amounts;

    Use(long millis, int kinds) {
      this.millis = millis;
      this.amounts = new long[kinds];
    }
  }

  private final long windowMillis;
  private final long[] limits;
  private final long[] used;
  private final ArrayDeque<Use> uses = new ArrayDeque<>();

  SlidingWindow(long windowMillis, long... limits) {
    this.windowMillis = windowMillis;
    this.limits = limits.clone();
    this.used = new long[limits.length];
  }

  /**
   * What became of a wish.
   *
   * @param blockedBy the first limit that did not allow it, or -1 when it was granted
   * @param waitMillis how long until the same wish would be granted; -1 for never
   * @param used what is in the window of each kind, the wish included when granted
   * @param resetMillis how long until the window is empty if nothing more is used
   */
  record Verdict(int blockedBy, long waitMillis, List<Long> used, long resetMillis) {
    boolean granted() {
      return blockedBy < 0;
    }

    long used(int kind) {
      return used.get(kind);
    }
  }

  /** Uses the amounts if every limit allows its own. */
  synchronized Verdict take(long nowMillis, long... amounts) {
    expire(nowMillis);
    int blockedBy = -1;
    for (int i = 0; i < limits.length && blockedBy < 0; i++) {
      blockedBy = used[i] + amounts[i] > limits[i] ? i : -1;
    }
    long wait = blockedBy < 0 ? 0 : waitMillis(nowMillis, amounts);
    if (blockedBy < 0) {
      add(nowMillis, amounts);
    }
    long reset = uses.isEmpty() ? 0 : uses.getLast().millis + windowMillis - nowMillis;
    return new Verdict(blockedBy, wait, Arrays.stream(used).boxed().toList(), reset);
  }

  private void expire(long nowMillis) {
    while (!uses.isEmpty() && uses.getFirst().millis + windowMillis <= nowMillis) {
      long[] amounts = uses.removeFirst().amounts;
      for (int i = 0; i < used.length; i++) {
        used[i] -= amounts[i];
      }
    }
  }

  private void add(long nowMillis, long[] amounts) {
    Use last = uses.peekLast();
    // A clock that went back must not break the order of the entries.
    long millis = last == null ? nowMillis : Math.max(last.millis, nowMillis);
    if (last == null || last.millis != millis) {
      last = new Use(millis, limits.length);
      uses.addLast(last);
    }
    for (int i = 0; i < used.length; i++) {
      last.amounts[i] += amounts[i];
      used[i] += amounts[i];
    }
  }

  private long waitMillis(long nowMillis, long[] amounts) {
    for (int i = 0; i < limits.length; i++) {
      if (amounts[i] > limits[i]) {
        return -1;
      }
    }
    long[] left = Arrays.copyOf(used, used.length);
    for (Use use : uses) {
      boolean fits = true;
      for (int i = 0; i < left.length; i++) {
        left[i] -= use.amounts[i];
        fits &= left[i] + amounts[i] <= limits[i];
      }
      if (fits) {
        return use.millis + windowMillis - nowMillis;
      }
    }
    return 0;
  }
}
