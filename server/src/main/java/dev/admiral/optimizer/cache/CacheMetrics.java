package dev.admiral.optimizer.cache;

import org.jspecify.annotations.Nullable;

/**
 * Figures of a {@link ResponseCache}. Counts are since start; they are read one after another, not
 * at one instant.
 *
 * @param memory the memory tier
 * @param disk the disk tier, without the answers kept for repeats
 * @param failures deterministic failures remembered now
 * @param repeats answers kept on disk for repeats of a request_id
 * @param pendingWrites writes that wait for the disk tier
 * @param droppedWrites writes given up because too many waited or a fault of this server kept them
 *     from being made
 * @param unreadable stored answers that could not be read back, and were deleted
 * @param trouble what is wrong with the disk tier; null while it works
 */
public record CacheMetrics(
    Tier memory,
    Tier disk,
    long failures,
    long repeats,
    long pendingWrites,
    long droppedWrites,
    long unreadable,
    @Nullable String trouble) {

  /**
   * One tier.
   *
   * @param entries answers held
   * @param bytes bytes held, overhead included
   * @param limitBytes most bytes held
   * @param hits look-ups answered
   * @param misses look-ups not answered
   * @param evictions answers dropped for want of room
   */
  public record Tier(
      long entries, long bytes, long limitBytes, long hits, long misses, long evictions) {}
}
