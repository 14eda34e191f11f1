package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.cache.CacheMetrics;
import java.util.function.Supplier;

/** Tells how full and how useful the cache is. */
final class CacheFigures implements Figures {
  private final Supplier<CacheMetrics> metrics;

  /**
   * @param metrics tells the figures of the cache
   */
  CacheFigures(Supplier<CacheMetrics> metrics) {
    this.metrics = metrics;
  }

  @Override
  public void tell(Exposition to) {
    CacheMetrics cache = metrics.get();
    tier(to, "memory", cache.memory());
    tier(to, "disk", cache.disk());
    to.put(Metric.CACHE_REPEATS, cache.repeats());
    to.put(Metric.CACHE_FAILURES, cache.failures());
    to.put(Metric.CACHE_PENDING, cache.pendingWrites());
    to.put(Metric.CACHE_DROPPED, cache.droppedWrites());
    to.put(Metric.CACHE_UNREADABLE, cache.unreadable());
    to.put(Metric.CACHE_DISK_WORKS, Exposition.number(cache.trouble() == null));
  }

  private static void tier(Exposition to, String name, CacheMetrics.Tier tier) {
    to.put(Metric.CACHE_ENTRIES, tier.entries(), name);
    to.put(Metric.CACHE_BYTES, tier.bytes(), name);
    to.put(Metric.CACHE_LIMIT, tier.limitBytes(), name);
    to.put(Metric.CACHE_HITS, tier.hits(), name);
    to.put(Metric.CACHE_MISSES, tier.misses(), name);
    to.put(Metric.CACHE_EVICTIONS, tier.evictions(), name);
  }
}
