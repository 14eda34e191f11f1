package dev.admiral.optimizer.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks for single entries.
 *
 * @param tenant the tenant whose entries are listed
 * @param from first instant listed; null for the beginning
 * @param until first instant no longer listed; null for no end
 * @param agent only this agent; empty for all
 * @param callId only entries of this call; empty for all
 */
public record EntryQuery(
    String tenant, @Nullable Instant from, @Nullable Instant until, String agent, String callId) {

  /** Returns the first instant listed, in nanoseconds since 1970. */
  public long fromNanos() {
    return from == null ? Long.MIN_VALUE : Nanos.of(from);
  }

  /** Returns the first instant no longer listed, in nanoseconds since 1970. */
  public long untilNanos() {
    return until == null ? Long.MAX_VALUE : Nanos.of(until);
  }
}
