package dev.admiral.optimizer.config;

import dev.admiral.optimizer.cache.CacheSettings;

/** Reads how answers are cached. */
final class CacheSection {
  private CacheSection() {}

  static CacheSettings read(Section section) throws ConfigException {
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
        section.number("disk_read_threads", defaults.diskReaders(), 1, 256),
        section.duration("purge_interval", defaults.purgeInterval(), "1s", "1h"),
        section.number("max_purge_entries", defaults.purgeEntries(), 1, 1_000_000),
        Math.toIntExact(section.size("filter_bytes", defaults.filterBytes(), "64KiB", "1GiB")));
  }
}
