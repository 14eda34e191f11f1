package dev.admiral.optimizer.events;

import java.time.Instant;
import java.util.UUID;

/**
 * An event in its place.
 *
 * @param sequence its number among the tenant's events, from 1, strictly rising
 * @param time when it happened
 * @param event what happened
 * @param origin where it comes from
 */
public record Stamped(long sequence, Instant time, Event event, Origin origin) {
  private static final int SEQUENCE_BITS = 40;
  private static final int ENTROPY_BITS = 34;
  private static final int TOP_BITS = 12;
  private static final long VERSION = 0x7000L;
  private static final long VARIANT = 1L << 63;

  /** Returns the name of the replica it comes from. */
  public String replica() {
    return origin.replica();
  }

  /**
   * Returns the event's identifier: a UUID of version 7, made of the time, the number and the
   * random bits of where it comes from. Empty for {@link Event.EventsDropped}, which is told to one
   * watcher in place of others.
   */
  public String id() {
    if (event instanceof Event.EventsDropped) {
      return "";
    }
    long number = sequence & ((1L << SEQUENCE_BITS) - 1);
    long high = (time.toEpochMilli() << 16) | VERSION | (number >>> (SEQUENCE_BITS - TOP_BITS));
    long low =
        VARIANT
            | ((number & ((1L << (SEQUENCE_BITS - TOP_BITS)) - 1)) << ENTROPY_BITS)
            | (origin.entropy() & ((1L << ENTROPY_BITS) - 1));
    return new UUID(high, low).toString();
  }
}
