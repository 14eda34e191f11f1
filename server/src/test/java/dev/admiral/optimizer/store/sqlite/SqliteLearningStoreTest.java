package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.learning.LearningStore;
import dev.admiral.optimizer.learning.LearningStoreKit;
import dev.admiral.optimizer.store.StoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLearningStoreTest extends LearningStoreKit {
  @TempDir Path folder;

  private @Nullable SqliteDatabase database;

  @Override
  protected LearningStore store() throws Exception {
    database =
        SqliteDatabase.open(
            folder.resolve("learning.db"),
            Schema.LEARNING,
            SqliteDatabase.Settings.of(Durability.PROCESS),
            Time.SYSTEM);
    return new SqliteLearningStore(database);
  }

  @AfterEach
  void closeDatabase() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void lessons_outliveTheProcess() throws Exception {
    forEnd(store().write(gains(List.of(record("a", 5)))));
    database.close();

    assertThat(forEnd(store().load())).containsExactly(record("a", 5));
  }

  @Test
  void load_reasonOfANewerServer_isLeftAlone() throws Exception {
    forEnd(store().write(gains(List.of(record("a", 5), record("b", 5)))));
    database.close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("learning.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE failure SET reason = 9999 WHERE model = 'a'");
    }

    assertThat(forEnd(store().load())).containsExactly(record("b", 5));
  }

  @Test
  void write_closedStore_saysSo() throws Exception {
    LearningStore store = store();
    forEnd(store.load());
    database.close();

    assertThatThrownBy(() -> forEnd(store.write(gains(List.of(record("a", 1))))))
        .isInstanceOf(StoreException.class);
  }
}
