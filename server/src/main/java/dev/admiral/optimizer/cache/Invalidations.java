package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers what was invalidated, so that nothing older comes back: neither an answer of a flight
 * that had begun before, nor a row that was not deleted yet.
 *
 * <p>Invalidations are numbered. Whoever begins work that will end in an answer notes {@link
 * #latest()} first and asks {@link #forbidsPut} when it stores: an invalidation in between that
 * matches the answer forbids it. The number rises before the tiers are swept, and the putter asks
 * again after it stored; so either the sweep sees the entry or the putter sees the invalidation.
 *
 * <p>Each tenant's last invalidations are kept. What began before the oldest of them is not stored
 * at all. Safe for use from any thread; asking takes no lock.
 */
final class Invalidations {
  /** Most invalidations kept for a tenant; more within one flight's time are hardly ever made. */
  static final int KEPT = 128;

  private final AtomicLong counter = new AtomicLong();
  private final Map<String, Recent> byTenant = new ConcurrentHashMap<>();

  private record Invalidation(long number, Selector selector, Instant at) {}

  /**
   * Of one tenant.
   *
   * @param floor number of the last one forgotten
   */
  private record Recent(long floor, List<Invalidation> kept) {
    static final Recent NONE = new Recent(0, List.of());

    Recent with(Invalidation latest) {
      List<Invalidation> all = new ArrayList<>(kept);
      all.add(latest);
      long forgotten = floor;
      if (all.size() > KEPT) {
        forgotten = all.removeFirst().number();
      }
      return new Recent(forgotten, List.copyOf(all));
    }
  }

  /** Returns the number of the latest invalidation of any tenant. */
  long latest() {
    return counter.get();
  }

  /** Notes an invalidation. To be called before anything is removed. */
  void add(String tenant, Selector selector, Instant at) {
    byTenant.compute(
        tenant,
        (_, recent) ->
            (recent == null ? Recent.NONE : recent)
                .with(new Invalidation(counter.incrementAndGet(), selector, at)));
  }

  /** Returns true if an answer whose making began at a number must not be stored. */
  boolean forbidsPut(
      long since, CallKey key, EntryOwner owner, String provider, String model, Instant created) {
    Recent recent = byTenant.getOrDefault(owner.tenant(), Recent.NONE);
    if (since < recent.floor()) {
      return true;
    }
    for (Invalidation made : recent.kept()) {
      if (made.number() > since && matches(made, key, owner, provider, model, created)) {
        return true;
      }
    }
    return false;
  }

  /** Returns true if a row was invalidated, although it is still there. */
  boolean forbidsRow(ResponseStore.Row row) {
    for (Invalidation made : byTenant.getOrDefault(row.owner().tenant(), Recent.NONE).kept()) {
      if (!row.created().isAfter(made.at())
          && matches(made, row.key(), row.owner(), row.provider(), row.model(), row.created())) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(
      Invalidation made,
      CallKey key,
      EntryOwner owner,
      String provider,
      String model,
      Instant created) {
    return made.selector().matches(key, owner, provider, model, created, made.at());
  }
}
