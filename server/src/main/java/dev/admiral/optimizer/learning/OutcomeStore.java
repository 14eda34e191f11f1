package dev.admiral.optimizer.learning;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps reported outcomes from one run of the server to the next. Several servers may share one
 * store: each adds what it counted, and none writes over what another one did. A caller that
 * reports twice on one call, each time to another server, is counted twice.
 *
 * <p>Nothing here blocks the caller. A write completes when it is durable, or with an {@link
 * IOException} when it certainly is not: whoever adds relies on it to add neither twice nor never.
 * Implementations may be used from any thread.
 */
public interface OutcomeStore {

  /**
   * What is kept, in no particular order.
   *
   * @param records sums of all reports
   * @param reports the latest reports, those that can still be replaced
   */
  record Kept(Collection<OutcomeRecord> records, Collection<OutcomeReport> reports) {
    public Kept {
      records = List.copyOf(records);
      reports = List.copyOf(reports);
    }
  }

  /**
   * What is to be written, in the order of the fields.
   *
   * @param forgotten sums to erase, with the reports counted in them; those not kept are passed
   *     over
   * @param letGo reports to erase that stay counted; those not kept are passed over
   * @param gains what came to each sum, no sum twice: counts are added and may be negative, where a
   *     report took the place of another one; agents are joined, the earlier first time and the
   *     later last time hold
   * @param reports reports to put in place of those kept under their ids
   */
  record Change(
      Set<OutcomeRecord.Key> forgotten,
      Set<OutcomeReport.Id> letGo,
      List<OutcomeRecord> gains,
      List<OutcomeReport> reports) {
    public Change {
      forgotten = Set.copyOf(forgotten);
      letGo = Set.copyOf(letGo);
      gains = List.copyOf(gains);
      reports = List.copyOf(reports);
    }
  }

  /** Returns all that is kept; fails with an {@link IOException}. */
  CompletableFuture<Kept> load();

  /** Writes a change, all or nothing. */
  CompletableFuture<@Nullable Void> write(Change change);
}
