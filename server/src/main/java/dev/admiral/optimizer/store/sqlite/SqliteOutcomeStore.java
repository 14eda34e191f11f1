package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.learning.OutcomeReport;
import dev.admiral.optimizer.learning.OutcomeStore;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Reported outcomes in learning.db. */
public final class SqliteOutcomeStore implements OutcomeStore {
  private static final String LINE = "\n";

  private static final String RECORDS =
      """
      SELECT tenant, provider, model, task_type, good, bad, scores, score_sum, agents,
        first_reported, last_reported
      FROM outcome
      """;

  private static final String REPORTS =
      """
      SELECT tenant, call_id, agent, number, provider, model, task_type, good, score
      FROM outcome_report
      """;

  private static final String PUT_RECORD =
      "INSERT OR REPLACE INTO outcome VALUES (?,?,?,?,?,?,?,?,?,?,?)";

  private static final String PUT_REPORT =
      "INSERT OR REPLACE INTO outcome_report VALUES (?,?,?,?,?,?,?,?,?)";

  private static final String FORGET =
      "DELETE FROM outcome WHERE tenant = ? AND provider = ? AND model = ? AND task_type = ?";

  private static final String FORGET_REPORTS =
      "DELETE FROM outcome_report"
          + " WHERE tenant = ? AND provider = ? AND model = ? AND task_type = ?";

  /** Follows the index: the planner, which has no statistics, might read all of a tenant's. */
  private static final String LET_GO =
      "DELETE FROM outcome_report INDEXED BY outcome_report_by_age WHERE tenant = ? AND number < ?";

  private final SqliteDatabase database;
  private final Duration writeWait;

  /**
   * @param writeWait longest wait for a write; past it the write counts as failed though it may
   *     still be done
   */
  public SqliteOutcomeStore(SqliteDatabase database, Duration writeWait) {
    this.database = database;
    this.writeWait = writeWait;
  }

  @Override
  public Kept load() throws IOException {
    return database.read(session -> {
      List<OutcomeRecord> records = new ArrayList<>();
      try (ResultSet rows = session.statement(RECORDS).executeQuery()) {
        while (rows.next()) {
          records.add(record(rows));
        }
      }
      List<OutcomeReport> reports = new ArrayList<>();
      try (ResultSet rows = session.statement(REPORTS).executeQuery()) {
        while (rows.next()) {
          reports.add(report(rows));
        }
      }
      return new Kept(records, reports);
    });
  }

  @Override
  public void write(Change change) throws IOException {
    Writes.await(
        database.write(session -> {
          for (OutcomeRecord.Key key : change.forgotten()) {
            for (String sql : List.of(FORGET, FORGET_REPORTS)) {
              PreparedStatement removal = session.statement(sql);
              bindKey(removal, key);
              removal.executeUpdate();
            }
          }
          for (OutcomeRecord record : change.records()) {
            put(session.statement(PUT_RECORD), record);
          }
          for (OutcomeReport report : change.reports()) {
            put(session.statement(PUT_REPORT), report);
          }
          for (Map.Entry<String, Long> oldest : change.oldest().entrySet()) {
            PreparedStatement letGo = session.statement(LET_GO);
            letGo.setString(1, oldest.getKey());
            letGo.setLong(2, oldest.getValue());
            letGo.executeUpdate();
          }
          return null;
        }),
        writeWait,
        Schema.LEARNING);
  }

  private static OutcomeRecord record(ResultSet row) throws SQLException {
    String agents = row.getString(9);
    return new OutcomeRecord(
        new OutcomeRecord.Key(
            row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        agents.isEmpty() ? Set.of() : Set.of(agents.split(LINE, -1)),
        Writes.instant(row.getLong(10)),
        Writes.instant(row.getLong(11)));
  }

  private static OutcomeReport report(ResultSet row) throws SQLException {
    boolean good = row.getBoolean(8);
    int score = row.getInt(9);
    boolean none = row.wasNull();
    return new OutcomeReport(
        new OutcomeReport.Id(row.getString(1), row.getString(2), row.getString(3)),
        row.getLong(4),
        new OutcomeRecord.Key(
            row.getString(1), row.getString(5), row.getString(6), row.getString(7)),
        good,
        none ? OptionalInt.empty() : OptionalInt.of(score));
  }

  private static void put(PreparedStatement statement, OutcomeRecord record) throws SQLException {
    bindKey(statement, record.key());
    statement.setLong(5, record.good());
    statement.setLong(6, record.bad());
    statement.setLong(7, record.scores());
    statement.setLong(8, record.scoreSum());
    statement.setString(9, record.agents().stream().sorted().collect(Collectors.joining(LINE)));
    statement.setLong(10, Writes.nanos(record.first()));
    statement.setLong(11, Writes.nanos(record.last()));
    statement.executeUpdate();
  }

  private static void put(PreparedStatement statement, OutcomeReport report) throws SQLException {
    statement.setString(1, report.id().tenant());
    statement.setString(2, report.id().callId());
    statement.setString(3, report.id().agent());
    statement.setLong(4, report.number());
    statement.setString(5, report.key().provider());
    statement.setString(6, report.key().model());
    statement.setString(7, report.key().taskType());
    statement.setBoolean(8, report.good());
    if (report.score().isPresent()) {
      statement.setInt(9, report.score().getAsInt());
    } else {
      statement.setNull(9, Types.INTEGER);
    }
    statement.executeUpdate();
  }

  private static void bindKey(PreparedStatement statement, OutcomeRecord.Key key)
      throws SQLException {
    statement.setString(1, key.tenant());
    statement.setString(2, key.provider());
    statement.setString(3, key.model());
    statement.setString(4, key.taskType());
  }
}
