package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.learning.LearningStore;
import dev.admiral.optimizer.v1.ErrorReason;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lessons in learning.db. Failures of a reason that this server does not know, as a newer one may
 * have written, stay in the file and are not loaded.
 */
final class SqliteLearningStore implements LearningStore {
  private static final String ALL =
      """
      SELECT tenant, provider, model, reason, failures, agents, first_seen, last_seen, http_status
      FROM failure
      """;

  private static final String AGENTS =
      "SELECT agents FROM failure WHERE tenant = ? AND provider = ? AND model = ? AND reason = ?";

  private static final String ADD =
      """
      INSERT INTO failure (
        tenant, provider, model, reason, failures, agents, first_seen, last_seen, http_status)
      VALUES (?,?,?,?,?,?,?,?,?)
      ON CONFLICT DO UPDATE SET
        failures = failures + excluded.failures,
        agents = excluded.agents,
        first_seen = min(first_seen, excluded.first_seen),
        last_seen = max(last_seen, excluded.last_seen),
        http_status = iif(excluded.http_status <> 0 AND excluded.last_seen >= last_seen,
          excluded.http_status, http_status)
      """;

  /** Names are found between line breaks. */
  private static final String WITH_AGENT =
      """
      SELECT provider, model, reason, agents FROM failure
      WHERE tenant = ? AND instr(char(10) || agents || char(10), char(10) || ? || char(10)) > 0
      """;

  private static final String SET_AGENTS =
      "UPDATE failure SET agents = ?"
          + " WHERE tenant = ? AND provider = ? AND model = ? AND reason = ?";

  private static final String REMOVE =
      "DELETE FROM failure WHERE tenant = ? AND provider = ? AND model = ? AND reason = ?";

  private final SqliteDatabase database;

  SqliteLearningStore(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<List<FailureRecord>> load() {
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
  public CompletableFuture<@Nullable Void> write(Change change) {
    return database.write(session -> {
      PreparedStatement removal = session.statement(REMOVE);
      for (FailureRecord.Key key : change.forgotten()) {
        bindKey(removal, 1, key.tenant(), key.provider(), key.model(), key.reason().getNumber());
        removal.executeUpdate();
      }
      for (AgentName name : change.forgottenAgents()) {
        forget(session, name);
      }
      for (FailureRecord gain : change.gains()) {
        add(session, gain);
      }
      return null;
    });
  }

  private static void forget(Session session, AgentName name) throws SQLException {
    record Row(String provider, String model, int reason, Set<String> agents) {}
    PreparedStatement find = session.statement(WITH_AGENT);
    find.setString(1, name.tenant());
    find.setString(2, name.agent());
    List<Row> found = new ArrayList<>();
    try (ResultSet rows = find.executeQuery()) {
      while (rows.next()) {
        Set<String> agents = new HashSet<>(Names.split(rows.getString(4)));
        agents.remove(name.agent());
        found.add(new Row(rows.getString(1), rows.getString(2), rows.getInt(3), agents));
      }
    }
    PreparedStatement update = session.statement(SET_AGENTS);
    for (Row row : found) {
      update.setString(1, Names.join(row.agents));
      bindKey(update, 2, name.tenant(), row.provider, row.model, row.reason);
      update.executeUpdate();
    }
  }

  private static void add(Session session, FailureRecord gain) throws SQLException {
    FailureRecord.Key key = gain.key();
    int reason = key.reason().getNumber();
    Set<String> agents = new HashSet<>(gain.agents());
    PreparedStatement kept = session.statement(AGENTS);
    bindKey(kept, 1, key.tenant(), key.provider(), key.model(), reason);
    try (ResultSet row = kept.executeQuery()) {
      if (row.next()) {
        agents.addAll(Names.split(row.getString(1)));
      }
    }
    PreparedStatement add = session.statement(ADD);
    bindKey(add, 1, key.tenant(), key.provider(), key.model(), reason);
    add.setLong(5, gain.count());
    add.setString(6, Names.join(agents));
    add.setLong(7, Nanos.of(gain.first()));
    add.setLong(8, Nanos.of(gain.last()));
    add.setInt(9, gain.httpStatus());
    add.executeUpdate();
  }

  private static FailureRecord record(ResultSet row, ErrorReason reason) throws SQLException {
    return new FailureRecord(
        new FailureRecord.Key(row.getString(1), row.getString(2), row.getString(3), reason),
        row.getLong(5),
        Names.split(row.getString(6)),
        Nanos.instant(row.getLong(7)),
        Nanos.instant(row.getLong(8)),
        row.getInt(9));
  }

  private static void bindKey(
      PreparedStatement statement,
      int first,
      String tenant,
      String provider,
      String model,
      int reason)
      throws SQLException {
    statement.setString(first, tenant);
    statement.setString(first + 1, provider);
    statement.setString(first + 2, model);
    statement.setInt(first + 3, reason);
  }
}
