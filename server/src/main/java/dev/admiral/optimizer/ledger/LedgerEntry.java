package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Usage;
import java.time.Instant;

/**
 * One upstream call that was, or may have been, paid for.
 *
 * @param id identifier, unique for ever; entering the same one again changes nothing
 * @param callId the call it served
 * @param attempt which try of the call, from 0
 * @param tenant the tenant charged
 * @param agent the agent charged
 * @param group the agent's group; empty if it gave none
 * @param taskType kind of work the caller named; empty if none
 * @param provider the provider asked
 * @param model the provider's own name of the model
 * @param usage tokens
 * @param cost what they cost; never negative
 * @param providerRequestId the vendor's own identifier of the call; empty if none came
 * @param created when the try ended; between the years 1970 and 2262
 */
public record LedgerEntry(
    String id,
    String callId,
    int attempt,
    String tenant,
    String agent,
    String group,
    String taskType,
    String provider,
    String model,
    Usage usage,
    Cost cost,
    String providerRequestId,
    Instant created) {
  private static final Instant LAST = Instant.ofEpochSecond(0, Long.MAX_VALUE);

  public LedgerEntry {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a ledger entry needs an id");
    }
    if (cost.amountOrZero().units() < 0) {
      throw new IllegalArgumentException("a ledger entry's cost must not be negative");
    }
    if (created.isBefore(Instant.EPOCH) || created.isAfter(LAST)) {
      throw new IllegalArgumentException("a ledger entry is of the years 1970 to 2262");
    }
  }

  /** Returns true if the amount rests on usage the vendor did not report. */
  public boolean estimated() {
    return usage.estimated() || (cost instanceof Cost.Known known && known.estimated());
  }

  /** Returns when the try ended, in nanoseconds since 1970. */
  public long createdNanos() {
    return Nanos.of(created);
  }
}
