package dev.admiral.bench;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.store.sqlite.SqliteStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Ledger entries per second, each durable before its writer goes on, beside bare inserts of equal
 * rows by one writer in transactions of as many rows as there are writers here.
 */
final class LedgerBenchmark implements Benchmark {
  private static final int WRITERS = 64;
  private static final int ENTRIES_EACH = 500;
  private static final int ROUNDS = 5;
  private static final double LEAST_PER_SECOND = 10_000;

  private final AtomicLong number = new AtomicLong();

  @Override
  public List<Figure> run() throws Exception {
    Path folder = Files.createTempDirectory("admiral-ledger");
    try (SqliteStores stores =
            SqliteStores.open(folder.resolve("data"), Durability.PROCESS, 1, Time.SYSTEM);
        Ledger ledger = new Ledger(stores.ledger(), Ledger.Settings.DEFAULT, Time.SYSTEM);
        Connection bare = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("bare.db"))) {
      prepare(bare);
      Rounds.inTurns(2, () -> entries(ledger), () -> inserts(bare));
      Rounds rounds = Rounds.inTurns(ROUNDS, () -> entries(ledger), () -> inserts(bare));
      return List.of(
          new Figure(
              "ledger-writes",
              rounds.value(),
              "entries/s",
              rounds.floor(),
              rounds.ratio(),
              "at least 10,000 a second from 64 writers, each waiting for its commit",
              rounds.value() >= LEAST_PER_SECOND));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private double entries(Ledger ledger) throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(() -> write(ledger)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    return WRITERS * ENTRIES_EACH / ((System.nanoTime() - start) / 1e9);
  }

  private void write(Ledger ledger) {
    for (int n = 0; n < ENTRIES_EACH; n++) {
      if (!ledger.enter(entry(number.incrementAndGet()))) {
        throw new IllegalStateException("an entry of the benchmark did not become durable");
      }
    }
  }

  private static LedgerEntry entry(long number) {
    return new LedgerEntry(
        "0193a1b2c3d4e5f60718293a-" + number,
        "0193a1b2c3d4e5f60718293a",
        0,
        "default",
        "agent-" + number % 28,
        "group",
        "triage",
        "openai",
        "model-" + number % 16,
        Usage.reported(1_000, 200),
        new Cost.Known(new Money(4_500_000_000L), "openai/model@2026-01-01", false),
        "req_0123456789abcdef",
        Instant.now());
  }

  private static void prepare(Connection bare) throws SQLException {
    try (Statement statement = bare.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = NORMAL");
      statement.execute("CREATE TABLE entry (id TEXT PRIMARY KEY, row TEXT NOT NULL) STRICT");
    }
    bare.setAutoCommit(false);
  }

  private double inserts(Connection bare) throws SQLException {
    String row = "x".repeat(200);
    long start = System.nanoTime();
    try (PreparedStatement insert = bare.prepareStatement("INSERT INTO entry VALUES (?, ?)")) {
      for (int i = 0; i < ENTRIES_EACH; i++) {
        for (int w = 0; w < WRITERS; w++) {
          insert.setString(1, "bare-" + number.incrementAndGet());
          insert.setString(2, row);
          insert.addBatch();
        }
        insert.executeBatch();
        bare.commit();
      }
    }
    return WRITERS * ENTRIES_EACH / ((System.nanoTime() - start) / 1e9);
  }
}
