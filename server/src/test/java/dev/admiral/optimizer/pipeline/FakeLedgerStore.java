package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.ledger.LedgerStore;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.ledger.Saving;
import dev.admiral.optimizer.ledger.UnitOfWork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps what it is given, unless it is told to fail. */
final class FakeLedgerStore implements LedgerStore {
  final List<LedgerEntry> entries = new ArrayList<>();
  final List<Saving> savings = new ArrayList<>();
  boolean failing;

  /** Runs before an entry is kept. */
  Runnable beforeEntry = () -> {};

  @Override
  public CompletableFuture<@Nullable Void> commit(UnitOfWork work) {
    beforeEntry.run();
    if (failing) {
      return CompletableFuture.failedFuture(new IOException("the disk is full"));
    }
    entries.add(work.entry());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<@Nullable Void> addSavings(List<Saving> added) {
    savings.addAll(added);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<List<Report.Row>> rows(ReportQuery query) {
    throw new UnsupportedOperationException("nobody asks for reports here");
  }

  @Override
  public CompletableFuture<List<Numbered>> entries(
      EntryQuery query, @Nullable Place before, int limit) {
    throw new UnsupportedOperationException("nobody asks for entries here");
  }

  @Override
  public CompletableFuture<List<NumberedRecord>> records(
      DurableRecord.Log log, long after, int limit) {
    throw new UnsupportedOperationException("nobody asks for records here");
  }
}
