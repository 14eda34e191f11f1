package dev.admiral.optimizer.ledger;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps entries and savings. Writes never block the caller: they complete when what was written is
 * durable, or with an {@link IOException} when it certainly is not; then it may be written again.
 * Implementations may be used from any thread.
 */
public interface LedgerStore {

  /** Stores an entry; one with the same id stays as it is and this completes normally. */
  CompletableFuture<@Nullable Void> enter(LedgerEntry entry);

  /**
   * Adds savings to those of the same day, tenant, agent, provider, model and source: all of them
   * or none.
   */
  CompletableFuture<@Nullable Void> addSavings(List<Saving> savings);

  /**
   * Returns the sums, one row for each group that has calls, in any order.
   *
   * @throws IOException if the store does not answer
   * @throws ArithmeticException if a sum is beyond a long
   */
  List<Report.Row> rows(ReportQuery query) throws IOException;

  /**
   * Returns entries by falling time of creation, then falling number.
   *
   * @param before only those after this place in that order; null for all
   * @param limit most entries to return, at least 1
   * @throws IOException if the store does not answer
   */
  List<Numbered> entries(EntryQuery query, @Nullable Place before, int limit) throws IOException;

  /** An entry and the number it was stored under. */
  record Numbered(long number, LedgerEntry entry) {}

  /** A place in the order of entries. */
  record Place(long createdNanos, long number) {}
}
