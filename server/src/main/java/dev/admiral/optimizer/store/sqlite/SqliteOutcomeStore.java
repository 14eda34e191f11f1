package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.learning.OutcomeReport;
import dev.admiral.optimizer.learning.OutcomeStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reported outcomes in learning.db. */
final class SqliteOutcomeStore implements OutcomeStore {
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

  private static final String AGENTS =
      "SELECT agents FROM outcome"
          + " WHERE tenant = ? AND provider = ? AND model = ? AND task_type = ?";

  private static final String ADD =
      """
      INSERT INTO outcome (
        tenant, provider, model, task_type, good, bad, scores, score_sum, agents,
        first_reported, last_reported)
      VALUES (?,?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT DO UPDATE SET
        good = good + excluded.good,
        bad = bad + excluded.bad,
        scores = scores + excluded.scores,
        score_sum = score_sum + excluded.score_sum,
        agents = excluded.agents,
        first_reported = min(first_reported, excluded.first_reported),
        last_reported = max(last_reported, excluded.last_reported)
      """;

  private static final String PUT_REPORT =
      "INSERT OR REPLACE INTO outcome_report VALUES (?,?,?,?,?,?,?,?,?)";

  private static final String FORGET =
      "DELETE FROM outcome WHERE tenant = ? AND provider = ? AND model = ? AND task_type = ?";

  private static final String FORGET_REPORTS =
      "DELETE FROM outcome_report"
          + " WHERE tenant = ? AND provider = ? AND model = ? AND task_type = ?";

  private static final String LET_GO =
      "DELETE FROM outcome_report WHERE tenant = ? AND call_id = ? AND agent = ?";

  private final SqliteDatabase database;

  SqliteOutcomeStore(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<Kept> load() {
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
  public CompletableFuture<@Nullable Void> write(Change change) {
    return database.write(session -> {
      for (OutcomeRecord.Key key : change.forgotten()) {
        for (String sql : List.of(FORGET, FORGET_REPORTS)) {
          PreparedStatement removal = session.statement(sql);
          bindKey(removal, key);
          removal.executeUpdate();
        }
      }
      PreparedStatement letGo = session.statement(LET_GO);
      for (OutcomeReport.Id id : change.letGo()) {
        bindId(letGo, id);
        letGo.executeUpdate();
      }
      for (OutcomeRecord gain : change.gains()) {
        add(session, gain);
      }
      for (OutcomeReport report : change.reports()) {
        put(session.statement(PUT_REPORT), report);
      }
      return null;
    });
  }

  private static OutcomeRecord record(ResultSet row) throws SQLException {
    return new OutcomeRecord(
        new OutcomeRecord.Key(
            row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        Names.split(row.getString(9)),
        Nanos.instant(row.getLong(10)),
        Nanos.instant(row.getLong(11)));
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

  private static void add(Session session, OutcomeRecord gain) throws SQLException {
    Set<String> agents = new HashSet<>(gain.agents());
    PreparedStatement kept = session.statement(AGENTS);
    bindKey(kept, gain.key());
    try (ResultSet row = kept.executeQuery()) {
      if (row.next()) {
        agents.addAll(Names.split(row.getString(1)));
      }
    }
    PreparedStatement add = session.statement(ADD);
    bindKey(add, gain.key());
    add.setLong(5, gain.good());
    add.setLong(6, gain.bad());
    add.setLong(7, gain.scores());
    add.setLong(8, gain.scoreSum());
    add.setString(9, Names.join(agents));
    add.setLong(10, Nanos.of(gain.first()));
    add.setLong(11, Nanos.of(gain.last()));
    add.executeUpdate();
  }

  private static void put(PreparedStatement statement, OutcomeReport report) throws SQLException {
    bindId(statement, report.id());
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

  private static void bindId(PreparedStatement statement, OutcomeReport.Id id) throws SQLException {
    statement.setString(1, id.tenant());
    statement.setString(2, id.callId());
    statement.setString(3, id.agent());
  }
}
