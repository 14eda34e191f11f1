package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.AgentStore;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Agents in agent_state.db. */
public final class SqliteAgentStore implements AgentStore {
  private static final String ALL =
      """
      SELECT tenant, name, agent_group, calls, spent_pico_usd, saved_pico_usd, created, last_seen
      FROM agent
      """;

  private static final String PUT = "INSERT OR REPLACE INTO agent VALUES (?,?,?,?,?,?,?,?)";

  private static final String FORGET = "DELETE FROM agent WHERE tenant = ? AND name = ?";

  private final SqliteDatabase database;
  private final Duration writeWait;

  /**
   * @param writeWait longest wait for a write; past it the write counts as failed though it may
   *     still be done
   */
  public SqliteAgentStore(SqliteDatabase database, Duration writeWait) {
    this.database = database;
    this.writeWait = writeWait;
  }

  @Override
  public List<Agent> load() throws IOException {
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
  public void save(Collection<Agent> agents) throws IOException {
    List<Agent> copy = List.copyOf(agents);
    Writes.await(
        database.write(session -> {
          PreparedStatement put = session.statement(PUT);
          for (Agent agent : copy) {
            put(put, agent);
          }
          return null;
        }),
        writeWait,
        Schema.AGENTS);
  }

  @Override
  public void forget(String tenant, String name) throws IOException {
    Writes.await(
        database.write(session -> {
          PreparedStatement forget = session.statement(FORGET);
          forget.setString(1, tenant);
          forget.setString(2, name);
          forget.executeUpdate();
          return null;
        }),
        writeWait,
        Schema.AGENTS);
  }

  private static Agent agent(ResultSet row) throws SQLException {
    return new Agent(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        new Money(row.getLong(5)),
        new Money(row.getLong(6)),
        Writes.instant(row.getLong(7)),
        Writes.instant(row.getLong(8)));
  }

  private static void put(PreparedStatement put, Agent agent) throws SQLException {
    put.setString(1, agent.tenant());
    put.setString(2, agent.name());
    put.setString(3, agent.group());
    put.setLong(4, agent.calls());
    put.setLong(5, agent.spent().picoUsd());
    put.setLong(6, agent.saved().picoUsd());
    put.setLong(7, Writes.nanos(agent.created()));
    put.setLong(8, Writes.nanos(agent.lastSeen()));
    put.executeUpdate();
  }
}
