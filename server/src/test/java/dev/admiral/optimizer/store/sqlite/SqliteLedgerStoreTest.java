package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.store.Durability;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.LedgerStoreKit;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.ledger.Saving;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLedgerStoreTest extends LedgerStoreKit {
  @Override
  protected Opened open() throws Exception {
    Path directory = Files.createTempDirectory("ledger");
    SqliteDatabase database = database(directory.resolve("main.db"));
    return new Opened(
        new SqliteLedgerStore(database),
        () -> {
          database.close();
          TestFiles.delete(directory);
        });
  }

  @Test
  void fileFromBeforeSavedTimeWasKept_isReadAndAddedTo(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("main.db");
    String url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:" + Schema.MAIN.location())
        .target("2")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO ledger_saving VALUES ('t', 20000, 'a', 'openai', 'gpt-4o', 2, 3, 0, 7)");
      statement.execute("PRAGMA user_version = 2");
    }
    SqliteDatabase database = database(file);
    SqliteLedgerStore store = new SqliteLedgerStore(database);

    Report.Row before = store.rows(everything()).getFirst();
    store
        .addSavings(
            List.of(
                new Saving(
                    LocalDate.ofEpochDay(20_000),
                    "t",
                    "a",
                    "openai",
                    "gpt-4o",
                    Source.SOURCE_MEMORY,
                    1,
                    new Money(1),
                    Duration.ofMillis(2_500))))
        .get();
    Report.Row after = store.rows(everything()).getFirst();
    database.close();

    assertThat(before.savedCalls()).isEqualTo(3);
    assertThat(before.savedTime()).isZero();
    assertThat(after.savedCalls()).isEqualTo(4);
    assertThat(after.saved()).isEqualTo(new Money(8));
    assertThat(after.savedTime()).isEqualTo(Duration.ofMillis(2_500));
  }

  private static ReportQuery everything() {
    return new ReportQuery("t", null, null, ReportQuery.Grouping.ALL, "");
  }

  private static SqliteDatabase database(Path file) throws IOException {
    return SqliteDatabase.open(
        file,
        Schema.MAIN,
        SqliteDatabase.Settings.of(Durability.PROCESS),
        Time.SYSTEM);
  }
}
