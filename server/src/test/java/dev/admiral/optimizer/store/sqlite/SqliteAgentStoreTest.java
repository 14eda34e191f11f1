package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.store.StoreException;
import dev.admiral.optimizer.store.Durability;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.AgentStore;
import dev.admiral.optimizer.fleet.AgentStoreKit;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    return new SqliteAgentStore(database, Duration.ofSeconds(30));
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
    store().save(List.of(agent));
    database.close();

    assertThat(store().load()).containsExactly(agent);
  }

  @Test
  void closedStore_saysSo() throws Exception {
    AgentStore store = store();
    store.load();
    database.close();

    assertThatThrownBy(() -> store.forget("t", "a")).isInstanceOf(StoreException.class);
  }
}
