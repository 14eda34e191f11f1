package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.learning.OutcomeStore;
import dev.admiral.optimizer.learning.OutcomeStoreKit;
import dev.admiral.optimizer.store.StoreException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutcomeStoreTest extends OutcomeStoreKit {
  @TempDir Path folder;

  private @Nullable SqliteDatabase database;

  @Override
  protected OutcomeStore store() throws Exception {
    database =
        SqliteDatabase.open(
            folder.resolve("learning.db"),
            Schema.LEARNING,
            SqliteDatabase.Settings.of(Durability.PROCESS),
            Time.SYSTEM);
    return new SqliteOutcomeStore(database);
  }

  @AfterEach
  void closeDatabase() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void outcomes_outliveTheProcess() throws Exception {
    forEnd(store().write(put(List.of(record("a", 5)), List.of(report("call", "a", 1)))));
    database.close();

    OutcomeStore.Kept kept = forEnd(store().load());

    assertThat(kept.records()).containsExactly(record("a", 5));
    assertThat(kept.reports()).containsExactly(report("call", "a", 1));
  }

  @Test
  void write_closedStore_saysSo() throws Exception {
    OutcomeStore store = store();
    forEnd(store.load());
    database.close();

    assertThatThrownBy(() -> forEnd(store.write(put(List.of(record("a", 1)), List.of()))))
        .isInstanceOf(StoreException.class);
  }
}
