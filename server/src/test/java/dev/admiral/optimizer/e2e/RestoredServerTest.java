package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.simulator.Simulator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disaster drill of docs/operations.md: copied while it works, lost, and restored elsewhere.
 */
class RestoredServerTest {
  private static final int CALLS_BEFORE_BACKUP = 500;

  @TempDir Path folder;

  @Test
  void backupTakenUnderLoad_restoredElsewhere_hasAllThatWasPaidBeforeIt() throws Exception {
    Path lost = Files.createDirectories(folder.resolve("lost"));
    Path found = Files.createDirectories(folder.resolve("found"));
    try (Simulator simulator = Simulator.builder().timeScale(0).start()) {
      List<String> paid;
      CompleteResponse known;
      try (ServerProcess first = ServerProcess.start(lost, simulator);
          AdmiralClient client = first.client(RetryPolicy.NONE)) {
        known = client.complete(Prompts.of("gpt-4o", "known before"));
        // On disk for certain: what is behind it in the writer's queue came later.
        client.complete(Prompts.of("gpt-4o", "written behind it"));
        try (Load load = new Load(client)) {
          paid = load.paidSoFar();
          backUp(lost.resolve("data"), found.resolve("data"));
        }
        first.kill();
      }

      try (ServerProcess second = ServerProcess.start(found, simulator);
          AdmiralClient client = second.client(RetryPolicy.NONE)) {
        List<LedgerEntry> entries = client.ledger().entries().toList();
        assertThat(entries)
            .extracting(LedgerEntry::getEntryId)
            .doesNotHaveDuplicates()
            .contains(known.getLedgerEntryId())
            .containsAll(paid);
        CompleteResponse again = client.complete(Prompts.of("gpt-4o", "known before"));
        assertThat(again.getServed().getSource()).isEqualTo(Source.SOURCE_DISK);
        assertThat(again.getCompletion()).isEqualTo(known.getCompletion());
        assertThat(client.fleet().agents().toList()).isNotEmpty();
      }
    }
  }

  /** What the command {@code sqlite3 FILE ".backup COPY"} does, for every database there is. */
  private static void backUp(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".db")).toList()) {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
            Statement statement = database.createStatement()) {
          statement.executeUpdate("backup to " + quoted(to.resolve(file.getFileName())));
        }
      }
    }
  }

  private static String quoted(Path file) throws SQLException {
    if (file.toString().contains("'")) {
      throw new SQLException("The folder's name cannot be quoted: " + file);
    }
    return "'" + file + "'";
  }

  /** One caller who never rests. */
  private static final class Load implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch enough = new CountDownLatch(CALLS_BEFORE_BACKUP);
    private final List<String> paid = new ArrayList<>();
    private final CompletableFuture<Void> caller;

    Load(AdmiralClient client) {
      caller =
          CompletableFuture.runAsync(() -> {
            for (int i = 0; !ended.get(); i++) {
              String entry = client.complete(Prompts.of("gpt-4o", "call " + i)).getLedgerEntryId();
              synchronized (paid) {
                paid.add(entry);
              }
              enough.countDown();
            }
          });
    }

    List<String> paidSoFar() throws InterruptedException {
      enough.await();
      synchronized (paid) {
        return List.copyOf(paid);
      }
    }

    @Override
    public void close() {
      ended.set(true);
      caller.join();
    }
  }
}
