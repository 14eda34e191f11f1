package dev.admiral.optimizer.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A ring of a tenant's latest calls.
 *
 * <p>A writer draws the next number, then puts its call into the slot of that number. A slot only
 * ever moves to higher numbers: a writer that was held up until the ring went round gives its call
 * up rather than hide the newer one. A reader takes from a slot only the call of the very number it
 * looks for, and passes over those that are not there yet or no longer: so a list is in order and
 * tells each call once, however many end meanwhile. Nobody waits for anybody.
 */
final class LatestCalls {
  private final AtomicReferenceArray<@Nullable KeptCall> slots;
  private final AtomicLong last = new AtomicLong();

  LatestCalls(int kept) {
    this.slots = new AtomicReferenceArray<>(kept);
  }

  /** Draws the number of a call that ended. */
  long next() {
    return last.incrementAndGet();
  }

  /** Adds a call with the number drawn for it. */
  void put(KeptCall call) {
    int slot = slot(call.number());
    KeptCall old = slots.get(slot);
    while ((old == null || old.number() < call.number()) && !slots.compareAndSet(slot, old, call)) {
      old = slots.get(slot);
    }
  }

  /**
   * Returns calls, newest first.
   *
   * @param before only those with a lower number
   * @param limit most calls to return
   */
  List<KeptCall> list(Predicate<KeptCall> wanted, long before, int limit) {
    List<KeptCall> found = new ArrayList<>();
    long newest = last.get();
    long oldest = Math.max(1, newest - slots.length() + 1);
    for (long n = Math.min(newest, before - 1); n >= oldest && found.size() < limit; n--) {
      KeptCall call = slots.get(slot(n));
      if (call != null && call.number() == n && wanted.test(call)) {
        found.add(call);
      }
    }
    return found;
  }

  /** Looks at every call: it is asked for by people, and calls are spared an index. */
  Optional<KeptCall> find(String id) {
    return list(call -> call.id().equals(id), Long.MAX_VALUE, 1).stream().findFirst();
  }

  private int slot(long number) {
    return (int) (number % slots.length());
  }
}
