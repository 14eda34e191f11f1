package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.store.StoreException;
import dev.admiral.optimizer.store.StoreHealth;
import dev.admiral.optimizer.v1.HealthState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;

/**
 * One SQLite file.
 *
 * <p><b>Writing.</b> SQLite has one writer, so there is one thread that writes. Callers put their
 * write in a bounded queue and get a future. The thread takes whatever waits, runs it in one
 * transaction and completes the futures after the commit: the busier it gets, the more writes share
 * a commit, and a lone write waits for nobody. If a write of a group fails, the group is rolled
 * back and its writes are run again each by itself, so that the culprit fails alone; a write may
 * therefore run more than once, and must do nothing but talk to its session. Trouble of the file
 * itself (disk gone, locked by another process) fails the whole group at once, and the next group
 * opens the file anew.
 *
 * <p>The thread is a platform thread. If callers committed by themselves, a lone write would cost
 * less (docs/decisions/0002-ledger-durability.md has the figures), but a disk that hangs would hold
 * the caller, and the carrier below it, for as long as it hangs. So a caller can always give up
 * waiting; its write stays queued and its future still tells the truth.
 *
 * <p><b>Reading.</b> A few threads read, each on a read-only connection of its own; WAL lets them
 * proceed beside the writer. They are platform threads, as native code would pin the carriers of
 * virtual ones. Reads beyond their number wait for a turn, at most a bound.
 *
 * <p><b>Opening.</b> Constructing looks only at the first bytes of the file, to refuse one that is
 * of a newer version or no database; it writes nothing. The writer thread opens, creates and
 * migrates the file when it is first used, and tries again with the next use if that fails. The
 * version is kept in the file's user_version too, so that Flyway is loaded only where there is
 * something to migrate.
 */
final class SqliteDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SqliteDatabase.class);

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 100;
  private static final int USER_VERSION_OFFSET = 60;

  /** 16 MB of log between checkpoints: with SQLite's 4 MB their fsyncs halve the throughput. */
  private static final int CHECKPOINT_PAGES = 4000;

  private static final int WRITER_CACHE_KIB = 16_384;
  private static final int READER_IDLE_SECONDS = 30;

  /**
   * Bounds of one file.
   *
   * @param durability what a commit survives
   * @param queueLimit writes waiting, and reads; more are refused
   * @param groupLimit most writes in one transaction
   * @param readers threads that read
   * @param readWait longest wait of a read for its turn, and of the first for the file
   * @param lockWait longest wait for another process that locks the file
   * @param slowAfter a group that takes longer is reported by {@link #check}
   * @param closeWait longest wait for queued writes when closing
   */
  record Settings(
      Durability durability,
      int queueLimit,
      int groupLimit,
      int readers,
      Duration readWait,
      Duration lockWait,
      Duration slowAfter,
      Duration closeWait) {

    /**
     * Returns the defaults: 16,384 writes waiting, 512 a group, half as many readers as processors,
     * two seconds for a read, a lock and a slow group, five for closing.
     */
    static Settings of(Durability durability) {
      int readers = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
      Duration wait = Duration.ofSeconds(2);
      return new Settings(
          durability, 16_384, 512, readers, wait, wait, wait, Duration.ofSeconds(5));
    }

    /** Returns these settings with another number of threads that read. */
    Settings withReaders(int number) {
      return new Settings(
          durability, queueLimit, groupLimit, number, readWait, lockWait, slowAfter, closeWait);
    }

    Settings {
      if (queueLimit < 1 || groupLimit < 1 || readers < 1) {
        throw new IllegalArgumentException(
            "a store needs a queue, a group and a reader of at least 1");
      }
    }
  }

  /**
   * What happened since the start.
   *
   * @param queued writes waiting now
   * @param written writes that are durable
   * @param groups transactions that committed
   * @param failed writes that failed
   * @param refused writes that found the queue full
   */
  record Counters(int queued, long written, long groups, long failed, long refused) {}

  /** What is done inside a transaction. It may be run more than once. */
  @FunctionalInterface
  interface Write<T extends @Nullable Object> {
    T run(Session session) throws SQLException;
  }

  /** What is read. */
  @FunctionalInterface
  interface Read<T extends @Nullable Object> {
    T run(Session session) throws SQLException;
  }

  private static final class Job<T extends @Nullable Object> {
    final Write<T> write;
    final CompletableFuture<T> done = new CompletableFuture<>();
    private @Nullable T result;

    Job(Write<T> write) {
      this.write = write;
    }

    void run(Session session) throws SQLException {
      result = write.run(session);
    }

    @SuppressWarnings("NullAway") // A write without a result has a null one.
    void succeed() {
      done.complete(result);
    }
  }

  private static final class Reading<T extends @Nullable Object> {
    final Read<T> read;
    final CompletableFuture<T> done = new CompletableFuture<>();

    /** True once its turn has come, or nobody waits for it any more. */
    final AtomicBoolean begun = new AtomicBoolean();

    Reading(Read<T> read) {
      this.read = read;
    }
  }

  private record Trouble(String reason, Instant since) {}

  private final Path file;
  private final Schema schema;
  private final Settings settings;
  private final Time time;
  private final BlockingQueue<Job<?>> queue;
  private final ThreadPoolExecutor readers;
  private final Thread writer;

  private final LongAdder written = new LongAdder();
  private final LongAdder groups = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder refused = new LongAdder();

  /** Reads that have a turn, or wait for one. */
  private final AtomicInteger turns = new AtomicInteger();

  /** Connections of reading threads that nobody uses now. */
  private final Queue<Session> idle = new ConcurrentLinkedQueue<>();

  /** Wakes the writer to see that the database is closing. */
  private final Job<@Nullable Void> lastCall = new Job<>(_ -> null);

  /** The writer's connection; of the writer thread. */
  private @Nullable Session session;

  private volatile boolean ready;
  private volatile boolean closing;
  private volatile @Nullable Trouble trouble;
  private volatile Instant servingSince;
  private volatile @Nullable Instant groupSince;

  private SqliteDatabase(Path file, Schema schema, Settings settings, Time time) {
    this.file = file;
    this.schema = schema;
    this.settings = settings;
    this.time = time;
    this.servingSince = time.now();
    this.queue = new ArrayBlockingQueue<>(settings.queueLimit());
    this.readers = readers(file, settings);
    this.writer =
        Thread.ofPlatform().daemon().name("store-" + file.getFileName()).unstarted(this::writeAll);
  }

  private static ThreadPoolExecutor readers(Path file, Settings settings) {
    ThreadPoolExecutor readers =
        new ThreadPoolExecutor(
            settings.readers(),
            settings.readers(),
            READER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(settings.queueLimit()),
            Thread.ofPlatform()
                .daemon()
                .name("store-" + file.getFileName() + "-read-", 0)
                .factory());
    readers.allowCoreThreadTimeOut(true);
    return readers;
  }

  /**
   * Returns the database of a file, which need not exist yet. Starts the writer thread.
   *
   * @throws StoreException if the file is of a newer version, is no database, or cannot be read; it
   *     is left untouched
   */
  static SqliteDatabase open(Path file, Schema schema, Settings settings, Time time)
      throws StoreException {
    refuseForeign(file, schema);
    SqliteDatabase database = new SqliteDatabase(file, schema, settings, time);
    database.writer.start();
    return database;
  }

  /** Reads the head of the file without SQLite, which would write beside it. */
  private static void refuseForeign(Path file, Schema schema) throws StoreException {
    if (!Files.exists(file)) {
      return;
    }
    ByteBuffer head = ByteBuffer.allocate(HEADER_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int read = channel.read(head);
      if (read <= 0) {
        return;
      }
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          file + " cannot be read; check that it is a file this user may read",
          e);
    }
    byte[] magic = new byte[MAGIC.length];
    head.rewind().get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new StoreException(
          StoreException.Kind.BROKEN,
          file + " is no SQLite database; restore it from a backup or move it away",
          null);
    }
    refuseNewer(file, schema, head.getInt(USER_VERSION_OFFSET));
  }

  private static void refuseNewer(Path file, Schema schema, int version) throws StoreException {
    if (version > schema.version()) {
      throw new StoreException(
          StoreException.Kind.NEWER,
          file
              + " is of version "
              + version
              + ", and this server knows versions up to "
              + schema.version()
              + "; run the newer server, or give this one another data directory",
          null);
    }
  }

  /**
   * Opens, creates and migrates the file in the background, so that the first caller need not wait
   * for it. Where nobody prepares, the first use does.
   *
   * @return completes when the file can be used, or with a {@link StoreException} when it cannot
   */
  CompletableFuture<@Nullable Void> prepare() {
    return write(_ -> null);
  }

  /** Returns whether the file can be written, as far as the last writes tell. */
  StoreHealth check() {
    Trouble known = trouble;
    if (known != null) {
      return new StoreHealth(HealthState.HEALTH_STATE_NOT_SERVING, known.reason, known.since);
    }
    Instant since = groupSince;
    if (since != null && since.plus(settings.slowAfter()).isBefore(time.now())) {
      String reason =
          file + " has not finished a write for " + settings.slowAfter().toMillis() + " ms";
      return new StoreHealth(HealthState.HEALTH_STATE_NOT_SERVING, reason, since);
    }
    return new StoreHealth(HealthState.HEALTH_STATE_SERVING, "", servingSince);
  }

  /** Returns what happened since the start. */
  Counters counters() {
    return new Counters(queue.size(), written.sum(), groups.sum(), failed.sum(), refused.sum());
  }

  /**
   * Queues a write. The future completes when it is durable, or with a {@link StoreException} when
   * it is certainly not. Continuations run on the writer thread: they must be short.
   */
  <T extends @Nullable Object> CompletableFuture<T> write(Write<T> write) {
    Job<T> job = new Job<>(write);
    if (closing) {
      job.done.completeExceptionally(closed());
    } else if (!queue.offer(job)) {
      refused.increment();
      job.done.completeExceptionally(
          new StoreException(
              StoreException.Kind.BUSY,
              file + " is too slow: " + settings.queueLimit() + " writes wait already",
              null));
    } else if (closing && queue.remove(job)) {
      job.done.completeExceptionally(closed());
    }
    return job.done;
  }

  /**
   * Queues a read. The future completes with what was read, or with a {@link StoreException} if the
   * file cannot be read, or no turn came within the bound; one that is cancelled before its turn is
   * passed over. Continuations run on a reading thread: they must be short.
   */
  <T extends @Nullable Object> CompletableFuture<T> read(Read<T> read) {
    Reading<T> reading = new Reading<>(read);
    boolean waits = turns.incrementAndGet() > settings.readers();
    try {
      readers.execute(() -> read(reading));
    } catch (RejectedExecutionException e) {
      turns.decrementAndGet();
      reading.done.completeExceptionally(closing ? closed() : tooSlow());
      return reading.done;
    }
    if (waits) {
      CompletableFuture.delayedExecutor(settings.readWait().toNanos(), TimeUnit.NANOSECONDS)
          .execute(() -> giveUp(reading));
    }
    return reading.done;
  }

  private StoreException tooSlow() {
    return new StoreException(
        StoreException.Kind.BUSY,
        file + " has not answered for " + settings.readWait().toMillis() + " ms",
        null);
  }

  private StoreException closed() {
    return new StoreException(StoreException.Kind.CLOSED, file + " is closed", null);
  }

  /** Writes what is queued, within the bound, and closes the file. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    readers.shutdown();
    boolean interrupted = false;
    try {
      if (!queue.offer(lastCall, settings.closeWait().toMillis(), TimeUnit.MILLISECONDS)
          || !writer.join(settings.closeWait())) {
        log.error("{} was left open: its disk does not answer", file);
      }
      if (!readers.awaitTermination(settings.readWait().toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("{} is closed although somebody reads it still", file);
      }
      idle.forEach(this::closeQuietly);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // The reading threads.

  private <T extends @Nullable Object> void read(Reading<T> reading) {
    try {
      if (!reading.done.isDone() && reading.begun.compareAndSet(false, true)) {
        run(reading);
      }
    } finally {
      turns.decrementAndGet();
    }
  }

  private <T extends @Nullable Object> void run(Reading<T> reading) {
    Session session = null;
    try {
      if (!ready) {
        prepare().get(settings.readWait().toNanos(), TimeUnit.NANOSECONDS);
      }
      if (closing) {
        throw closed();
      }
      session = idle.poll();
      if (session == null) {
        session = connect(true);
      }
      T result = reading.read.run(session);
      idle.add(session);
      reading.done.complete(result);
    } catch (SQLException | StoreException e) {
      closeQuietly(session);
      reading.done.completeExceptionally(Failures.of(file.toString(), e));
    } catch (ExecutionException e) {
      reading.done.completeExceptionally(
          Failures.of(file.toString(), e.getCause() == null ? e : e.getCause()));
    } catch (TimeoutException e) {
      reading.done.completeExceptionally(tooSlow());
    } catch (InterruptedException e) {
      reading.done.completeExceptionally(closed());
    } catch (RuntimeException e) {
      closeQuietly(session);
      reading.done.completeExceptionally(e);
    }
  }

  private void giveUp(Reading<?> reading) {
    if (reading.begun.compareAndSet(false, true)) {
      reading.done.completeExceptionally(tooSlow());
    }
  }

  // The writer thread.

  private void writeAll() {
    List<Job<?>> group = new ArrayList<>();
    try {
      boolean last = false;
      while (!last) {
        group.add(queue.take());
        queue.drainTo(group, settings.groupLimit() - 1);
        last = group.remove(lastCall);
        groupSince = time.now();
        writeGroup(group);
        groupSince = null;
        group.clear();
      }
    } catch (InterruptedException e) {
      log.error("the writer of {} was interrupted", file);
    } finally {
      closing = true;
      queue.drainTo(group);
      group.forEach(job -> job.done.completeExceptionally(closed()));
      closeQuietly(session);
      session = null;
    }
  }

  private void writeGroup(List<Job<?>> group) {
    StoreException failure = group.isEmpty() ? null : tryWrite(group);
    if (failure == null) {
      return;
    }
    boolean alone = group.size() == 1;
    for (Job<?> job : group) {
      if (!alone && (failure == null || !endsGroup(failure))) {
        failure = tryWrite(List.of(job));
      }
      if (failure != null) {
        failed.increment();
        job.done.completeExceptionally(failure);
      }
    }
  }

  /** Returns true for trouble in which trying the rest one by one would only take longer. */
  private static boolean endsGroup(StoreException failure) {
    return failure.concernsStore() && failure.kind() != StoreException.Kind.FULL;
  }

  /** Runs the writes in one transaction; returns why none of them is written, or null. */
  private @Nullable StoreException tryWrite(List<Job<?>> group) {
    try {
      Session open = session();
      open.statement("BEGIN IMMEDIATE").execute();
      for (Job<?> job : group) {
        job.run(open);
      }
      open.statement("COMMIT").execute();
    } catch (SQLException | StoreException | RuntimeException e) {
      return failed(Failures.of(file.toString(), e));
    }
    if (trouble != null) {
      trouble = null;
      servingSince = time.now();
      log.info("{} can be written again", file);
    }
    groups.increment();
    written.add(group.size());
    group.forEach(Job::succeed);
    return null;
  }

  private StoreException failed(StoreException failure) {
    rollBack();
    if (failure.concernsStore()) {
      if (trouble == null) {
        trouble = new Trouble(failure.sentence(), time.now());
        log.error("{}", failure.getMessage());
      }
      if (failure.kind() != StoreException.Kind.FULL
          && failure.kind() != StoreException.Kind.BUSY) {
        closeQuietly(session);
        session = null;
      }
    } else {
      log.warn("a write failed: {}", failure.getMessage());
    }
    return failure;
  }

  private void rollBack() {
    if (session == null) {
      return;
    }
    try {
      session.rollBack();
    } catch (SQLException e) {
      // SQLite has rolled back by itself already, or the connection is of no more use.
      log.debug("{}: no rollback: {}", file, e.getMessage());
    }
  }

  private Session session() throws SQLException, StoreException {
    Session known = session;
    if (known != null) {
      return known;
    }
    Session opened = connect(false);
    try {
      int version = version(opened);
      refuseNewer(file, schema, version);
      if (version < schema.version()) {
        migrate(opened);
      }
    } catch (SQLException | StoreException e) {
      closeQuietly(opened);
      throw e;
    }
    session = opened;
    ready = true;
    return opened;
  }

  private Session connect(boolean readOnly) throws SQLException {
    NativeLibrary.load();
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(Math.toIntExact(settings.lockWait().toMillis()));
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    // The driver would run another query after each insert, for keys nobody asks for.
    config.setGetGeneratedKeys(false);
    if (readOnly) {
      config.setReadOnly(true);
    } else {
      boolean power = settings.durability() == Durability.POWER;
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
      config.setSynchronous(
          power ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.NORMAL);
      config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, String.valueOf(CHECKPOINT_PAGES));
      config.setCacheSize(-WRITER_CACHE_KIB);
    }
    return new Session(JDBC.createConnection(url(), config.toProperties()));
  }

  private String url() {
    return JDBC.PREFIX + file;
  }

  private static int version(Session session) throws SQLException {
    try (ResultSet row = session.statement("PRAGMA user_version").executeQuery()) {
      return row.next() ? row.getInt(1) : 0;
    }
  }

  private void migrate(Session opened) throws SQLException, StoreException {
    try {
      Flyway.configure(SqliteDatabase.class.getClassLoader())
          .dataSource(url(), null, null)
          .locations("classpath:" + schema.location())
          .loggers("slf4j")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw Failures.ofMigration(file.toString(), schema.version(), e);
    }
    opened.execute("PRAGMA user_version = " + schema.version());
    // The version must be in the file itself, where an older server looks before it opens it.
    opened.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  private void closeQuietly(@Nullable Session open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (SQLException e) {
      log.warn("{} was not closed cleanly: {}", file, e.getMessage());
    }
  }
}
