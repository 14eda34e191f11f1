package dev.admiral.optimizer.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * The content of a tenant's latest calls, bounded by number and by bytes; the oldest goes first.
 * Thread-safe; its lock is held for a few steps.
 */
final class ContentShelf {
  /** What a call's entry takes beside its content. */
  private static final long ENTRY_BYTES = 256;

  private final int maxCalls;
  private final long maxBytes;

  @GuardedBy("this")
  private final Map<String, Kept> byId = new HashMap<>();

  @GuardedBy("this")
  private final Queue<Kept> oldestFirst = new ArrayDeque<>();

  @GuardedBy("this")
  private long bytes;

  private record Kept(String id, Content content, long bytes) {}

  ContentShelf(int maxCalls, long maxBytes) {
    this.maxCalls = maxCalls;
    this.maxBytes = maxBytes;
  }

  /** Keeps the content of a call, unless it is larger than all there is room for. */
  void put(String id, Content content) {
    Kept kept = new Kept(id, content, ENTRY_BYTES + content.bytes());
    if (kept.bytes > maxBytes) {
      return;
    }
    synchronized (this) {
      byId.put(id, kept);
      oldestFirst.add(kept);
      bytes += kept.bytes;
      while (bytes > maxBytes || oldestFirst.size() > maxCalls) {
        Kept oldest = oldestFirst.remove();
        byId.remove(oldest.id, oldest);
        bytes -= oldest.bytes;
      }
    }
  }

  synchronized Optional<Content> find(String id) {
    return Optional.ofNullable(byId.get(id)).map(Kept::content);
  }
}
