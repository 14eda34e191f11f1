package dev.admiral.optimizer.cache;

import static dev.admiral.optimizer.call.Samples.key;
import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cache over a store in memory that fails on demand; its writer is moved step by step. */
@Timeout(60)
class ResponseCacheTest {
  private static final EntryOwner FLEET = new EntryOwner("acme", null);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final CacheSettings SETTINGS = settings(1 << 20, 1 << 20, 1 << 16);

  private final VirtualTime time = VirtualTime.atZero();
  private final FaultyStore store = new FaultyStore();
  private ResponseCache cache = cache(SETTINGS);

  private static CacheSettings settings(long memory, long disk, long pending) {
    return new CacheSettings(
        TEN_MINUTES,
        memory,
        disk,
        1 << 15,
        Duration.ofHours(24),
        1 << 20,
        1 << 20,
        Duration.ofMillis(20),
        Duration.ofSeconds(30),
        100,
        pending,
        16,
        Duration.ofMillis(1),
        Duration.ofMillis(20),
        Duration.ofSeconds(10),
        10,
        1 << 12);
  }

  private ResponseCache cache(CacheSettings settings) {
    return new ResponseCache(
        settings, store, time, new Random(1), Thread.ofPlatform().daemon().factory());
  }

  private Answer answer(String text) {
    return Samples.answer(text, time.now());
  }

  private void put(CallKey key, Answer answer) {
    cache.answers().put(key, FLEET, answer, TEN_MINUTES, cache.answers().epoch());
  }

  private void write() {
    assertThat(cache.writes().write()).isTrue();
  }

  private void tidy() {
    while (cache.writes().tidy()) {
      // One step after another.
    }
  }

  /** A cache over the same store, with nothing in memory. */
  private void restart() {
    cache = cache(SETTINGS);
    tidy();
  }

  // Tiers.

  @Test
  void answer_isInMemoryAtOnceAndOnDiskALittleLater() throws Exception {
    Answer answer = answer("x");
    put(key(1), answer);

    assertThat(cache.answers().findInMemory(key(1), null))
        .isEqualTo(new Hit(answer, Source.SOURCE_MEMORY, Duration.ZERO));
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(1)))).isNull();
    write();
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(1)))).isNotNull();
    assertThat(cache.answers().findInMemory(key(2), null)).isNull();
  }

  @Test
  void answerOnDisk_comesToMemoryForTheTimeItHasLeft() {
    Answer answer = answer("x");
    put(key(1), answer);
    write();
    time.advance(Duration.ofMinutes(4));
    restart();

    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
    assertThat(cache.answers().findOnDisk(key(1), null))
        .isEqualTo(new Hit(answer, Source.SOURCE_DISK, Duration.ofMinutes(4)));
    assertThat(cache.answers().findInMemory(key(1), null))
        .isEqualTo(new Hit(answer, Source.SOURCE_MEMORY, Duration.ofMinutes(4)));
    time.advance(Duration.ofMinutes(6));
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
  }

  @Test
  void everythingOfAnAnswer_comesBackFromDisk() {
    Answer answer =
        Samples.answer("Grüße, 世界 🌍", FinishReason.FINISH_REASON_TOOL_CALLS, "a", "b", time.now());
    put(key(1), answer);
    write();
    restart();

    Hit hit = cache.answers().findOnDisk(key(1), null);
    assertThat(hit).isNotNull();
    assertThat(hit.answer()).isEqualTo(answer);
  }

  @Test
  void answerWaitingToBeWritten_isFoundWithoutTheStore() {
    cache = cache(settings(1, 1 << 20, 1 << 16));
    put(key(1), answer("x"));
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();

    assertThat(cache.answers().findOnDisk(key(1), null)).isNotNull();
    assertThat(store.finds).hasValue(0);
  }

  @Test
  void ageLimit_ofTheCallerIsKept() {
    put(key(1), answer("x"));
    write();
    time.advance(Duration.ofSeconds(60));

    assertThat(cache.answers().findInMemory(key(1), Duration.ofSeconds(60))).isNotNull();
    assertThat(cache.answers().findInMemory(key(1), Duration.ofSeconds(59))).isNull();
    restart();
    assertThat(cache.answers().findOnDisk(key(1), Duration.ofSeconds(59))).isNull();
    assertThat(cache.answers().findOnDisk(key(1), Duration.ofSeconds(60))).isNotNull();
  }

  @Test
  void newerAnswer_takesTheOlderOnesPlace() {
    put(key(1), answer("old"));
    write();
    Answer renewed = answer("new");
    put(key(1), renewed);
    write();
    restart();

    assertThat(cache.answers().findOnDisk(key(1), null).answer()).isEqualTo(renewed);
  }

  @Test
  void keyThatIsNotOnDisk_costsNoRead() {
    put(key(1), answer("x"));
    write();
    restart();
    for (int i = 1_000; i < 1_100; i++) {
      assertThat(cache.answers().findOnDisk(random(i), null)).isNull();
    }

    assertThat(store.finds.get()).isLessThan(10);
    assertThat(cache.answers().findOnDisk(key(1), null)).isNotNull();
  }

  private static CallKey random(int seed) {
    Random random = new Random(seed);
    return new CallKey(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  // What is kept.

  @Test
  void onlyFinishedAnswers_areKept() {
    for (FinishReason reason : FinishReason.values()) {
      if (reason == FinishReason.UNRECOGNIZED) {
        continue;
      }
      boolean finished =
          reason == FinishReason.FINISH_REASON_STOP
              || reason == FinishReason.FINISH_REASON_TOOL_CALLS;
      Answer answer = Samples.answer("x", reason, "p", "m", time.now());
      put(key(reason.getNumber()), answer);
      assertThat(CacheRules.cacheable(answer)).as(reason.name()).isEqualTo(finished);
      assertThat(cache.answers().findInMemory(key(reason.getNumber()), null) != null)
          .as(reason.name())
          .isEqualTo(finished);
    }
  }

  @Test
  void refusalOrSilence_isNotKept() {
    ChatMessage refusal =
        ChatMessage.newBuilder()
            .addParts(ContentPart.newBuilder().setRefusal(RefusalPart.newBuilder().setText("no")))
            .build();
    Completion stopped = answer("x").completion().toBuilder().clearAlternatives().build();

    assertThat(CacheRules.cacheable(with(stopped.toBuilder().setMessage(refusal)))).isFalse();
    assertThat(CacheRules.cacheable(with(stopped.toBuilder().clearMessage()))).isFalse();
    assertThat(CacheRules.cacheable(with(stopped.toBuilder().addAlternatives(of(refusal)))))
        .isFalse();
    assertThat(
            CacheRules.cacheable(
                with(stopped.toBuilder().addAlternatives(of(stopped.getMessage())))))
        .isTrue();
  }

  private static Candidate of(ChatMessage message) {
    return Candidate.newBuilder()
        .setMessage(message)
        .setFinishReason(FinishReason.FINISH_REASON_STOP)
        .build();
  }

  private Answer with(Completion.Builder completion) {
    Answer sample = answer("x");
    return new Answer(
        completion.build(),
        sample.provider(),
        sample.model(),
        sample.usage(),
        sample.cost(),
        sample.created(),
        sample.took());
  }

  @Test
  void answerLargerThanAllowed_isNotKept() {
    put(key(1), answer("x".repeat(1 << 16)));

    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
    assertThat(cache.writes().waiting()).isZero();
  }

  // Invalidation.

  @Test
  void invalidation_removesFromAllTiersAndCountsEachAnswerOnce() throws Exception {
    put(key(1), answer("on disk only"));
    write();
    restart();
    put(key(2), answer("on both"));
    write();
    put(key(3), answer("waiting"));
    cache.answers().put(key(4), new EntryOwner("rival", null), answer("not ours"), TEN_MINUTES, 0);

    assertThat(cache.invalidate("acme", new Selector.All())).isEqualTo(3);
    for (int i = 1; i <= 3; i++) {
      assertThat(cache.answers().findInMemory(key(i), null)).isNull();
      assertThat(cache.answers().findOnDisk(key(i), null)).isNull();
    }
    assertThat(cache.answers().findInMemory(key(4), null)).isNotNull();
    write();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isEqualTo(1);
  }

  @Test
  void selectors_takeWhatTheySay() throws Exception {
    cache
        .answers()
        .put(
            key(1),
            FLEET,
            Samples.answer("x", FinishReason.FINISH_REASON_STOP, "p", "small", time.now()),
            TEN_MINUTES,
            0);
    cache.answers().put(key(2), new EntryOwner("acme", "alice"), answer("x"), TEN_MINUTES, 0);
    put(key(3), answer("x"));
    time.advance(Duration.ofSeconds(60));
    put(key(4), answer("x"));

    assertThat(cache.invalidate("acme", new Selector.ByModel("p", "small"))).isEqualTo(1);
    assertThat(cache.invalidate("acme", new Selector.ByAgent("alice"))).isEqualTo(1);
    assertThat(cache.invalidate("acme", new Selector.OlderThan(Duration.ofSeconds(59))))
        .isEqualTo(1);
    assertThat(cache.invalidate("acme", new Selector.ByHash(key(9).hash()))).isZero();
    assertThat(cache.invalidate("acme", new Selector.ByHash(key(4).hash()))).isEqualTo(1);
    for (int i = 1; i <= 4; i++) {
      assertThat(cache.answers().findInMemory(key(i), null)).isNull();
    }
  }

  @Test
  void flightFromBeforeAnInvalidation_storesNothingItForbids() throws Exception {
    long before = cache.answers().epoch();
    cache.invalidate("acme", new Selector.ByModel("openai", "gpt"));

    cache.answers().put(key(1), FLEET, answer("x"), TEN_MINUTES, before);
    cache
        .answers()
        .put(
            key(2),
            FLEET,
            Samples.answer("x", FinishReason.FINISH_REASON_STOP, "openai", "other", time.now()),
            TEN_MINUTES,
            before);
    cache.answers().put(key(3), new EntryOwner("rival", null), answer("x"), TEN_MINUTES, before);
    cache.answers().put(key(4), FLEET, answer("x"), TEN_MINUTES, cache.answers().epoch());

    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
    assertThat(cache.answers().findInMemory(key(2), null)).isNotNull();
    assertThat(cache.answers().findInMemory(key(3), null)).isNotNull();
    assertThat(cache.answers().findInMemory(key(4), null)).isNotNull();
  }

  @Test
  void flightFromBeforeManyInvalidations_storesNothing() throws Exception {
    long before = cache.answers().epoch();
    for (int i = 0; i <= Invalidations.KEPT; i++) {
      cache.invalidate("acme", new Selector.ByHash(key(1_000 + i).hash()));
    }
    cache.answers().put(key(1), FLEET, answer("x"), TEN_MINUTES, before);
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
  }

  @Test
  void rowThatCouldNotBeDeleted_isNotServed() throws Exception {
    put(key(1), answer("x"));
    write();
    restart();
    store.fault = new IOException("disk gone");
    assertThatThrownBy(() -> cache.invalidate("acme", new Selector.All()))
        .isInstanceOf(IOException.class);
    store.fault = null;

    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
  }

  private boolean evict(CallKey key) throws Exception {
    return cache.answers().evict("acme", key.hash());
  }

  @Test
  void answerReportedBad_leavesEveryTier() throws Exception {
    put(key(1), answer("on disk only"));
    write();
    restart();
    put(key(2), answer("on both"));
    write();
    put(key(3), answer("waiting"));

    for (int i = 1; i <= 3; i++) {
      assertThat(evict(key(i))).isTrue();
      assertThat(evict(key(i))).isFalse();
      assertThat(cache.answers().findInMemory(key(i), null)).isNull();
      assertThat(cache.answers().findOnDisk(key(i), null)).isNull();
    }
    write();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isZero();
    assertThat(evict(key(1))).isFalse();
  }

  @Test
  void answerWaitingForTheDiskAlone_isEvicted() throws Exception {
    cache = cache(settings(1, 1 << 20, 1 << 16));
    put(key(1), answer("too much for the memory"));
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();

    assertThat(evict(key(1))).isTrue();
    write();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isZero();
  }

  @Test
  void answerWhoseDeletionIsWrittenMeanwhile_isNotEvictedTwice() throws Exception {
    put(key(1), answer("x"));
    write();
    assertThat(evict(key(1))).isTrue();

    store.afterFound = this::write;
    assertThat(evict(key(1))).isFalse();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isZero();
  }

  @Test
  void answerOfAnotherTenant_isNotEvicted() throws Exception {
    cache.answers().put(key(1), new EntryOwner("rival", null), answer("x"), TEN_MINUTES, 0);
    assertThat(evict(key(1))).isFalse();
    write();
    restart();
    assertThat(evict(key(1))).isFalse();

    assertThat(cache.answers().findOnDisk(key(1), null)).isNotNull();
  }

  @Test
  void hashThatIsNone_evictsNothing() throws Exception {
    put(key(0), answer("x"));

    for (String hash : List.of("", "0", "zzzzzzzzzzzzzzzz", "00000000000000000", "' OR 1=1 -- 7")) {
      assertThat(cache.answers().evict("acme", hash)).isFalse();
    }
    assertThat(cache.answers().findInMemory(key(0), null)).isNotNull();
  }

  @Test
  void manyEvictions_keepNoFlightFromStoringItsAnswer() throws Exception {
    long before = cache.answers().epoch();
    for (int i = 0; i <= 2 * Invalidations.KEPT; i++) {
      assertThat(evict(key(1_000 + i))).isFalse();
    }
    cache.answers().put(key(1), FLEET, answer("x"), TEN_MINUTES, before);

    assertThat(cache.answers().findInMemory(key(1), null)).isNotNull();
  }

  @Test
  void evictionFromABrokenStore_saysSoUnlessMemoryKnowsTheAnswer() throws Exception {
    put(key(1), answer("x"));
    store.fault = new IOException("disk gone");

    assertThat(evict(key(1))).isTrue();
    assertThatThrownBy(() -> evict(key(2))).isInstanceOf(IOException.class);
  }

  @Test
  void answerReportedBadWhileItIsRead_doesNotComeBack() {
    put(key(1), answer("x"));
    write();
    restart();
    tidy();
    store.afterRead = () -> assertThatCode(() -> evict(key(1))).doesNotThrowAnyException();

    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
  }

  @Test
  void keysWithOneHash_areNeverMixed() throws Exception {
    CallKey one = new CallKey(7, 1, 1, 1);
    CallKey other = new CallKey(7, 2, 2, 2);
    Answer answer = answer("one");
    put(one, answer);
    assertThat(cache.answers().findInMemory(other, null)).isNull();
    put(other, answer("other"));
    write();

    assertThat(cache.answers().findInMemory(one, null)).isNull();
    assertThat(cache.answers().findOnDisk(one, null).answer()).isEqualTo(answer);
  }

  // Bounds and expiry.

  @Test
  void memory_isBoundedInBytes() {
    cache = cache(settings(100_000, 1 << 20, 1 << 20));
    for (int i = 0; i < 500; i++) {
      put(key(i), answer("x".repeat(1_000)));
    }
    CacheMetrics.Tier memory = cache.metrics().memory();
    assertThat(memory.bytes()).isLessThanOrEqualTo(100_000).isGreaterThan(50_000);
    assertThat(memory.entries()).isBetween(20L, 60L);
    assertThat(memory.evictions()).isEqualTo(500 - memory.entries());
    assertThat(memory.limitBytes()).isEqualTo(100_000);
  }

  @Test
  void disk_isBoundedInBytesAndKeepsWhatLivesLongest() throws Exception {
    cache = cache(settings(1 << 20, 20_000, 1 << 20));
    for (int i = 0; i < 100; i++) {
      cache
          .answers()
          .put(
              key(i),
              FLEET,
              answer("x".repeat(500)),
              TEN_MINUTES.plusSeconds(i),
              cache.answers().epoch());
    }
    while (cache.writes().waiting() > 0) {
      write();
      tidy();
    }
    CacheMetrics.Tier disk = cache.metrics().disk();
    assertThat(disk.bytes()).isLessThanOrEqualTo(20_000).isGreaterThan(15_000);
    assertThat(disk.evictions()).isEqualTo(100 - disk.entries());
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(99)))).isNotNull();
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(0)))).isNull();
  }

  @Test
  void expiredRows_arePurgedInSmallSteps() throws Exception {
    for (int i = 0; i < 25; i++) {
      put(key(i), answer("x"));
    }
    write();
    write();
    time.advance(TEN_MINUTES);

    assertThat(cache.writes().tidy()).isTrue();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isEqualTo(15);
    tidy();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isZero();
  }

  @Test
  void answerThatExpiredWhileWaiting_isNotWritten() throws Exception {
    put(key(1), answer("x"));
    time.advance(TEN_MINUTES);
    write();

    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isZero();
    assertThat(cache.writes().waiting()).isZero();
  }

  // Trouble.

  @Test
  void fullDisk_dropsWritesPastTheBoundAndCatchesUp() throws Exception {
    tidy();
    store.writeFault = new IOException("disk full");
    for (int i = 0; i < 200; i++) {
      put(key(i), answer("x".repeat(500)));
      assertThat(cache.answers().findInMemory(key(i), null)).isNotNull();
    }
    assertThat(cache.writes().write()).isFalse();
    CacheMetrics metrics = cache.metrics();
    assertThat(metrics.trouble()).contains("disk full");
    assertThat(metrics.pendingWrites()).isPositive();
    assertThat(metrics.droppedWrites()).isEqualTo(200 - metrics.pendingWrites());

    store.writeFault = null;
    while (cache.writes().waiting() > 0) {
      write();
    }
    assertThat(cache.metrics().trouble()).isNull();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isEqualTo(metrics.pendingWrites());
  }

  @Test
  void droppedAnswer_isNotReplacedByTheOneBefore() {
    put(key(1), answer("old"));
    write();
    for (int i = 2; i < 200; i++) {
      put(key(i), answer("x".repeat(500)));
    }
    put(key(1), answer("x".repeat(500)));
    assertThat(cache.metrics().droppedWrites()).isPositive();
    while (cache.writes().waiting() > 0) {
      write();
    }
    restart();

    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
  }

  @Test
  void shortLivedAnswer_doesNotUncoverTheOneBefore() {
    put(key(1), answer("old"));
    write();
    cache
        .answers()
        .put(key(1), FLEET, answer("new"), Duration.ofSeconds(1), cache.answers().epoch());
    time.advance(Duration.ofSeconds(2));
    write();

    assertThat(cache.answers().findInMemory(key(1), null)).isNull();
    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
  }

  @Test
  void storeThatFailsToRead_isAMissAndLeftAloneForAWhile() {
    put(key(1), answer("x"));
    write();
    restart();
    store.fault = new IOException("disk gone");
    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
    assertThat(store.finds).hasValue(1);
    assertThat(cache.metrics().trouble()).contains("disk gone");

    store.fault = null;
    time.advance(DiskReads.PAUSE_AFTER_FAILURE);
    assertThat(cache.answers().findOnDisk(key(1), null)).isNotNull();
    assertThat(cache.metrics().trouble()).isNull();
  }

  @Test
  void frozenStore_holdsUpNobody() throws Exception {
    put(key(1), answer("x"));
    write();
    ResponseCache frozen =
        new ResponseCache(
            SETTINGS, store, Time.SYSTEM, new Random(1), Thread.ofPlatform().daemon().factory());
    CountDownLatch gate = new CountDownLatch(1);
    store.hang = gate;
    frozen.start();
    try {
      assertThat(frozen.answers().findOnDisk(key(1), null)).isNull();
      frozen
          .answers()
          .put(
              key(2),
              FLEET,
              Samples.answer("y", Instant.now()),
              TEN_MINUTES,
              frozen.answers().epoch());
      assertThat(frozen.answers().findInMemory(key(2), null)).isNotNull();
      assertThat(frozen.firstAnswers().put(key(3), key(2), FLEET, answer("y"))).isFalse();
      assertThat(frozen.firstAnswers().find(key(3))).isNotNull();
      assertThat(frozen.metrics().trouble()).isNotNull();
    } finally {
      store.hang = null;
      gate.countDown();
      frozen.close();
    }
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(2)))).isNotNull();
    assertThat(forEnd(store.inner.find(Shelf.REPEATS, key(3)))).isNotNull();
  }

  @Test
  void faultOfTheCode_isTroubleAndDoesNotEndTheWriter() throws Exception {
    store.bug = new IllegalStateException("planted by the test");
    try (ResponseCache running =
        new ResponseCache(
            SETTINGS, store, Time.SYSTEM, new Random(1), Thread.ofPlatform().daemon().factory())) {
      running.start();
      Awaitility.await()
          .untilAsserted(() -> assertThat(running.metrics().trouble()).contains("fault"));
      store.bug = null;
      running.answers().put(key(1), FLEET, Samples.answer("x", Instant.now()), TEN_MINUTES, 0);
      Awaitility.await()
          .untilAsserted(() -> {
            assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(1)))).isNotNull();
            assertThat(running.metrics().trouble()).isNull();
          });
      assertThat(running.metrics().droppedWrites()).isZero();
    }
  }

  @Test
  void answerThatCannotBeWritten_isGivenUpAloneAndUncoversNothing() throws Exception {
    put(key(2), answer("old"));
    write();
    Answer whole = answer("x");
    Answer broken =
        new Answer(
            whole.completion(),
            whole.provider(),
            whole.model(),
            whole.usage(),
            null,
            whole.created(),
            whole.took());
    put(key(1), whole);
    put(key(2), broken);
    put(key(3), whole);
    assertThat(cache.writes().write()).isFalse();
    assertThat(cache.metrics().trouble()).contains("fault");
    boolean fine = true;
    while (cache.writes().waiting() > 0) {
      fine &= cache.writes().write();
    }

    assertThat(fine).isFalse();
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(1)))).isNotNull();
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(2)))).isNull();
    assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(3)))).isNotNull();
    assertThat(cache.metrics().droppedWrites()).isEqualTo(1);
    assertThat(cache.metrics().trouble()).isNull();
  }

  @Test
  void faultWhileTidying_isTroubleUntilItIsOver() {
    store.bug = new IllegalStateException("planted by the test");
    assertThat(cache.writes().tidy()).isFalse();
    assertThat(cache.metrics().trouble()).contains("fault");
    store.bug = null;
    tidy();

    assertThat(cache.metrics().trouble()).isNull();
  }

  @Test
  void rowFromBeforeAnswersKnewHowLongTheyTook_isReadAndSaysNone() throws Exception {
    byte[] older =
        HexFormat.of()
            .parseHex(
                "01208f7b370a100a0c080412080a060a046b657074100112066f70656e61691a036770742204080a2814"
                    + "2a1c080110d2092a156f70656e61692f67707440323032362d30312d3031320608c0d490cd06");

    Answer read = AnswerCodec.decode(key(1), older);

    Answer today = answer("kept");
    assertThat(read.completion()).isEqualTo(today.completion());
    assertThat(read.usage()).isEqualTo(today.usage());
    assertThat(read.cost()).isEqualTo(today.cost());
    assertThat(read.took()).isZero();
    assertThat(AnswerCodec.decode(key(1), AnswerCodec.encode(key(1), today))).isEqualTo(today);
  }

  @Test
  void damagedRow_isAMissAndDeleted() throws Exception {
    put(key(1), answer("x"));
    write();
    Row row = forEnd(store.inner.find(Shelf.RESPONSES, key(1)));
    for (int i = 0; i < row.answer().length; i++) {
      byte[] damaged = row.answer().clone();
      damaged[i] ^= 0x40;
      forEnd(store.inner.write(List.of(change(row, damaged))));
      restart();
      assertThat(cache.answers().findOnDisk(key(1), null)).as("byte " + i).isNull();
      assertThat(cache.metrics().unreadable()).isEqualTo(1);
      write();
      assertThat(forEnd(store.inner.find(Shelf.RESPONSES, key(1)))).isNull();
    }
    forEnd(store.inner.write(List.of(change(row, new byte[3]))));
    restart();
    assertThat(cache.answers().findOnDisk(key(1), null)).isNull();
  }

  @Test
  void rowOfAnotherKey_isUnreadable() throws Exception {
    put(key(1), answer("x"));
    write();
    Row row = forEnd(store.inner.find(Shelf.RESPONSES, key(1)));
    Row moved =
        new Row(
            key(2),
            row.owner(),
            row.provider(),
            row.model(),
            null,
            row.created(),
            row.expires(),
            row.answer());
    forEnd(store.inner.write(List.of(new ResponseStore.Change.Put(Shelf.RESPONSES, moved))));
    restart();

    assertThat(cache.answers().findOnDisk(key(2), null)).isNull();
    assertThat(cache.metrics().unreadable()).isEqualTo(1);
  }

  private static ResponseStore.Change change(Row row, byte[] answer) {
    return new ResponseStore.Change.Put(
        Shelf.RESPONSES,
        new Row(
            row.key(),
            row.owner(),
            row.provider(),
            row.model(),
            row.body(),
            row.created(),
            row.expires(),
            answer));
  }

  // Failures.

  @Test
  void deterministicFailure_isRememberedForAShortWhile() {
    cache.failures().put(key(1), FLEET, Samples.MALFORMED);

    assertThat(cache.failures().find(key(1))).isEqualTo(Samples.MALFORMED);
    time.advance(Duration.ofSeconds(23));
    assertThat(cache.failures().find(key(1))).isNotNull();
    time.advance(Duration.ofSeconds(14));
    assertThat(cache.failures().find(key(1))).isNull();
  }

  @Test
  void failuresOfOneMoment_doNotEndTogether() {
    for (int i = 0; i < 100; i++) {
      cache.failures().put(key(i), FLEET, Samples.MALFORMED);
    }
    time.advance(Duration.ofSeconds(30));
    long left = 0;
    for (int i = 0; i < 100; i++) {
      left += cache.failures().find(key(i)) == null ? 0 : 1;
    }
    assertThat(left).isBetween(20L, 80L);
  }

  @Test
  void failureThatMayPass_isNotRemembered() {
    cache.failures().put(key(1), FLEET, Samples.OVERLOADED);
    cache
        .failures()
        .put(
            key(2),
            FLEET,
            new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_REFUSED, "would rather not"));

    assertThat(cache.failures().find(key(1))).isNull();
    assertThat(cache.failures().find(key(2))).isNull();
  }

  @Test
  void failures_areForgottenWithAllAnswers() throws Exception {
    cache.failures().put(key(1), FLEET, Samples.MALFORMED);
    cache.failures().put(key(2), FLEET, Samples.MALFORMED);
    cache.invalidate("acme", new Selector.ByModel("openai", "gpt"));
    cache.invalidate("acme", new Selector.ByHash(key(1).hash()));
    assertThat(cache.failures().find(key(1))).isNull();
    assertThat(cache.failures().find(key(2))).isNotNull();
    cache.invalidate("acme", new Selector.All());
    assertThat(cache.failures().find(key(2))).isNull();
  }

  @Test
  void failuresOfOtherTenants_areKept() throws Exception {
    cache.failures().put(key(1), new EntryOwner("rival", null), Samples.MALFORMED);
    cache.invalidate("acme", new Selector.ByHash(key(1).hash()));
    cache.invalidate("acme", new Selector.All());
    assertThat(cache.failures().find(key(1))).isNotNull();
    cache.invalidate("rival", new Selector.ByHash(key(1).hash()));
    assertThat(cache.failures().find(key(1))).isNull();
  }

  @Test
  void failures_areBounded() {
    for (int i = 0; i < 1_000; i++) {
      cache.failures().put(key(i), FLEET, Samples.MALFORMED);
    }
    assertThat(cache.metrics().failures()).isLessThanOrEqualTo(100);
  }

  // Repeats.

  @Test
  void firstAnswer_isGivenForADay() {
    Answer first = answer("first");
    cache.firstAnswers().putBehind(key(9), key(1), FLEET, first);
    cache.firstAnswers().putBehind(key(9), key(1), FLEET, answer("second"));

    assertThat(cache.firstAnswers().findInMemory(key(9)))
        .isEqualTo(new Repeat(key(1), first, Duration.ZERO));
    write();
    time.advance(Duration.ofHours(23));
    restart();
    assertThat(cache.firstAnswers().findInMemory(key(9))).isNull();
    assertThat(cache.firstAnswers().mayBeOnDisk(key(9))).isTrue();
    assertThat(cache.firstAnswers().find(key(9)))
        .isEqualTo(new Repeat(key(1), first, Duration.ofHours(23)));
    time.advance(Duration.ofHours(1));
    assertThat(cache.firstAnswers().findInMemory(key(9))).isNull();
    assertThat(cache.firstAnswers().find(key(9))).isNull();
  }

  @Test
  void truncatedAnswer_isGivenAgainToItsRequestId() {
    Answer cut = Samples.answer("x", FinishReason.FINISH_REASON_LENGTH, "p", "m", time.now());
    cache.firstAnswers().putBehind(key(9), key(1), FLEET, cut);

    assertThat(cache.firstAnswers().find(key(9)).answer()).isEqualTo(cut);
  }

  @Test
  void repeats_outliveAnInvalidation() throws Exception {
    cache.firstAnswers().putBehind(key(9), key(1), FLEET, answer("x"));
    write();
    cache.invalidate("acme", new Selector.All());
    restart();

    assertThat(cache.firstAnswers().find(key(9))).isNotNull();
  }

  @Test
  void unknownRequestId_needsNoLookOnDisk() {
    restart();
    assertThat(cache.firstAnswers().mayBeOnDisk(key(9))).isFalse();
    assertThat(cache.firstAnswers().find(key(9))).isNull();
    assertThat(store.finds).hasValue(0);
  }

  @Test
  void noteOfARepeat_isDurableWhenItReturns() throws Exception {
    try (ResponseCache running =
        new ResponseCache(
            SETTINGS, store, Time.SYSTEM, new Random(1), Thread.ofPlatform().daemon().factory())) {
      running.start();
      Awaitility.await()
          .untilAsserted(() ->
              assertThat(running.firstAnswers().put(key(9), key(1), FLEET, answer("x"))).isTrue());
      assertThat(forEnd(store.inner.find(Shelf.REPEATS, key(9)))).isNotNull();
    }
  }

  @Test
  void closing_writesWhatWaits() throws Exception {
    AtomicInteger started = new AtomicInteger();
    try (ResponseCache running =
        new ResponseCache(
            SETTINGS,
            store,
            Time.SYSTEM,
            new Random(1),
            work -> {
              started.incrementAndGet();
              return Thread.ofPlatform().daemon().unstarted(work);
            })) {
      running.start();
      for (int i = 0; i < 40; i++) {
        running.answers().put(key(i), FLEET, Samples.answer("x", Instant.now()), TEN_MINUTES, 0);
      }
    }
    assertThat(started.get()).isPositive();
    assertThat(forEnd(store.inner.size(Shelf.RESPONSES)).rows()).isEqualTo(40);
  }

  @Test
  void lookUps_areCountedByTier() throws Exception {
    put(key(1), answer("x"));
    var _ = cache.answers().findInMemory(key(1), null);
    var _ = cache.answers().findInMemory(key(2), null);
    var _ = cache.answers().findOnDisk(key(2), null);
    write();
    restart();
    var _ = cache.answers().findOnDisk(key(1), null);

    assertThat(cache.metrics().disk().hits()).isEqualTo(1);
    assertThat(cache.metrics().memory().misses()).isZero();
    assertThat(cache.metrics().disk().entries()).isEqualTo(1);
    assertThat(cache.metrics().disk().bytes())
        .isEqualTo(forEnd(store.inner.size(Shelf.RESPONSES)).bytes());
  }
}
