package dev.admiral.optimizer.learning;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps reported outcomes from one run of the server to the next. Safe for use by one thread at a
 * time.
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
   * @param records sums to put in place of those kept under their keys
   * @param reports reports to put in place of those kept under their ids
   * @param oldest by tenant: its reports with a lower number are erased; they stay counted
   */
  record Change(
      Set<OutcomeRecord.Key> forgotten,
      List<OutcomeRecord> records,
      List<OutcomeReport> reports,
      Map<String, Long> oldest) {
    public Change {
      forgotten = Set.copyOf(forgotten);
      records = List.copyOf(records);
      reports = List.copyOf(reports);
      oldest = Map.copyOf(oldest);
    }
  }

  /**
   * Returns all that is kept.
   *
   * @throws IOException if it cannot be read
   */
  Kept load() throws IOException;

  /**
   * Writes, all or nothing; when it returns, what was written is durable.
   *
   * @throws IOException if it cannot be done now
   */
  void write(Change change) throws IOException;
}
