package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.store.DataDirectory;
import dev.admiral.optimizer.store.Schema;
import dev.admiral.optimizer.store.SqliteAgentStore;
import dev.admiral.optimizer.store.SqliteDatabase;
import dev.admiral.optimizer.store.SqliteLearningStore;
import dev.admiral.optimizer.store.SqliteLedgerStore;
import dev.admiral.optimizer.store.SqliteOutcomeStore;
import dev.admiral.optimizer.store.SqliteResponseStore;
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

  final SqliteLedgerStore ledger;
  final SqliteResponseStore responses;
  final SqliteAgentStore agents;
  final SqliteLearningStore failures;
  final SqliteOutcomeStore outcomes;

  private final Opened opened;
  private final DataDirectory data;
  private final SqliteDatabase main;
  private final SqliteDatabase learning;
  private final SqliteDatabase fleet;
  private final List<CompletableFuture<?>> prepared;

  private Stores(Config.Kept config, Time time, Opened opened) throws IOException {
    this.opened = opened;
    this.data = opened.add("data directory", DataDirectory.open(config.dataDir()));
    SqliteDatabase.Settings settings =
        SqliteDatabase.Settings.of(durability(config.durability()));
    this.main = database(Schema.MAIN, settings, time);
    this.learning = database(Schema.LEARNING, settings, time);
    this.fleet = database(Schema.AGENTS, settings, time);
    // All at once, beside what else a start does.
    this.prepared = List.of(main.prepare(), learning.prepare(), fleet.prepare());
    this.ledger = new SqliteLedgerStore(main);
    this.responses = new SqliteResponseStore(main);
    Duration wait = config.ledger().writeWait();
    this.agents = new SqliteAgentStore(fleet, wait);
    this.failures = new SqliteLearningStore(learning, wait);
    this.outcomes = new SqliteOutcomeStore(learning, wait);
  }

  /**
   * Takes the data directory and begins to prepare its files.
   *
   * @throws IOException if the directory cannot be used, or another server uses it
   */
  static Stores open(Config.Kept config, Time time)
      throws ConfigException, StartException, IOException {
    return Opened.whole(opened -> new Stores(config, time, opened));
  }

  private SqliteDatabase database(Schema schema, SqliteDatabase.Settings settings, Time time)
      throws IOException {
    return opened.add(
        schema.name(), SqliteDatabase.open(data.file(schema), schema, settings, time));
  }

  private static SqliteDatabase.Durability durability(Durability durability) {
    return switch (durability) {
      case PROCESS -> SqliteDatabase.Durability.PROCESS;
      case POWER -> SqliteDatabase.Durability.POWER;
    };
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
