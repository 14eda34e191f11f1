package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.cache.ResponseStore;
import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.AgentStore;
import dev.admiral.optimizer.learning.LearningStore;
import dev.admiral.optimizer.learning.OutcomeStore;
import dev.admiral.optimizer.ledger.LedgerStore;
import dev.admiral.optimizer.store.StoreHealth;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * All that is kept on this machine: a data directory, its files, and the stores in them. Its stores
 * may be used by any number of threads, from the moment it is open: what they are asked for waits
 * until the files are prepared.
 */
public final class SqliteStores implements AutoCloseable {
  /** Making or changing a file may take a while on a slow disk. */
  private static final Duration PREPARE_WAIT = Duration.ofMinutes(1);

  private final DataDirectory directory;
  private final SqliteDatabase main;
  private final SqliteDatabase learning;
  private final SqliteDatabase agents;
  private final List<CompletableFuture<?>> prepared;
  private final LedgerStore ledger;
  private final ResponseStore responses;
  private final AgentStore fleet;
  private final LearningStore failures;
  private final OutcomeStore outcomes;

  /** What is to be closed, the latest first. */
  private final Deque<Closeable> open;

  private SqliteStores(
      Path path, Durability durability, int readThreads, Time time, Deque<Closeable> open)
      throws IOException {
    this.open = open;
    this.directory = DataDirectory.open(path);
    open.push(directory::close);
    SqliteDatabase.Settings settings = SqliteDatabase.Settings.of(durability);
    // Answers are read from there.
    this.main = database(Schema.MAIN, settings.withReaders(readThreads), time);
    this.learning = database(Schema.LEARNING, settings, time);
    this.agents = database(Schema.AGENTS, settings, time);
    // All at once, beside what else a start does.
    this.prepared = List.of(main.prepare(), learning.prepare(), agents.prepare());
    this.ledger = new SqliteLedgerStore(main);
    this.responses = new SqliteResponseStore(main);
    this.fleet = new SqliteAgentStore(agents);
    this.failures = new SqliteLearningStore(learning);
    this.outcomes = new SqliteOutcomeStore(learning);
  }

  private SqliteDatabase database(Schema schema, SqliteDatabase.Settings settings, Time time)
      throws IOException {
    SqliteDatabase database = SqliteDatabase.open(directory.file(schema), schema, settings, time);
    open.push(database::close);
    return database;
  }

  /**
   * Takes a data directory, creating it if it does not exist, and begins to prepare its files.
   *
   * @param durability what a write survives
   * @param readThreads threads that read answers
   * @throws IOException if the directory or a file cannot be used, or another process uses it
   */
  public static SqliteStores open(Path directory, Durability durability, int readThreads, Time time)
      throws IOException {
    Deque<Closeable> open = new ArrayDeque<>();
    try {
      return new SqliteStores(directory, durability, readThreads, time, open);
    } catch (IOException | RuntimeException | Error e) {
      closeAll(open).forEach(e::addSuppressed);
      throw e;
    }
  }

  /**
   * Waits until the files can be used. Blocks.
   *
   * @throws IOException if they cannot, or not in time
   */
  public void awaitReady() throws IOException {
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
  public Path path() {
    return directory.path();
  }

  /** Returns what tells how each file is, by a short name of the file. */
  public Map<String, Supplier<StoreHealth>> checks() {
    return Map.of("main", main::check, "learning", learning::check, "agents", agents::check);
  }

  /** Returns where entries and savings are kept. */
  public LedgerStore ledger() {
    return ledger;
  }

  /** Returns where answers are kept. */
  public ResponseStore responses() {
    return responses;
  }

  /** Returns where agents are kept. */
  public AgentStore agents() {
    return fleet;
  }

  /** Returns where is kept how tries failed. */
  public LearningStore failures() {
    return failures;
  }

  /** Returns where is kept what callers reported. */
  public OutcomeStore outcomes() {
    return outcomes;
  }

  /** Writes what waits, closes the files and gives the directory up. */
  @Override
  public void close() throws IOException {
    List<Exception> failures = closeAll(open);
    if (!failures.isEmpty()) {
      IOException failure = new IOException("the stores did not close cleanly");
      failures.forEach(failure::addSuppressed);
      throw failure;
    }
  }

  /** Closes each, whatever becomes of the others; returns what went wrong. */
  private static List<Exception> closeAll(Deque<Closeable> open) {
    List<Exception> failures = new ArrayList<>();
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException | RuntimeException e) {
        failures.add(e);
      }
    }
    return failures;
  }
}
