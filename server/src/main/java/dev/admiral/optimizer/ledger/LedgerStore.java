package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.DurableRecord;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries with what was made durable beside them, and savings.
 *
 * <p>Nothing here blocks the caller. A write completes when it is durable, or with an {@link
 * IOException} when it certainly is not; then it may be written again. A read completes with what
 * was found, or with an {@link IOException} if the store does not answer. Implementations may be
 * used from any thread.
 */
public interface LedgerStore {

  /**
   * Stores an entry and its records, all or nothing. Of what is there already under the same id,
   * the first form stays, and this completes normally.
   */
  CompletableFuture<@Nullable Void> commit(UnitOfWork work);

  /**
   * Adds savings to those of the same day, tenant, agent, provider, model and source: all of them
   * or none.
   */
  CompletableFuture<@Nullable Void> addSavings(List<Saving> savings);

  /** Returns the sums, one row for each group that has calls, in any order. */
  CompletableFuture<List<Report.Row>> rows(ReportQuery query);

  /**
   * Returns entries by falling time of creation, then falling number.
   *
   * @param before only those after this place in that order; null for all
   * @param limit most entries to return, at least 1
   */
  CompletableFuture<List<Numbered>> entries(EntryQuery query, @Nullable Place before, int limit);

  /**
   * Returns the records of a log by rising number, which is the order of their commits.
   *
   * @param after only those of higher numbers; 0 for all
   * @param limit most records to return, at least 1
   */
  CompletableFuture<List<NumberedRecord>> records(DurableRecord.Log log, long after, int limit);

  /** An entry and the number it was stored under. */
  record Numbered(long number, LedgerEntry entry) {}

  /** A record and the number it was stored under: 1 and up, never used twice in its log. */
  record NumberedRecord(long number, DurableRecord record) {}

  /** A place in the order of entries. */
  record Place(long createdNanos, long number) {}
}
