package dev.admiral.optimizer.config;

import dev.admiral.optimizer.cache.CacheSettings;

/** Reads how answers are cached. */
final class CacheSection {
  private CacheSection() {}

  /** Threads that read the disk, unless somebody says otherwise. */
  private static final int DISK_READ_THREADS = 4;

  /**
   * What the section says.
   *
   * @param cache the cache's own bounds
   * @param diskReadThreads threads that read answers on disk
   */
  record Read(CacheSettings cache, int diskReadThreads) {}

  static Read read(Section section) throws ConfigException {
    return new Read(cache(section), section.number("disk_read_threads", DISK_READ_THREADS, 1, 256));
  }

  private static CacheSettings cache(Section section) throws ConfigException {
    CacheSettings defaults = CacheSettings.defaults(Runtime.getRuntime().maxMemory());
    return new CacheSettings(
        section.live().duration("time_to_live", defaults.timeToLive(), "1s", "30d"),
        section.size(
            "memory_bytes",
            CacheSettings.MEMORY_SHARE.toString(),
            defaults.memoryBytes(),
            "1MiB",
            "1TiB"),
        section.size("disk_bytes", defaults.diskBytes(), "1MiB", "16TiB"),
        section.size("max_entry_bytes", defaults.answerBytes(), "1KiB", "1GiB"),
        section.duration("idempotency_window", defaults.repeatWindow(), "1m", "30d"),
        section.size(
            "idempotency_memory_bytes",
            CacheSettings.REPEAT_MEMORY_SHARE.toString(),
            defaults.repeatMemoryBytes(),
            "1MiB",
            "1TiB"),
        section.size("idempotency_disk_bytes", defaults.repeatDiskBytes(), "1MiB", "16TiB"),
        section.duration("idempotency_write_timeout", defaults.repeatWait(), "1ms", "1m"),
        section.duration("failure_time_to_live", defaults.failureTimeToLive(), "1ms", "1h"),
        section.number("max_failure_entries", defaults.failureEntries(), 1, 10_000_000),
        section.size(
            "max_write_queue_bytes",
            CacheSettings.PENDING_SHARE.toString(),
            defaults.pendingBytes(),
            "1MiB",
            "1TiB"),
        section.number("max_batch_entries", defaults.batchEntries(), 1, 100_000),
        section.duration("batch_delay", defaults.batchDelay(), "0ms", "10s"),
        section.duration("disk_read_timeout", defaults.diskWait(), "1ms", "1m"),
        section.duration("purge_interval", defaults.purgeInterval(), "1s", "1h"),
        section.number("max_purge_entries", defaults.purgeEntries(), 1, 1_000_000),
        Math.toIntExact(section.size("filter_bytes", defaults.filterBytes(), "64KiB", "1GiB")));
  }
}
