package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.learning.LearningStore;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lessons in learning.db. Failures of a reason that this server does not know, as a newer one may
 * have written, stay in the file and are not loaded.
 */
public final class SqliteLearningStore implements LearningStore {
  private static final String LINE = "\n";

  private static final String ALL =
      """
      SELECT tenant, provider, model, reason, failures, agents, first_seen, last_seen, http_status
      FROM failure
      """;

  private static final String PUT = "INSERT OR REPLACE INTO failure VALUES (?,?,?,?,?,?,?,?,?)";

  private static final String REMOVE =
      "DELETE FROM failure WHERE tenant = ? AND provider = ? AND model = ? AND reason = ?";

  private final SqliteDatabase database;
  private final Duration writeWait;

  /**
   * @param writeWait longest wait for a write; past it the write counts as failed though it may
   *     still be done
   */
  public SqliteLearningStore(SqliteDatabase database, Duration writeWait) {
    this.database = database;
    this.writeWait = writeWait;
  }

  @Override
  public List<FailureRecord> load() throws IOException {
    return database.read(session -> {
      List<FailureRecord> records = new ArrayList<>();
      try (ResultSet rows = session.statement(ALL).executeQuery()) {
        while (rows.next()) {
          ErrorReason reason = ErrorReason.forNumber(rows.getInt(4));
          if (reason != null) {
            records.add(record(rows, reason));
          }
        }
      }
      return records;
    });
  }

  @Override
  public void write(Collection<FailureRecord> changed, Collection<FailureRecord.Key> removed)
      throws IOException {
    List<FailureRecord> put = List.copyOf(changed);
    List<FailureRecord.Key> remove = List.copyOf(removed);
    Writes.await(
        database.write(session -> {
          PreparedStatement removal = session.statement(REMOVE);
          for (FailureRecord.Key key : remove) {
            bindKey(removal, key);
            removal.executeUpdate();
          }
          PreparedStatement insertion = session.statement(PUT);
          for (FailureRecord record : put) {
            bind(insertion, record);
            insertion.executeUpdate();
          }
          return null;
        }),
        writeWait,
        Schema.LEARNING);
  }

  private static FailureRecord record(ResultSet row, ErrorReason reason) throws SQLException {
    String agents = row.getString(6);
    return new FailureRecord(
        new FailureRecord.Key(row.getString(1), row.getString(2), row.getString(3), reason),
        row.getLong(5),
        agents.isEmpty() ? Set.of() : Set.of(agents.split(LINE, -1)),
        Writes.instant(row.getLong(7)),
        Writes.instant(row.getLong(8)),
        row.getInt(9));
  }

  private static void bindKey(PreparedStatement statement, FailureRecord.Key key)
      throws SQLException {
    statement.setString(1, key.tenant());
    statement.setString(2, key.provider());
    statement.setString(3, key.model());
    statement.setInt(4, key.reason().getNumber());
  }

  private static void bind(PreparedStatement statement, FailureRecord record) throws SQLException {
    bindKey(statement, record.key());
    statement.setLong(5, record.count());
    statement.setString(6, record.agents().stream().sorted().collect(Collectors.joining(LINE)));
    statement.setLong(7, Writes.nanos(record.first()));
    statement.setLong(8, Writes.nanos(record.last()));
    statement.setInt(9, record.httpStatus());
  }
}
