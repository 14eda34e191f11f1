package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.AgentStore;
import dev.admiral.optimizer.fleet.AgentStoreKit;
import dev.admiral.optimizer.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteAgentStoreTest extends AgentStoreKit {
  @TempDir Path folder;

  private SqliteDatabase database;

  @Override
  protected AgentStore store() throws Exception {
    database =
        SqliteDatabase.open(
            folder.resolve("agent_state.db"),
            Schema.AGENTS,
            SqliteDatabase.Settings.of(Durability.PROCESS),
            Time.SYSTEM);
    return new SqliteAgentStore(database);
  }

  @AfterEach
  void closeDatabase() throws Exception {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void agents_outliveTheProcess() throws Exception {
    Agent agent =
        new Agent("t", "a", "g", 1, new Money(2), new Money(3), Instant.EPOCH, Instant.EPOCH);
    forEnd(store().add(List.of(agent)));
    database.close();

    assertThat(forEnd(store().load())).containsExactly(agent);
  }

  @Test
  void closedStore_saysSo() throws Exception {
    AgentStore store = store();
    forEnd(store.load());
    database.close();

    assertThatThrownBy(() -> forEnd(store.forget("t", "a"))).isInstanceOf(StoreException.class);
  }

  @Test
  void fileFromBeforeDollarsWereKeptApart_isReadAndAddedTo() throws Exception {
    Path file = folder.resolve("agent_state.db");
    String url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:" + Schema.AGENTS.location())
        .target("1")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO agent VALUES ('t', 'a', 'g', 3, 9000000000000000005, 7, 0, 1)");
      statement.execute("PRAGMA user_version = 1");
    }
    AgentStore store = store();
    Agent gain =
        new Agent(
            "t", "a", "g", 1, new Money(1_000_000, 0), Money.ZERO, Instant.EPOCH, Instant.EPOCH);

    forEnd(store.add(List.of(gain)));

    Agent kept = forEnd(store.load()).getFirst();
    assertThat(kept.calls()).isEqualTo(4);
    assertThat(kept.spent()).isEqualTo(new Money(10_000_000, 5));
    assertThat(kept.saved()).isEqualTo(new Money(7));
  }

  @Test
  void twoProcessesOnOneFile_addUp() throws Exception {
    AgentStore first = store();
    Agent gain =
        new Agent("t", "a", "g", 1, new Money(2), new Money(3), Instant.EPOCH, Instant.EPOCH);
    try (SqliteDatabase other =
        SqliteDatabase.open(
            folder.resolve("agent_state.db"),
            Schema.AGENTS,
            SqliteDatabase.Settings.of(Durability.PROCESS),
            Time.SYSTEM)) {
      AgentStore second = new SqliteAgentStore(other);
      forEnd(first.add(List.of(gain)));
      List<CompletableFuture<?>> ends = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ends.add(first.add(List.of(gain)));
        ends.add(second.add(List.of(gain)));
      }
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();
    }

    assertThat(forEnd(first.load())).extracting(Agent::calls).containsExactly(201L);
  }
}
