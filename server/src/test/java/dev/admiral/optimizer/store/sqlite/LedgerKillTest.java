package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.LedgerEntries;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.ledger.LedgerStore.Numbered;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that enters paid calls is killed again and again. */
class LedgerKillTest {
  private static final int KILLS = 4;
  private static final int ACKNOWLEDGED_BEFORE_A_KILL = 500;
  private static final int WRITERS = 8;
  private static final long A_MOMENT_NANOS = 1_000_000;

  /** What each entry costs: sums tell how many there are. */
  private static final long PICO_USD = 1_000_003;

  @TempDir Path directory;

  @Test
  void killedAtAnyInstant_losesNoAcknowledgedEntryAndDoublesNone() throws Exception {
    Set<String> acknowledged = new HashSet<>();
    for (int life = 0; life < KILLS; life++) {
      try (Child child =
          Child.start(LedgerKillTest.class, directory.toString(), String.valueOf(life))) {
        readUntilKilled(child, acknowledged);
      }
    }

    try (DataDirectory data = DataDirectory.open(directory);
        SqliteDatabase database = database(data)) {
      SqliteLedgerStore store = new SqliteLedgerStore(database);
      List<String> stored =
          forEnd(store.entries(new EntryQuery("t", null, null, "", ""), null, Integer.MAX_VALUE))
              .stream()
              .map(Numbered::entry)
              .map(LedgerEntry::id)
              .toList();
      assertThat(stored).doesNotHaveDuplicates().containsAll(acknowledged);
      Report.Row sum =
          forEnd(store.rows(new ReportQuery("t", null, null, ReportQuery.Grouping.ALL, "")))
              .getFirst();
      assertThat(sum.exactCalls()).isEqualTo(stored.size());
      assertThat(sum.exact().picoUsd()).isEqualTo(stored.size() * PICO_USD);
    }
  }

  private static void readUntilKilled(Child child, Set<String> acknowledged) throws Exception {
    for (int i = 0; i < ACKNOWLEDGED_BEFORE_A_KILL; i++) {
      String id = child.line();
      assertThat(id).as("line %s of what it says", i).isNotNull();
      acknowledged.add(id);
    }
    child.kill();
    for (String id = child.line(); id != null; id = child.line()) {
      // The last line may have been cut short by the kill.
      if (id.endsWith(".")) {
        acknowledged.add(id);
      }
    }
  }

  private static SqliteDatabase database(DataDirectory data) throws StoreException {
    return SqliteDatabase.open(
        data.file(Schema.MAIN),
        Schema.MAIN,
        SqliteDatabase.Settings.of(Durability.PROCESS),
        Time.SYSTEM);
  }

  /** The process that is killed: prints the id of each entry once it is durable. */
  static void main(String[] args) throws IOException {
    DataDirectory data = DataDirectory.open(Path.of(args[0]));
    Ledger ledger =
        new Ledger(new SqliteLedgerStore(database(data)), Ledger.Settings.DEFAULT, Time.SYSTEM);
    // A busy machine may hold the disk up; without this nothing would be written any more then.
    ledger.start();
    for (int w = 0; w < WRITERS; w++) {
      String prefix = args[1] + "-" + w + "-";
      Thread.ofPlatform().start(() -> enterForEver(ledger, prefix));
    }
  }

  private static void enterForEver(Ledger ledger, String prefix) {
    for (long i = 0; true; i++) {
      // As the pipeline does.
      while (!ledger.accepting()) {
        LockSupport.parkNanos(A_MOMENT_NANOS);
      }
      String id = prefix + i + ".";
      if (ledger.enter(LedgerEntries.entry(id, PICO_USD))) {
        System.out.println(id);
      }
    }
  }
}
