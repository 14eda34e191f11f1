package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.AgentStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Agents in agent_state.db. */
final class SqliteAgentStore implements AgentStore {
  private static final String ALL =
      """
      SELECT tenant, name, agent_group, calls, spent_usd, spent_pico_usd, saved_usd,
        saved_pico_usd, created, last_seen
      FROM agent
      """;

  private static final String ADD =
      """
      INSERT INTO agent (
        tenant, name, agent_group, calls, spent_usd, spent_pico_usd, saved_usd, saved_pico_usd,
        created, last_seen)
      VALUES (?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT DO UPDATE SET
        agent_group = iif(excluded.agent_group <> '' AND excluded.last_seen >= last_seen,
          excluded.agent_group, agent_group),
        calls = calls + excluded.calls,
        spent_usd = spent_usd + excluded.spent_usd
          + (spent_pico_usd + excluded.spent_pico_usd) / 1000000000000,
        spent_pico_usd = (spent_pico_usd + excluded.spent_pico_usd) % 1000000000000,
        saved_usd = saved_usd + excluded.saved_usd
          + (saved_pico_usd + excluded.saved_pico_usd) / 1000000000000,
        saved_pico_usd = (saved_pico_usd + excluded.saved_pico_usd) % 1000000000000,
        created = min(created, excluded.created),
        last_seen = max(last_seen, excluded.last_seen)
      """;

  private static final String FORGET = "DELETE FROM agent WHERE tenant = ? AND name = ?";

  private final SqliteDatabase database;

  SqliteAgentStore(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<List<Agent>> load() {
    return database.read(session -> {
      List<Agent> agents = new ArrayList<>();
      try (ResultSet rows = session.statement(ALL).executeQuery()) {
        while (rows.next()) {
          agents.add(agent(rows));
        }
      }
      return agents;
    });
  }

  @Override
  public CompletableFuture<@Nullable Void> add(Collection<Agent> gains) {
    List<Agent> copy = List.copyOf(gains);
    return database.write(session -> {
      PreparedStatement add = session.statement(ADD);
      for (Agent gain : copy) {
        add(add, gain);
      }
      return null;
    });
  }

  @Override
  public CompletableFuture<@Nullable Void> forget(String tenant, String name) {
    return database.write(session -> {
      PreparedStatement forget = session.statement(FORGET);
      forget.setString(1, tenant);
      forget.setString(2, name);
      forget.executeUpdate();
      return null;
    });
  }

  private static Agent agent(ResultSet row) throws SQLException {
    return new Agent(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        Money.of(row.getLong(5), row.getLong(6)),
        Money.of(row.getLong(7), row.getLong(8)),
        Nanos.instant(row.getLong(9)),
        Nanos.instant(row.getLong(10)));
  }

  private static void add(PreparedStatement add, Agent gain) throws SQLException {
    add.setString(1, gain.tenant());
    add.setString(2, gain.name());
    add.setString(3, gain.group());
    add.setLong(4, gain.calls());
    add.setLong(5, gain.spent().units());
    add.setLong(6, gain.spent().pico());
    add.setLong(7, gain.saved().units());
    add.setLong(8, gain.saved().pico());
    add.setLong(9, Nanos.of(gain.created()));
    add.setLong(10, Nanos.of(gain.lastSeen()));
    add.executeUpdate();
  }
}
