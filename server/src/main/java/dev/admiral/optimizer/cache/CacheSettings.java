package dev.admiral.optimizer.cache;

import java.time.Duration;

/**
 * Bounds of a {@link ResponseCache}. Sizes are in bytes and count what an entry weighs with its
 * overhead.
 *
 * @param timeToLive how long an answer is served if its call does not say
 * @param memoryBytes most bytes of answers in memory
 * @param diskBytes most bytes of answers on disk; past it those nearest their expiry go first
 * @param answerBytes largest answer that is kept
 * @param repeatWindow how long the first answer to a request_id is kept
 * @param repeatMemoryBytes most bytes in memory of answers kept for repeats
 * @param repeatDiskBytes most bytes on disk of answers kept for repeats
 * @param repeatWait longest wait for such an answer to be durable
 * @param failureTimeToLive how long a deterministic failure is remembered, more or less a fifth
 * @param failureEntries most failures remembered
 * @param pendingBytes most bytes that wait to be written to disk; past it writes are dropped
 * @param batchEntries most entries written to disk at once; paid calls wait while they are
 * @param batchDelay how long an answer waits for others to be written with it
 * @param diskWait longest wait for a read of the disk tier; past it the look-up is a miss
 * @param purgeInterval pause between two looks for expired entries on disk
 * @param purgeEntries most entries deleted at once
 * @param filterBytes memory of the filter that spares reads for keys the disk tier has not
 */
public record CacheSettings(
    Duration timeToLive,
    long memoryBytes,
    long diskBytes,
    long answerBytes,
    Duration repeatWindow,
    long repeatMemoryBytes,
    long repeatDiskBytes,
    Duration repeatWait,
    Duration failureTimeToLive,
    int failureEntries,
    long pendingBytes,
    int batchEntries,
    Duration batchDelay,
    Duration diskWait,
    Duration purgeInterval,
    int purgeEntries,
    int filterBytes) {
  private static final long MIB = 1L << 20;

  public CacheSettings {
    positive("timeToLive", timeToLive);
    positive("memoryBytes", memoryBytes);
    positive("diskBytes", diskBytes);
    positive("answerBytes", answerBytes);
    positive("repeatWindow", repeatWindow);
    positive("repeatMemoryBytes", repeatMemoryBytes);
    positive("repeatDiskBytes", repeatDiskBytes);
    positive("repeatWait", repeatWait);
    positive("failureTimeToLive", failureTimeToLive);
    positive("failureEntries", failureEntries);
    positive("pendingBytes", pendingBytes);
    positive("batchEntries", batchEntries);
    positive("diskWait", diskWait);
    positive("purgeInterval", purgeInterval);
    positive("purgeEntries", purgeEntries);
    positive("filterBytes", filterBytes);
    if (batchDelay.isNegative()) {
      throw new IllegalArgumentException("batchDelay must not be negative, but is " + batchDelay);
    }
  }

  /**
   * Returns the defaults: 10 minutes; 256 MiB of memory, or a quarter of the heap if that is less;
   * 4 GiB of disk; answers up to 8 MiB; repeats for 24 hours, in 1 GiB of disk and a thirty-second
   * of the heap up to 32 MiB, waiting 2 s at most; failures for 30 s, 10,000 of them; 64 MiB
   * waiting, or a sixteenth of the heap, written 32 at a time after 20 ms; 250 ms for a read; a
   * purge of 500 entries each 10 s; a filter of 4 MiB.
   *
   * @param heapBytes the largest heap this process may have
   */
  public static CacheSettings defaults(long heapBytes) {
    return new CacheSettings(
        Duration.ofMinutes(10),
        Math.clamp(heapBytes / 4, MIB, 256 * MIB),
        4096 * MIB,
        8 * MIB,
        Duration.ofHours(24),
        Math.clamp(heapBytes / 32, MIB, 32 * MIB),
        1024 * MIB,
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        10_000,
        Math.clamp(heapBytes / 16, MIB, 64 * MIB),
        32,
        Duration.ofMillis(20),
        Duration.ofMillis(250),
        Duration.ofSeconds(10),
        500,
        (int) (4 * MIB));
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be longer than zero, but is " + value);
    }
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
    }
  }
}
