package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.DurableRecord;
import java.util.List;

/**
 * What becomes durable together or not at all: an entry, and what is to be told and proved of it.
 *
 * @param entry the paid call
 * @param records its events and its audit records, in the order in which they are to be kept
 */
public record UnitOfWork(LedgerEntry entry, List<DurableRecord> records) {
  public UnitOfWork {
    records = List.copyOf(records);
  }

  /** Returns the unit of an entry alone. */
  public static UnitOfWork of(LedgerEntry entry) {
    return new UnitOfWork(entry, List.of());
  }
}
