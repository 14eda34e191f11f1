package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.StoreWait;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows which keys are certainly not in the store. Built from the store's keys page by page, and
 * anew when deleted keys have filled it. Until the first build is done every key may be there.
 *
 * <p>Built and told of writes by one thread, before each write: so a key written before a page is
 * read is on the page, and a key written after is added to the new filter as well. Asked by any.
 */
final class Presence {
  private static final int PAGE_KEYS = 10_000;
  private static final Shelf[] SHELVES = Shelf.values();

  private final int filterBytes;
  private volatile @Nullable PresenceFilter current;

  // Of the building thread alone.
  private @Nullable PresenceFilter next;
  private int shelf;
  private @Nullable CallKey after;
  private long buildAnewAt;

  Presence(int filterBytes) {
    this.filterBytes = filterBytes;
  }

  /** Returns false if the key is certainly not in the store. */
  boolean mayHold(CallKey key) {
    PresenceFilter filter = current;
    return filter == null || filter.mayContain(key);
  }

  /** Notes a key that is about to be written. */
  void note(CallKey key) {
    if (current != null) {
      current.add(key);
    }
    if (next != null) {
      next.add(key);
    }
  }

  /**
   * Goes on building for one page, if there is something to build.
   *
   * @return true if another page is to follow
   */
  boolean build(ResponseStore store) throws IOException {
    if (next == null) {
      if (current != null && current.added() <= buildAnewAt) {
        return false;
      }
      next = new PresenceFilter(filterBytes);
      shelf = 0;
      after = null;
    }
    List<CallKey> page = StoreWait.forEnd(store.keys(SHELVES[shelf], after, PAGE_KEYS));
    page.forEach(next::add);
    if (page.size() == PAGE_KEYS) {
      after = page.getLast();
      return true;
    }
    after = null;
    shelf++;
    if (shelf < SHELVES.length) {
      return true;
    }
    // With more keys than there is room for, it must not be built again and again for nothing.
    buildAnewAt = Math.max(next.room(), 2 * next.added());
    current = next;
    next = null;
    return false;
  }
}
