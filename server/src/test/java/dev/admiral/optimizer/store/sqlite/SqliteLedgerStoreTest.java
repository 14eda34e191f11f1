package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.DurableRecord.Log;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.LedgerEntries;
import dev.admiral.optimizer.ledger.LedgerStoreKit;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.ledger.Saving;
import dev.admiral.optimizer.ledger.UnitOfWork;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLedgerStoreTest extends LedgerStoreKit {
  @Override
  protected Opened open() throws Exception {
    Path directory = Files.createTempDirectory("ledger");
    SqliteDatabase database = database(directory.resolve("main.db"));
    database.prepare().get();
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

    Report.Row before = forEnd(store.rows(everything())).getFirst();
    forEnd(
        store.addSavings(
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
                    Duration.ofMillis(2_500)))));
    Report.Row after = forEnd(store.rows(everything())).getFirst();
    database.close();

    assertThat(before.savedCalls()).isEqualTo(3);
    assertThat(before.savedTime()).isZero();
    assertThat(after.savedCalls()).isEqualTo(4);
    assertThat(after.saved()).isEqualTo(new Money(8));
    assertThat(after.savedTime()).isEqualTo(Duration.ofMillis(2_500));
  }

  @Test
  void entriesFromBeforeDollarsWereKeptApart_areReadAndSummed(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("main.db");
    String url = "jdbc:sqlite:" + file;
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:" + Schema.MAIN.location())
        .target("3")
        .load()
        .migrate();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO ledger_entry VALUES (1, 'old', 'c', 0, 't', 'a', '', '', 'openai',"
              + " 'gpt-4o', 1, 0, 0, 0, 1, 0, 0, 9000000000000000005, 'v', 0, '', 7)");
      statement.execute("PRAGMA user_version = 3");
    }
    try (SqliteDatabase database = database(file)) {
      SqliteLedgerStore store = new SqliteLedgerStore(database);

      forEnd(store.commit(UnitOfWork.of(LedgerEntries.entry("new", 3))));

      assertThat(forEnd(store.rows(everything())).getFirst().exact())
          .isEqualTo(new Money(9_000_000, 8));
      assertThat(forEnd(store.entries(new EntryQuery("t", null, null, "", ""), null, 10)))
          .extracting(numbered -> numbered.entry().cost().amountOrZero())
          .containsExactly(new Money(3), new Money(9_000_000, 5));
    }
  }

  @Test
  void unitOfWorkOfWhichAnyPartFails_leavesNothing(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("main.db");
    try (SqliteDatabase database = database(file)) {
      Opened opened = new Opened(new SqliteLedgerStore(database), () -> {});
      database.prepare().get();
      for (String table : List.of("outbox", "audit", "ledger_entry")) {
        refuseIn(database, table, "poison");
      }
      // Others are in the same transaction, and must not be harmed.
      CountDownLatch gate = new CountDownLatch(1);
      var held =
          database.write(session -> {
            await(gate);
            return null;
          });
      List<CompletableFuture<?>> good = new ArrayList<>();
      List<CompletableFuture<?>> bad = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        DurableRecord event = record(Log.OUTBOX, "e" + i, "spent");
        DurableRecord audit = record(Log.AUDIT, "a" + i, "changed");
        DurableRecord late = record(Log.OUTBOX, "late" + i, "spent");
        good.add(commit(opened, "fine" + i, event, audit));
        bad.add(commit(opened, "x" + i, late, record(Log.OUTBOX, "poison", "spent")));
        bad.add(commit(opened, "y" + i, late, record(Log.AUDIT, "poison", "changed")));
        bad.add(commit(opened, "poison", late));
      }
      gate.countDown();
      held.get();

      for (CompletableFuture<?> end : good) {
        end.get();
      }
      for (CompletableFuture<?> end : bad) {
        assertThat(end).failsWithin(Duration.ofMinutes(1));
      }
      assertThat(records(opened, Log.OUTBOX))
          .extracting(DurableRecord::id)
          .containsExactly("e0", "e1", "e2", "e3", "e4");
      assertThat(records(opened, Log.AUDIT))
          .extracting(DurableRecord::id)
          .containsExactly("a0", "a1", "a2", "a3", "a4");
      assertThat(forEnd(opened.store().rows(everything())).getFirst().exactCalls()).isEqualTo(5);
    }
  }

  private static CompletableFuture<?> commit(Opened opened, String id, DurableRecord... records) {
    return opened.store().commit(new UnitOfWork(LedgerEntries.entry(id, 1), List.of(records)));
  }

  private static void refuseIn(SqliteDatabase database, String table, String id) throws Exception {
    database
        .write(session -> {
          session.execute(
              "CREATE TRIGGER refuse_%s BEFORE INSERT ON %s WHEN new.id = '%s'"
                      .formatted(table, table, id)
                  + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
          return null;
        })
        .get();
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ReportQuery everything() {
    return new ReportQuery("t", null, null, ReportQuery.Grouping.ALL, "");
  }

  private static SqliteDatabase database(Path file) throws IOException {
    return SqliteDatabase.open(
        file, Schema.MAIN, SqliteDatabase.Settings.of(Durability.PROCESS), Time.SYSTEM);
  }
}
