package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.store.StoreException;
import dev.admiral.optimizer.v1.HealthState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All stores of a server together: they come and go as one. */
class SqliteStoresTest {
  @TempDir Path folder;

  private SqliteStores open() throws IOException {
    return SqliteStores.open(folder.resolve("data"), Durability.PROCESS, 1, Time.SYSTEM);
  }

  @Test
  void everyFile_isThereAndServes() throws Exception {
    try (SqliteStores stores = open()) {
      stores.awaitReady();

      assertThat(stores.path()).isEqualTo(folder.resolve("data").toRealPath());
      assertThat(stores.checks()).containsOnlyKeys("main", "learning", "agents");
      assertThat(stores.checks().values())
          .allSatisfy(
              check -> assertThat(check.get().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING));
      for (Schema schema : Schema.values()) {
        assertThat(Files.exists(folder.resolve("data").resolve(schema.fileName()))).isTrue();
      }
    }
  }

  @Test
  void directory_isFreeOnceTheyAreClosed() throws Exception {
    open().close();

    try (SqliteStores again = open()) {
      again.awaitReady();
      assertThat(again.agents().load().get()).isEmpty();
    }
  }

  @Test
  void directoryInUse_isRefusedAndStaysInUse() throws Exception {
    try (SqliteStores first = open()) {
      assertThatThrownBy(this::open).isInstanceOf(StoreException.class);
      first.awaitReady();
      assertThat(first.agents().load().get()).isEmpty();
    }
  }
}
