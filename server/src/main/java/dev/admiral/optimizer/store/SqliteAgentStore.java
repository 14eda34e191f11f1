package dev.admiral.optimizer.store;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.AgentStore;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Agents in agent_state.db. */
public final class SqliteAgentStore implements AgentStore {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

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
    await(
        database.write(session -> {
          PreparedStatement put = session.statement(PUT);
          for (Agent agent : copy) {
            put(put, agent);
          }
          return null;
        }));
  }

  @Override
  public void forget(String tenant, String name) throws IOException {
    await(
        database.write(session -> {
          PreparedStatement forget = session.statement(FORGET);
          forget.setString(1, tenant);
          forget.setString(2, name);
          forget.executeUpdate();
          return null;
        }));
  }

  private static Agent agent(ResultSet row) throws SQLException {
    return new Agent(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        new Money(row.getLong(5)),
        new Money(row.getLong(6)),
        instant(row.getLong(7)),
        instant(row.getLong(8)));
  }

  private static void put(PreparedStatement put, Agent agent) throws SQLException {
    put.setString(1, agent.tenant());
    put.setString(2, agent.name());
    put.setString(3, agent.group());
    put.setLong(4, agent.calls());
    put.setLong(5, agent.spent().picoUsd());
    put.setLong(6, agent.saved().picoUsd());
    put.setLong(7, nanos(agent.created()));
    put.setLong(8, nanos(agent.lastSeen()));
    put.executeUpdate();
  }

  private void await(CompletableFuture<@Nullable Void> write) throws IOException {
    try {
      write.get(writeWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw StoreException.of("agent_state.db", e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "agents were not written within " + writeWait.toMillis() + " ms; see the store's health",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the writing of agents was interrupted", e);
    }
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  private static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
  }
}
