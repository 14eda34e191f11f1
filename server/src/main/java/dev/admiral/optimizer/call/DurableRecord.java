package dev.admiral.optimizer.call;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * Something to be kept with what it tells of: an event for the outbox, or a record for the audit.
 * Whoever carries or stores it does not look into its body.
 *
 * @param log where it is kept
 * @param id its own identifier, unique for ever in its log; kept once however often it is written
 * @param kind what it is, in a word its owner knows; never empty
 * @param tenant whose it is
 * @param agent the agent it is about; empty if none
 * @param time when it happened; between the years 1970 and 2262
 * @param body all the rest, in its owner's own form
 */
public record DurableRecord(
    Log log, String id, String kind, String tenant, String agent, Instant time, ByteString body) {
  private static final Instant LAST = Instant.ofEpochSecond(0, Long.MAX_VALUE);

  /** Where records are kept, each in an order of its own. */
  public enum Log {
    /** Events, for those who watch and for those they are sent to. */
    OUTBOX,
    /** Who changed what. */
    AUDIT
  }

  /**
   * @throws IllegalArgumentException if the id or the kind is empty, or the time out of range
   */
  public DurableRecord {
    if (id.isEmpty() || kind.isEmpty()) {
      throw new IllegalArgumentException("a durable record needs an id and a kind");
    }
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LAST)) {
      throw new IllegalArgumentException("a durable record is of the years 1970 to 2262");
    }
  }
}
