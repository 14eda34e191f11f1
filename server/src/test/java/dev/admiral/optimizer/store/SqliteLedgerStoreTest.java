package dev.admiral.optimizer.store;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.LedgerStoreKit;
import java.nio.file.Files;
import java.nio.file.Path;

class SqliteLedgerStoreTest extends LedgerStoreKit {
  @Override
  protected Opened open() throws Exception {
    Path directory = Files.createTempDirectory("ledger");
    SqliteDatabase database =
        SqliteDatabase.open(
            directory.resolve("main.db"),
            Schema.MAIN,
            SqliteDatabase.Settings.of(SqliteDatabase.Durability.PROCESS),
            Time.SYSTEM);
    return new Opened(
        new SqliteLedgerStore(database),
        () -> {
          database.close();
          TestFiles.delete(directory);
        });
  }
}
