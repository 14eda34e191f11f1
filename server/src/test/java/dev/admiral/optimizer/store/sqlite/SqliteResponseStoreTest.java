package dev.admiral.optimizer.store.sqlite;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.cache.CacheSettings;
import dev.admiral.optimizer.cache.Hit;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.cache.ResponseStore;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.cache.ResponseStore.Size;
import dev.admiral.optimizer.cache.ResponseStoreKit;
import dev.admiral.optimizer.cache.Selector;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.TextPart;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteResponseStoreTest extends ResponseStoreKit {
  @TempDir Path directory;
  private SqliteDatabase database;

  @Override
  protected ResponseStore open() throws Exception {
    database =
        SqliteDatabase.open(
            directory.resolve("main.db"),
            Schema.MAIN,
            SqliteDatabase.Settings.of(Durability.PROCESS),
            Time.SYSTEM);
    return new SqliteResponseStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void rowsAndSizes_outliveARestart() throws Exception {
    Row row = row(1);
    put(Shelf.RESPONSES, row);
    put(Shelf.REPEATS, row(2));

    database.close();
    ResponseStore reopened = open();

    assertSame(forEnd(reopened.find(Shelf.RESPONSES, key(1))), row);
    assertSame(forEnd(reopened.find(Shelf.REPEATS, key(2))), row(2));
    assertThat(forEnd(reopened.size(Shelf.RESPONSES))).isEqualTo(new Size(1, row.bytes()));
  }

  @Test
  void cacheOverIt_findsItsAnswersAfterARestart() throws Exception {
    CallKey repeatKey = key(2);
    Answer answer = answer();
    try (ResponseCache cache = cache()) {
      cache.start();
      cache.answers().put(key(1), FLEET, answer, Duration.ofMinutes(10), cache.answers().epoch());
      assertThat(cache.firstAnswers().put(repeatKey, key(1), FLEET, answer)).isTrue();
    }
    database.close();
    store = open();

    try (ResponseCache cache = cache()) {
      cache.start();
      assertThat(cache.answers().findInMemory(key(1), null)).isNull();
      Hit hit = cache.answers().findOnDisk(key(1), null);
      assertThat(hit).isNotNull();
      assertThat(hit.answer()).isEqualTo(answer);
      assertThat(cache.firstAnswers().find(repeatKey).answer()).isEqualTo(answer);
      assertThat(cache.invalidate("acme", new Selector.All())).isEqualTo(1);
      assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
      assertThat(cache.firstAnswers().find(repeatKey)).isNotNull();
    }
  }

  @Test
  void cacheOverIt_evictsByHashWhatIsOnDiskAlone() throws Exception {
    Instant expires = Instant.now().plusSeconds(600);
    put(
        Shelf.RESPONSES,
        row(-1, FLEET, "p", "m", NOW, expires, 4),
        row(-2, FLEET, "p", "m", NOW, expires, 4));

    try (ResponseCache cache = cache()) {
      cache.start();
      assertThat(cache.answers().evict("rival", key(-1).hash())).isFalse();
      assertThat(cache.answers().evict("acme", key(-1).hash())).isTrue();
      assertThat(cache.answers().findOnDisk(key(-1), null)).isNull();
      Awaitility.await()
          .untilAsserted(() -> assertThat(forEnd(store.find(Shelf.RESPONSES, key(-1)))).isNull());
      assertThat(cache.answers().evict("acme", key(-1).hash())).isFalse();
    }
    assertThat(forEnd(store.find(Shelf.RESPONSES, key(-2)))).isNotNull();
  }

  private ResponseCache cache() {
    CacheSettings defaults = CacheSettings.defaults(1L << 28);
    return new ResponseCache(
        new CacheSettings(
            defaults.timeToLive(),
            defaults.memoryBytes(),
            defaults.diskBytes(),
            defaults.answerBytes(),
            defaults.repeatWindow(),
            defaults.repeatMemoryBytes(),
            defaults.repeatDiskBytes(),
            defaults.repeatWait(),
            defaults.failureTimeToLive(),
            defaults.failureEntries(),
            defaults.pendingBytes(),
            defaults.batchEntries(),
            defaults.batchDelay(),
            // A busy machine may take its time.
            Duration.ofMinutes(1),
            defaults.purgeInterval(),
            defaults.purgeEntries(),
            defaults.filterBytes()),
        store,
        Time.SYSTEM,
        new Random(1),
        Thread.ofPlatform().daemon().factory());
  }

  private static Answer answer() {
    return new Answer(
        Completion.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .addParts(
                        ContentPart.newBuilder().setText(TextPart.newBuilder().setText("Hello"))))
            .setFinishReason(FinishReason.FINISH_REASON_STOP)
            .build(),
        "openai",
        "gpt",
        Usage.reported(1, 2),
        new Cost.Unknown(),
        Instant.now(),
        Duration.ofMillis(1_750));
  }
}
