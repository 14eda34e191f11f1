package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.ledger.ManualTime;
import dev.admiral.optimizer.store.StoreException;
import dev.admiral.optimizer.store.StoreException.Kind;
import dev.admiral.optimizer.store.sqlite.SqliteDatabase.Settings;
import dev.admiral.optimizer.v1.HealthState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SqliteDatabaseTest {
  private static final Instant START = Instant.parse("2026-05-04T12:00:00Z");

  @TempDir Path directory;

  private Path file;
  private final ManualTime time = new ManualTime(START);
  private final List<SqliteDatabase> opened = new ArrayList<>();

  @BeforeEach
  void nameFile() {
    file = directory.resolve("main.db");
  }

  @AfterEach
  void closeAll() {
    opened.forEach(SqliteDatabase::close);
  }

  // Opening.

  @Test
  void databaseNobodyUsed_leavesNoFile() throws Exception {
    open().close();

    assertThat(file).doesNotExist();
  }

  @Test
  void writtenRow_isThereAfterReopening() throws Exception {
    SqliteDatabase first = open();
    create(first);
    put(first, "a").get();
    first.close();

    assertThat(values(open())).containsExactly("a");
  }

  @Test
  void prepared_isMigratedToTheNewestVersion() throws Exception {
    SqliteDatabase database = open();
    database.prepare().join();

    assertThat(number(database, "PRAGMA user_version")).isEqualTo(Schema.MAIN.version());
    assertThat(number(database, "SELECT count(*) FROM ledger_entry")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void schema_knowsTheLastOfItsScripts(Schema schema) throws Exception {
    assertThat(newestScript(schema)).isEqualTo(schema.version());
  }

  private static int newestScript(Schema schema) throws Exception {
    var folder = SqliteDatabase.class.getClassLoader().getResource(schema.location());
    if (folder == null) {
      return 0;
    }
    URI uri = folder.toURI();
    if (uri.getScheme().equals("jar")) {
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return newestScript(jar.getPath(schema.location()));
      }
    }
    return newestScript(Path.of(uri));
  }

  private static int newestScript(Path folder) throws IOException {
    try (Stream<Path> scripts = Files.list(folder)) {
      return scripts
          .map(script -> script.getFileName().toString())
          .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
          .max()
          .orElseThrow();
    }
  }

  @Test
  void fileOfANewerVersion_isRefusedAndUntouched() throws Exception {
    SqliteDatabase database = open();
    put(create(database), "a").get();
    database.close();
    raw("PRAGMA user_version = 99");
    Map<String, String> before = contents();

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("version 99")
        .hasMessageContaining("up to " + Schema.MAIN.version());
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void fileThatIsNoDatabase_isRefusedAndUntouched() throws Exception {
    Files.writeString(file, "Dear diary, today I was mistaken for a database. ".repeat(10));
    Map<String, String> before = contents();

    StoreException refusal = catchThrowableOfType(StoreException.class, this::open);

    assertThat(refusal.kind()).isEqualTo(Kind.BROKEN);
    assertThat(refusal).hasMessageContaining(file.toString());
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void directoryInPlaceOfTheFile_isRefused() throws Exception {
    Files.createDirectory(file);

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void damagedFile_failsWritesWithTheReason() throws Exception {
    SqliteDatabase database = open();
    put(create(database), "a").get();
    database.close();
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 100, bytes.length, (byte) 0x5a);
    Files.write(file, bytes);

    SqliteDatabase damaged = open();

    assertThat(failure(put(damaged, "b")).kind()).isEqualTo(Kind.BROKEN);
    assertThat(damaged.check().state()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
    assertThat(damaged.check().reason()).contains(file.toString(), "damaged");
  }

  @Test
  void folderThatComesLater_isUsedThen() throws Exception {
    file = directory.resolve("later").resolve("main.db");
    SqliteDatabase database = open();
    assertThat(failure(put(database, "a")).kind()).isEqualTo(Kind.FAILED);
    time.advance(Duration.ofSeconds(1));
    assertThat(database.check().since()).isEqualTo(START);

    Files.createDirectory(file.getParent());
    put(create(database), "a").get();
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(database.check().since()).isEqualTo(time.now());
  }

  // Groups.

  @Test
  void writesThatWait_shareOneTransaction() throws Exception {
    SqliteDatabase database = create(open());
    Held held = hold(database);
    long groups = database.counters().groups();
    List<CompletableFuture<?>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(put(database, "v" + i));
    }
    assertThat(database.counters().queued()).isEqualTo(50);
    held.release();
    for (CompletableFuture<?> write : writes) {
      write.get();
    }
    assertThat(values(database)).hasSize(50);
    assertThat(database.counters().groups()).isEqualTo(groups + 2);
  }

  @Test
  void failingWrite_failsAloneInItsGroup() throws Exception {
    SqliteDatabase database = create(open());
    put(database, "taken").get();
    Held held = hold(database);
    CompletableFuture<?> before = put(database, "before");
    CompletableFuture<?> twice = put(database, "taken");
    CompletableFuture<?> thrown =
        database.write(session -> {
          session.execute("INSERT INTO kept VALUES ('half')");
          throw new IllegalStateException("a mistake");
        });
    CompletableFuture<?> after = put(database, "after");
    held.release();

    before.get();
    after.get();
    assertThat(failure(twice).kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure(thrown)).hasRootCauseMessage("a mistake");
    assertThat(values(database)).containsExactlyInAnyOrder("taken", "before", "after");
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(database.counters().failed()).isEqualTo(2);
  }

  @Test
  void fullQueue_refusesAtOnce() throws Exception {
    SqliteDatabase database = create(open(settings(2, 1)));
    Held held = hold(database);
    CompletableFuture<?> first = put(database, "1");
    CompletableFuture<?> second = put(database, "2");

    assertThat(failure(put(database, "3")).kind()).isEqualTo(Kind.BUSY);
    assertThat(database.counters().refused()).isEqualTo(1);
    held.release();
    first.get();
    second.get();
    assertThat(values(database)).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void writesOfManyThreads_areAllThere() throws Exception {
    SqliteDatabase database = create(open());
    int threads = 16;
    int each = 200;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      String name = "t" + t + "-";
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < each; i++) {
              put(database, name + i).join();
            }
            done.countDown();
          });
    }
    done.await();
    assertThat(number(database, "SELECT count(*) FROM kept")).isEqualTo(threads * each);
    assertThat(database.counters().written()).isGreaterThanOrEqualTo(threads * each);
  }

  @ParameterizedTest
  @EnumSource
  void everyDurability_writes(Durability durability) throws Exception {
    SqliteDatabase database = create(open(Settings.of(durability)));
    put(database, "a").get();

    assertThat(values(database)).containsExactly("a");
  }

  // Trouble.

  @Test
  void fullDisk_failsClearly_thenRecovers() throws Exception {
    SqliteDatabase database = create(open());
    limitPages(database, number(database, "PRAGMA page_count") + 2);
    StoreException failure = null;
    int kept = 0;
    for (int i = 0; failure == null; i++) {
      try {
        put(database, i + "x".repeat(5000)).get();
        kept++;
      } catch (ExecutionException e) {
        failure = (StoreException) e.getCause();
      }
    }
    assertThat(failure.kind()).isEqualTo(Kind.FULL);
    assertThat(failure).hasMessageContaining(file.toString()).hasMessageContaining("full");
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
    assertThat(values(database)).hasSize(kept);

    limitPages(database, 1_000_000);
    put(database, "more").get();
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(values(database)).hasSize(kept + 1);
  }

  @Test
  void fileLockedByAnother_failsBusy_thenRecovers() throws Exception {
    SqliteDatabase database = create(open(settings(100, 1)));
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");

      assertThat(failure(put(database, "a")).kind()).isEqualTo(Kind.BUSY);
      assertThat(values(database)).isEmpty();
      statement.execute("ROLLBACK");
    }
    put(database, "b").get();
    assertThat(values(database)).containsExactly("b");
  }

  @Test
  void writeThatHangs_isReported() throws Exception {
    SqliteDatabase database = create(open());
    Held held = hold(database);
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    time.advance(Duration.ofSeconds(3));

    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
    assertThat(database.check().since()).isEqualTo(START);
    assertThat(values(database)).isEmpty();
    held.release();
    put(database, "a").get();
    assertThat(database.check().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
  }

  @Test
  void readsBeyondTheirNumber_waitTheirTurn() throws Exception {
    SqliteDatabase database = create(open(settings(100, 1)));
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<List<String>> slow =
        database.read(session -> {
          reading.countDown();
          await(release);
          return List.<String>of();
        });
    reading.await();

    assertThatThrownBy(() -> values(database))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has not answered");
    release.countDown();
    slow.get();
    assertThat(values(database)).isEmpty();
  }

  @Test
  void readGivenUpBeforeItsTurn_isNotMade() throws Exception {
    SqliteDatabase database = create(open(settings(100, 1)));
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger made = new AtomicInteger();
    CompletableFuture<String> slow =
        database.read(session -> {
          await(release);
          return "";
        });
    CompletableFuture<Integer> second = database.read(session -> made.incrementAndGet());
    second.cancel(false);
    release.countDown();
    slow.get();

    assertThat(values(database)).isEmpty();
    assertThat(made).hasValue(0);
  }

  @Test
  void readThatFails_harmsNoLaterOne() throws Exception {
    SqliteDatabase database = create(open(settings(100, 1)));
    put(database, "a").get();

    assertThat(failure(database.read(session -> session.statement("SELECT nothing"))))
        .isInstanceOf(StoreException.class);
    CompletableFuture<String> fault =
        database.read(session -> {
          throw new IllegalStateException("a fault");
        });
    assertThat(fault).failsWithin(Duration.ofMinutes(1));
    assertThat(values(database)).containsExactly("a");
  }

  // Closing.

  @Test
  void close_writesWhatIsQueued_andRefusesTheRest() throws Exception {
    SqliteDatabase database = create(open());
    Held held = hold(database);
    CompletableFuture<?> queued = put(database, "queued");
    held.release();
    database.close();

    queued.get();
    assertThat(failure(put(database, "late")).kind()).isEqualTo(Kind.CLOSED);
    assertThatThrownBy(() -> values(database)).isInstanceOf(StoreException.class);
    assertThat(values(open())).containsExactly("queued");
  }

  // Helpers.

  private record Held(CountDownLatch gate, CompletableFuture<?> write) {
    void release() throws Exception {
      gate.countDown();
      write.get();
    }
  }

  /** Keeps the writer busy until released. */
  private static Held hold(SqliteDatabase database) throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<?> write =
        database.write(_ -> {
          started.countDown();
          await(gate);
          return "held";
        });
    started.await();
    return new Held(gate, write);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SqliteDatabase open() throws StoreException {
    return open(Settings.of(Durability.PROCESS));
  }

  private SqliteDatabase open(Settings settings) throws StoreException {
    SqliteDatabase database = SqliteDatabase.open(file, Schema.MAIN, settings, time);
    opened.add(database);
    return database;
  }

  private static Settings settings(int queue, int readers) {
    Duration wait = Duration.ofMillis(50);
    return new Settings(
        Durability.PROCESS, queue, 64, readers, wait, wait, wait, Duration.ofSeconds(5));
  }

  private static SqliteDatabase create(SqliteDatabase database) throws Exception {
    database
        .write(session -> {
          session.execute("CREATE TABLE IF NOT EXISTS kept (value TEXT PRIMARY KEY)");
          return "created";
        })
        .get();
    return database;
  }

  private static CompletableFuture<Integer> put(SqliteDatabase database, String value) {
    return database.write(session -> {
      var insert = session.statement("INSERT INTO kept VALUES (?)");
      insert.setString(1, value);
      return insert.executeUpdate();
    });
  }

  private static List<String> values(SqliteDatabase database) throws IOException {
    return StoreWait.forEnd(
        database.read(session -> {
          List<String> values = new ArrayList<>();
          try (ResultSet rows = session.statement("SELECT value FROM kept").executeQuery()) {
            while (rows.next()) {
              values.add(rows.getString(1));
            }
          }
          return values;
        }));
  }

  private static long number(SqliteDatabase database, String sql) throws Exception {
    return database
        .write(session -> {
          try (ResultSet row = session.statement(sql).executeQuery()) {
            return row.getLong(1);
          }
        })
        .get();
  }

  private static void limitPages(SqliteDatabase database, long pages) throws Exception {
    database
        .write(session -> {
          session.execute("PRAGMA max_page_count = " + pages);
          return "limited";
        })
        .get();
  }

  private static StoreException failure(CompletableFuture<?> write) {
    ExecutionException failure = catchThrowableOfType(ExecutionException.class, write::get);
    return (StoreException) failure.getCause();
  }

  private void raw(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns every file of the directory, by name, with its bytes. */
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path path : files.toList()) {
        contents.put(
            path.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(path)));
      }
    }
    return contents;
  }
}
