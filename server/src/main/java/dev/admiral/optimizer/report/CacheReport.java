package dev.admiral.optimizer.report;

import dev.admiral.optimizer.cache.CacheMetrics;
import dev.admiral.optimizer.v1.CacheTier;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import java.util.function.Supplier;

/** How full and how useful the cache is. Thread-safe. */
public final class CacheReport {
  private final Supplier<CacheMetrics> cache;

  /**
   * @param cache tells the figures of the cache
   */
  public CacheReport(Supplier<CacheMetrics> cache) {
    this.cache = cache;
  }

  /** Returns the figures of each tier. */
  public GetMetricsResponse metrics() {
    CacheMetrics metrics = cache.get();
    return GetMetricsResponse.newBuilder()
        .addTiers(tier(CacheTier.Kind.KIND_MEMORY, metrics.memory()))
        .addTiers(tier(CacheTier.Kind.KIND_DISK, metrics.disk()))
        .build();
  }

  private static CacheTier tier(CacheTier.Kind kind, CacheMetrics.Tier tier) {
    return CacheTier.newBuilder()
        .setKind(kind)
        .setEntryCount(tier.entries())
        .setSizeBytes(tier.bytes())
        .setLimitBytes(tier.limitBytes())
        .setHitCount(tier.hits())
        .setMissCount(tier.misses())
        .setEvictionCount(tier.evictions())
        .build();
  }
}
