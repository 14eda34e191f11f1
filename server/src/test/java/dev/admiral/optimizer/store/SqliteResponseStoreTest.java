package dev.admiral.optimizer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.cache.ResponseStore;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.cache.ResponseStore.Size;
import dev.admiral.optimizer.cache.ResponseStoreKit;
import dev.admiral.optimizer.call.Time;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteResponseStoreTest extends ResponseStoreKit {
  @TempDir Path directory;
  private SqliteDatabase database;

  @Override
  protected ResponseStore open() throws Exception {
    database =
        SqliteDatabase.open(
            directory.resolve("main.db"),
            Schema.MAIN,
            SqliteDatabase.Settings.of(SqliteDatabase.Durability.PROCESS),
            Time.SYSTEM);
    return new SqliteResponseStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void rowsAndSizes_outliveARestart() throws Exception {
    Row row = row(1);
    put(Shelf.RESPONSES, row);
    put(Shelf.REPEATS, row(2));

    database.close();
    ResponseStore reopened = open();

    assertSame(reopened.find(Shelf.RESPONSES, key(1)), row);
    assertSame(reopened.find(Shelf.REPEATS, key(2)), row(2));
    assertThat(reopened.size(Shelf.RESPONSES)).isEqualTo(new Size(1, row.bytes()));
  }
}
