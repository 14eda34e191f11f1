package dev.admiral.optimizer.ledger;

import static dev.admiral.optimizer.ledger.LedgerEntries.NOON;
import static dev.admiral.optimizer.ledger.LedgerEntries.entry;
import static dev.admiral.optimizer.ledger.LedgerEntries.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.DurableRecord.Log;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.ledger.ReportQuery.Grouping;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.Source;
import java.lang.Thread.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final Duration WAIT = Duration.ofMillis(1_500);
  private static final Caller CALLER = new Caller("t", "a", "", false);
  private static final Ledger.Settings IMPATIENT =
      new Ledger.Settings(Duration.ofMillis(20), 3, Duration.ofSeconds(1));

  private static final Set<State> WAITING = Set.of(State.WAITING, State.TIMED_WAITING);

  private final FaultyLedgerStore store = new FaultyLedgerStore();
  private final ManualTime time = new ManualTime(NOON);
  private final Ledger ledger = new Ledger(store, IMPATIENT, time);

  @AfterEach
  void stop() {
    store.close();
  }

  // Paid calls.

  @Test
  void enter_workingStore_isDurable() throws Exception {
    assertThat(ledger.enter(entry("1", 7))).isTrue();
    assertThat(ledger.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void enter_failingStore_isKeptAndCaughtUp() throws Exception {
    store.fail();
    assertThat(ledger.enter(entry("1", 7))).isFalse();
    assertThat(ledger.enter(entry("2", 7))).isFalse();
    time.advance(Duration.ofMinutes(1));
    assertThat(ledger.health().state()).isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
    assertThat(ledger.health().reason()).contains("memory: 2", "the disk is full");
    assertThat(ledger.health().since()).isEqualTo(NOON);

    store.work();
    ledger.flush();

    assertThat(ledger.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(ids()).containsExactly("2", "1");
  }

  @Test
  void enter_failingStore_isTriedAgainUntilItWorks() throws Exception {
    store.fail();
    ledger.enter(entry("1", 7));
    ledger.flush();
    ledger.flush();
    assertThat(ledger.health().backlog()).isEqualTo(1);

    store.work();
    ledger.flush();
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void enter_frozenStore_returnsAndIsWrittenOnce() throws Exception {
    store.freeze();
    assertThat(ledger.enter(entry("1", 7))).isFalse();
    ledger.flush();
    ledger.flush();
    assertThat(store.writings()).isEqualTo(1);

    store.work();
    ledger.flush();
    assertThat(ledger.health().backlog()).isZero();
    assertThat(store.writings()).isEqualTo(1);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void enter_frozenStoreThatFailsLater_isWrittenAgain() throws Exception {
    store.freeze();
    ledger.enter(entry("1", 7));
    store.giveUp();
    ledger.flush();
    assertThat(ledger.health().backlog()).isEqualTo(1);

    store.work();
    ledger.flush();
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void enter_failingStore_recordsArriveWithTheirEntryOnce() throws Exception {
    DurableRecord spent = LedgerEntries.record(Log.OUTBOX, "e1", "spent");
    DurableRecord changed = LedgerEntries.record(Log.AUDIT, "a1", "changed");
    DurableRecord later = LedgerEntries.record(Log.OUTBOX, "e2", "spent");
    store.fail();
    assertThat(ledger.enter(new UnitOfWork(entry("1", 7), List.of(spent, changed)))).isFalse();
    assertThat(ledger.enter(new UnitOfWork(entry("2", 7), List.of(later)))).isFalse();
    ledger.flush();
    assertThat(records(Log.OUTBOX)).isEmpty();

    store.work();
    int before = store.writings();
    ledger.flush();
    ledger.flush();

    assertThat(store.writings()).as("each unit is written once").isEqualTo(before + 2);
    assertThat(ids()).containsExactly("2", "1");
    assertThat(records(Log.OUTBOX)).containsExactly(spent, later);
    assertThat(records(Log.AUDIT)).containsExactly(changed);
  }

  @Test
  void enter_frozenStore_recordsArriveWithTheirEntryOnce() throws Exception {
    DurableRecord spent = LedgerEntries.record(Log.OUTBOX, "e1", "spent");
    store.freeze();
    assertThat(ledger.enter(new UnitOfWork(entry("1", 7), List.of(spent)))).isFalse();
    store.giveUp();
    ledger.flush();

    store.work();
    ledger.flush();

    assertThat(ids()).containsExactly("1");
    assertThat(records(Log.OUTBOX)).containsExactly(spent);
  }

  @Test
  void enter_behindOthers_doesNotOvertakeThem() throws Exception {
    store.freeze();
    ledger.enter(entry("1", 7));
    ledger.enter(entry("2", 7));
    assertThat(store.writings()).isEqualTo(1);

    store.work();
    ledger.flush();
    assertThat(ids()).containsExactly("2", "1");
  }

  @Test
  void enter_moreThanAChunkBehind_catchesUpWithAllInOrder() throws Exception {
    store.fail();
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      ledger.enter(entry("id" + i, i));
      newestFirst.addFirst("id" + i);
    }
    store.work();
    ledger.flush();

    assertThat(ids()).containsExactlyElementsOf(newestFirst);
  }

  @Test
  void enter_storeIsBackUnderLoadThatNeverRests_isDurableAgain() throws Exception {
    Ledger ledger = new Ledger(store, Ledger.Settings.DEFAULT, time);
    store.fail();
    ledger.enter(entry("first", 1));
    LongAdder entered = new LongAdder();
    AtomicBoolean durable = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> callers = new ArrayList<>();
    for (String caller : List.of("a", "b")) {
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; !durable.get() && !over.get(); i++) {
                  while (!ledger.accepting() && !over.get()) {
                    Thread.onSpinWait();
                  }
                  entered.increment();
                  durable.compareAndSet(false, ledger.enter(entry(caller + i, 1)));
                }
              }));
    }
    await().until(() -> !ledger.accepting());

    store.work();
    for (int flushes = 0; flushes < 3 && !durable.get(); flushes++) {
      ledger.flush();
    }
    over.set(true);
    for (Thread caller : callers) {
      caller.join();
    }

    assertThat(durable).isTrue();
    ledger.flush();
    assertThat(ledger.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(total().exactCalls()).isEqualTo(1 + entered.sum());
  }

  @Test
  void longBacklog_isGivenInRoundsThatTheQueueHolds() throws Exception {
    Ledger patient =
        new Ledger(
            store,
            new Ledger.Settings(Duration.ofSeconds(10), 1_000_000, Duration.ofSeconds(1)),
            Time.SYSTEM);
    store.fail();
    for (int i = 0; i < 50_000; i++) {
      patient.enter(entry("id" + i, 1));
    }

    store.workBehindAQueueOf(16_384);
    patient.flush();

    assertThat(patient.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(store.refused()).isZero();
    assertThat(total().exactCalls()).isEqualTo(50_000);
  }

  @Test
  void fullBacklog_refusesNewCallsButKeepsThoseUnderWay() throws Exception {
    store.fail();
    for (int i = 0; i < 3; i++) {
      assertThat(ledger.accepting()).isTrue();
      ledger.enter(entry("id" + i, 1));
    }
    assertThat(ledger.accepting()).isFalse();
    assertThat(ledger.health().state()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
    assertRefused(ledger::checkAccepting);

    ledger.enter(entry("under way", 1));
    store.work();
    ledger.flush();
    assertThat(ledger.accepting()).isTrue();
    ledger.checkAccepting();
    assertThat(ids()).hasSize(4);
  }

  @Test
  void enter_interruptedWait_isDurableAndHoldsUpNobody() throws Exception {
    store.freeze();
    Ledger patient = patient(time);
    CompletableFuture<Boolean> interruptKept = new CompletableFuture<>();
    CompletableFuture<Boolean> durable = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              Thread.currentThread().interrupt();
              durable.complete(patient.enter(entry("1", 7)));
              interruptKept.complete(Thread.currentThread().isInterrupted());
            });
    // It waits for the store, interrupted or not.
    await().until(() -> store.writings() == 1 && caller.getState() == State.TIMED_WAITING);
    assertThat(patient.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);

    store.work();

    assertThat(durable.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(interruptKept.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(patient.health().backlog()).isZero();
    assertThat(patient.health().state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(patient.enter(entry("2", 7))).isTrue();
    assertThat(ids()).containsExactly("2", "1");
  }

  @Test
  void close_inTheMiddleOfAFlush_waitsUntilTheSavingsAreWritten() throws Exception {
    store.freeze();
    Ledger patient = patient(new VirtualTime());
    patient.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    patient.start();
    await().until(() -> store.writings() == 1);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread closer =
        Thread.ofVirtual()
            .start(() -> {
              patient.close();
              closed.complete(null);
            });
    await().until(() -> WAITING.contains(closer.getState()) || closed.isDone());
    assertThat(closed).isNotDone();

    store.work();

    assertThat(closed).succeedsWithin(Duration.ofSeconds(30));
    assertThat(total().savedCalls()).isEqualTo(1);
  }

  @Test
  void close_writesTheBacklogAndSavings() throws Exception {
    store.fail();
    ledger.enter(entry("1", 7));
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    store.work();
    ledger.close();

    assertThat(ids()).containsExactly("1");
    assertThat(total().savedCalls()).isEqualTo(1);
  }

  // Savings.

  @Test
  void saved_isInTheNextReport() throws Exception {
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_COALESCED, WAIT);
    ledger.saved(CALLER, answer(new Cost.Unknown()), Source.SOURCE_COALESCED, WAIT);

    assertThat(total().savedCalls()).isEqualTo(3);
    assertThat(total().saved()).isEqualTo(new Money(10));
    assertThat(total().savedTime()).isEqualTo(WAIT.multipliedBy(3));
    assertThat(total().exactCalls()).isZero();
  }

  @Test
  void saved_belongsToTheDayOfTheCall() throws Exception {
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    time.advance(Duration.ofHours(12));
    ledger.saved(CALLER, answer(known(7, false)), Source.SOURCE_MEMORY, WAIT);

    Report report = ledger.report(query(Grouping.DAY));
    assertThat(report.rows())
        .extracting(Report.Row::group, row -> row.saved().picoUsd())
        .containsExactly(tuple("2026-05-04", 5L), tuple("2026-05-05", 7L));
  }

  @Test
  void saved_failedWriting_isWrittenWithTheNext() throws Exception {
    store.fail();
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    ledger.flush();
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    store.work();
    ledger.flush();

    assertThat(total().savedCalls()).isEqualTo(2);
  }

  @Test
  void saved_frozenWriting_isNotWrittenTwice() throws Exception {
    store.freeze();
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    ledger.flush();
    ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
    ledger.flush();
    store.work();

    assertThat(total().savedCalls()).isEqualTo(2);
    assertThat(total().saved()).isEqualTo(new Money(10));
  }

  @Test
  void saved_daysLater_isStillCountedOnce() throws Exception {
    for (int day = 0; day < 5; day++) {
      ledger.saved(CALLER, answer(known(5, false)), Source.SOURCE_MEMORY, WAIT);
      ledger.flush();
      ledger.flush();
      time.advance(Duration.ofDays(1));
    }
    assertThat(total().savedCalls()).isEqualTo(5);
    assertThat(ledger.report(query(Grouping.DAY)).rows()).hasSize(5);
  }

  @Test
  void saved_byManyThreadsDuringFlushes_losesAndDoublesNone() throws Exception {
    int threads = 8;
    int each = 20_000;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Caller caller = new Caller("t", "agent" + t % 3, "", false);
      Thread.ofPlatform()
          .start(() -> {
            for (int i = 0; i < each; i++) {
              ledger.saved(caller, answer(known(3, false)), Source.SOURCE_MEMORY, WAIT);
            }
            done.countDown();
          });
    }
    while (done.getCount() > 0) {
      ledger.flush();
    }
    assertThat(total().savedCalls()).isEqualTo((long) threads * each);
    assertThat(total().saved()).isEqualTo(new Money(3L * threads * each));
  }

  // Reports and pages.

  @Test
  void report_ofAgents_isDearestFirstAndTotalled() throws Exception {
    Usage usage = Usage.reported(1, 1);
    ledger.enter(LedgerEntries.entry("1", "c", "cheap", NOON, usage, known(1, false)));
    ledger.enter(LedgerEntries.entry("2", "c", "dear", NOON, usage, known(9, true)));
    ledger.enter(LedgerEntries.entry("3", "c", "dear", NOON, usage, new Cost.Unknown()));

    Report report = ledger.report(query(Grouping.AGENT));
    assertThat(report.rows()).extracting(Report.Row::group).containsExactly("dear", "cheap");
    assertThat(report.total().exact()).isEqualTo(new Money(1));
    assertThat(report.total().estimated()).isEqualTo(new Money(9));
    assertThat(report.total().unpricedCalls()).isEqualTo(1);
    assertThat(report.total().group()).isEmpty();
  }

  @Test
  void report_brokenStore_saysSo() {
    store.fail();
    assertRefused(() -> ledger.report(query(Grouping.ALL)));
  }

  @Test
  void pages_tellEveryEntryOnce() throws Exception {
    for (int i = 0; i < 25; i++) {
      ledger.enter(entry("id" + i, 1));
    }
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      EntryPage page = ledger.entries(everything(), 10, token);
      page.entries().forEach(e -> seen.add(e.id()));
      token = page.nextPageToken();
    } while (!token.isEmpty());

    assertThat(seen).doesNotHaveDuplicates().hasSize(25).startsWith("id24").endsWith("id0");
  }

  @Test
  void pageOfExactlyTheRest_endsTheList() throws Exception {
    ledger.enter(entry("1", 1));
    ledger.enter(entry("2", 1));

    assertThat(ledger.entries(everything(), 2, "").nextPageToken()).isEmpty();
    assertThat(ledger.entries(everything(), 0, "").entries()).hasSize(2);
    assertThat(ledger.entries(everything(), Integer.MAX_VALUE, "").entries()).hasSize(2);
  }

  @Test
  void foreignPageToken_isRefused() throws Exception {
    ledger.enter(entry("1", 1));
    ledger.enter(entry("2", 1));
    String token = ledger.entries(everything(), 1, "").nextPageToken();
    EntryQuery other = new EntryQuery("t", null, null, "b", "");

    assertThatThrownBy(() -> ledger.entries(other, 1, token))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("page_token");
    assertThatThrownBy(() -> ledger.entries(everything(), 1, "no token!"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ledger.entries(everything(), -1, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("page_size");
  }

  private Ledger patient(Time clock) {
    return new Ledger(
        store, new Ledger.Settings(Duration.ofDays(1), 3, Duration.ofSeconds(1)), clock);
  }

  private Report.Row total() throws CallException {
    return ledger.report(query(Grouping.ALL)).total();
  }

  private List<DurableRecord> records(Log log) throws Exception {
    return StoreWait.forEnd(store.records(log, 0, 100)).stream()
        .map(LedgerStore.NumberedRecord::record)
        .toList();
  }

  private List<String> ids() throws CallException {
    return ledger.entries(everything(), 1000, "").entries().stream().map(LedgerEntry::id).toList();
  }

  private static ReportQuery query(Grouping grouping) {
    return new ReportQuery("t", null, null, grouping, "");
  }

  private static EntryQuery everything() {
    return new EntryQuery("t", null, null, "", "");
  }

  private static Answer answer(Cost cost) {
    return new Answer(
        Completion.getDefaultInstance(),
        "openai",
        "gpt-4o",
        Usage.reported(1, 1),
        cost,
        NOON,
        Duration.ZERO);
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .asInstanceOf(type(CallException.class))
        .extracting(e -> e.failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE);
  }
}
