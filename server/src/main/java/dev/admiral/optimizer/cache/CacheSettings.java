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

  /** Default of {@code memoryBytes}. */
  public static final HeapShare MEMORY_SHARE = new HeapShare(4, 256);

  /** Default of {@code repeatMemoryBytes}. */
  public static final HeapShare REPEAT_MEMORY_SHARE = new HeapShare(32, 32);

  /** Default of {@code pendingBytes}. */
  public static final HeapShare PENDING_SHARE = new HeapShare(16, 64);

  /**
   * A size that follows the heap; at least 1 MiB.
   *
   * @param part the part of the heap, as the number of such parts there are
   * @param mostMib its bound in MiB
   */
  public record HeapShare(int part, int mostMib) {
    long bytes(long heapBytes) {
      return Math.clamp(heapBytes / part, MIB, mostMib * MIB);
    }

    /** Says what it is. */
    @Override
    public String toString() {
      return "1/" + part + " of the heap, at most " + mostMib + "MiB";
    }
  }

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
   * Returns the defaults.
   *
   * @param heapBytes the largest heap this process may have
   */
  public static CacheSettings defaults(long heapBytes) {
    return new CacheSettings(
        Duration.ofMinutes(10),
        MEMORY_SHARE.bytes(heapBytes),
        4096 * MIB,
        8 * MIB,
        Duration.ofHours(24),
        REPEAT_MEMORY_SHARE.bytes(heapBytes),
        1024 * MIB,
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        10_000,
        PENDING_SHARE.bytes(heapBytes),
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
