package dev.admiral.optimizer.learning;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Keeps lessons from one run of the server to the next. Safe for use by one thread at a time. */
public interface LearningStore {

  /**
   * Returns every record, in no particular order.
   *
   * @throws IOException if they cannot be read
   */
  List<FailureRecord> load() throws IOException;

  /**
   * Writes records in place of what was kept under their keys and erases others, all or nothing.
   *
   * @param changed records to write
   * @param removed keys to erase; those not kept are passed over
   * @throws IOException if it cannot be done now
   */
  void write(Collection<FailureRecord> changed, Collection<FailureRecord.Key> removed)
      throws IOException;
}
