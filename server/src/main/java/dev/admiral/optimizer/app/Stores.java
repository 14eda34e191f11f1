package dev.admiral.optimizer.app;

import dev.admiral.optimizer.cache.ResponseStore;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.fleet.AgentStore;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.learning.LearningStore;
import dev.admiral.optimizer.learning.OutcomeStore;
import dev.admiral.optimizer.ledger.LedgerStore;
import dev.admiral.optimizer.store.sqlite.DataDirectory;
import dev.admiral.optimizer.store.sqlite.Schema;
import dev.admiral.optimizer.store.sqlite.SqliteAgentStore;
import dev.admiral.optimizer.store.sqlite.SqliteDatabase;
import dev.admiral.optimizer.store.sqlite.SqliteLearningStore;
import dev.admiral.optimizer.store.sqlite.SqliteLedgerStore;
import dev.admiral.optimizer.store.sqlite.SqliteOutcomeStore;
import dev.admiral.optimizer.store.sqlite.SqliteResponseStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What is kept: the data directory and its files. */
final class Stores implements AutoCloseable {
  /** Making or changing a file may take a while on a slow disk. */
  private static final Duration PREPARE_WAIT = Duration.ofMinutes(1);

  final LedgerStore ledger;
  final ResponseStore responses;
  final AgentStore agents;
  final LearningStore failures;
  final OutcomeStore outcomes;

  private final Opened opened;
  private final DataDirectory data;
  private final SqliteDatabase main;
  private final SqliteDatabase learning;
  private final SqliteDatabase fleet;
  private final List<CompletableFuture<?>> prepared;

  private Stores(Config.Kept config, int readThreads, Time time, Opened opened) throws IOException {
    this.opened = opened;
    this.data = opened.add("data directory", DataDirectory.open(config.dataDir()));
    SqliteDatabase.Settings settings = SqliteDatabase.Settings.of(config.durability());
    // Answers are read from there.
    this.main = database(Schema.MAIN, settings.withReaders(readThreads), time);
    this.learning = database(Schema.LEARNING, settings, time);
    this.fleet = database(Schema.AGENTS, settings, time);
    // All at once, beside what else a start does.
    this.prepared = List.of(main.prepare(), learning.prepare(), fleet.prepare());
    this.ledger = new SqliteLedgerStore(main);
    this.responses = new SqliteResponseStore(main);
    this.agents = new SqliteAgentStore(fleet);
    this.failures = new SqliteLearningStore(learning);
    this.outcomes = new SqliteOutcomeStore(learning);
  }

  /**
   * Takes the data directory and begins to prepare its files.
   *
   * @param readThreads threads that read answers
   * @throws IOException if the directory cannot be used, or another server uses it
   */
  static Stores open(Config.Kept config, int readThreads, Time time)
      throws ConfigException, StartException, IOException {
    return Opened.whole(opened -> new Stores(config, readThreads, time, opened));
  }

  private SqliteDatabase database(Schema schema, SqliteDatabase.Settings settings, Time time)
      throws IOException {
    return opened.add(
        schema.name(), SqliteDatabase.open(data.file(schema), schema, settings, time));
  }

  /**
   * Waits until the files can be used. Blocks.
   *
   * @throws IOException if they cannot, or not in time
   */
  void awaitReady() throws IOException {
    for (CompletableFuture<?> file : prepared) {
      await(file);
    }
  }

  private static void await(CompletableFuture<?> prepared) throws IOException {
    try {
      prepared.get(PREPARE_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(
          "the files in the data directory are not ready after "
              + PREPARE_WAIT.toSeconds()
              + " s; check its disk",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the start was interrupted", e);
    }
  }

  /** Returns the data directory. */
  Path path() {
    return data.path();
  }

  /** Puts the files on the board of health. */
  void watch(HealthBoard board) {
    board.add("store/main", Checks.of(main));
    board.add("store/learning", Checks.of(learning));
    board.add("store/agents", Checks.of(fleet));
  }

  @Override
  public void close() {
    opened.close();
  }
}
