package dev.admiral.optimizer.learning;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.call.WriteSwitch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is counted, replaced, bounded and written. */
class OutcomeLogTest {
  private static final OutcomeRecord.Key SMALL = key("acme", "small", "review");

  /** Writes that are held do not end, however long one waits. */
  private static final Duration STORE_WAIT = Duration.ofMillis(5);

  private final VirtualTime time = new VirtualTime();
  private final SwitchedStore store = new SwitchedStore();
  private final OutcomeLog log = log(OutcomeLog.Settings.DEFAULT);

  @Test
  void reports_areSummedWithScoresAgentsAndTimes() {
    good("call-1", "ada", 1.0);
    time.advance(Duration.ofMinutes(3));
    bad("call-2", "bob", 0.25);
    log.report(id("call-3", "bob"), SMALL, true, OptionalDouble.empty());

    OutcomeRecord sum = only();
    assertThat(sum)
        .isEqualTo(
            new OutcomeRecord(
                SMALL,
                2,
                1,
                2,
                1_250_000_000,
                Set.of("ada", "bob"),
                VirtualTime.START,
                VirtualTime.START.plusSeconds(180)));
    assertThat(sum.meanScore()).hasValue(0.625);
  }

  @Test
  void meanScore_noneGiven_isAbsent() {
    log.report(id("call", "ada"), SMALL, true, OptionalDouble.empty());

    assertThat(only().meanScore()).isEmpty();
  }

  @Test
  void secondReport_sameCallAndAgent_replacesTheFirst() {
    good("call", "ada", 0.9);
    bad("call", "ada", 0.1);

    assertThat(only())
        .extracting(OutcomeRecord::good, OutcomeRecord::bad, OutcomeRecord::scores)
        .containsExactly(0L, 1L, 1L);
    assertThat(only().meanScore()).hasValue(0.1);
  }

  @Test
  void secondReport_ofAnotherKind_staysWhereTheFirstIsCounted() {
    good("call", "ada", 1);
    log.report(id("call", "ada"), key("acme", "large", ""), true, OptionalDouble.empty());

    assertThat(only().key()).isEqualTo(SMALL);
    assertThat(log.counted(id("call", "ada"))).contains(SMALL);
  }

  @Test
  void sameCall_ofTwoAgents_countsTwice() {
    good("call", "ada", 1);
    good("call", "bob", 1);

    assertThat(only().good()).isEqualTo(2);
  }

  @Test
  void sameCallId_ofTwoTenants_countsForEachAlone() {
    good("call", "ada", 1);
    log.report(
        new OutcomeReport.Id("globex", "call", "ada"),
        key("globex", "small", "review"),
        false,
        OptionalDouble.empty());

    assertThat(only().good()).isEqualTo(1);
    assertThat(log.query(new OutcomeQuery("globex", "", "")))
        .singleElement()
        .returns(1L, OutcomeRecord::bad);
    assertThat(log.query(new OutcomeQuery("nobody", "", ""))).isEmpty();
  }

  @Test
  void query_byProviderAndModel_givesTheirsMostReportedFirst() {
    log.report(id("1", "ada"), key("acme", "small", "review"), true, OptionalDouble.empty());
    log.report(id("2", "ada"), key("acme", "large", "plan"), true, OptionalDouble.empty());
    log.report(id("3", "ada"), key("acme", "large", "plan"), true, OptionalDouble.empty());
    log.report(id("4", "ada"), key("acme", "large", ""), true, OptionalDouble.empty());

    assertThat(log.query(new OutcomeQuery("acme", "openai", "")))
        .extracting(record -> record.key().model() + "/" + record.key().taskType())
        .containsExactly("large/plan", "large/", "small/review");
    assertThat(log.query(new OutcomeQuery("acme", "", "small"))).hasSize(1);
    assertThat(log.query(new OutcomeQuery("acme", "anthropic", ""))).isEmpty();
  }

  @Test
  void reportLetGo_staysCountedAndIsNotReplacedAnyMore() throws Exception {
    OutcomeLog bounded = log(new OutcomeLog.Settings(10, 10, 1));
    bounded.report(id("1", "ada"), SMALL, true, OptionalDouble.empty());
    bounded.report(id("2", "ada"), SMALL, true, OptionalDouble.empty());
    bounded.report(id("1", "ada"), SMALL, false, OptionalDouble.empty());

    assertThat(bounded.counted(id("2", "ada"))).isEmpty();
    assertThat(bounded.query(new OutcomeQuery("acme", "", "")))
        .singleElement()
        .returns(2L, OutcomeRecord::good)
        .returns(1L, OutcomeRecord::bad);
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(report -> report.id().callId())
        .containsExactly("1");
  }

  @Test
  void moreKindsThanKept_theOneLongestWithoutReportIsForgottenHereAndInTheStore() throws Exception {
    OutcomeLog bounded = log(new OutcomeLog.Settings(2, 10, 10));
    bounded.report(id("1", "ada"), key("acme", "a", ""), true, OptionalDouble.empty());
    bounded.report(id("2", "ada"), key("acme", "b", ""), true, OptionalDouble.empty());
    bounded.report(id("3", "ada"), key("acme", "a", ""), true, OptionalDouble.empty());
    bounded.report(id("4", "ada"), key("acme", "c", ""), true, OptionalDouble.empty());

    assertThat(bounded.counted(id("2", "ada"))).isEmpty();
    assertThat(forEnd(store.kept.load()).records())
        .extracting(record -> record.key().model())
        .containsExactlyInAnyOrder("a", "c");
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(report -> report.id().callId())
        .containsExactlyInAnyOrder("1", "3", "4");
  }

  @Test
  void tenantWithMoreThanIsKept_pushesOutNothingOfAnother() throws IOException {
    OutcomeLog bounded = log(new OutcomeLog.Settings(2, 10, 2));
    bounded.report(id("1", "ada"), SMALL, true, OptionalDouble.empty());
    for (int i = 0; i < 5; i++) {
      bounded.report(
          new OutcomeReport.Id("globex", "call-" + i, "eve"),
          key("globex", "model-" + i, ""),
          true,
          OptionalDouble.empty());
    }
    OutcomeLog restarted = log(new OutcomeLog.Settings(2, 10, 2));
    restarted.load();

    for (OutcomeLog each : List.of(bounded, restarted)) {
      assertThat(each.query(new OutcomeQuery("acme", "", ""))).hasSize(1);
      assertThat(each.counted(id("1", "ada"))).contains(SMALL);
      assertThat(each.query(new OutcomeQuery("globex", "", ""))).hasSize(2);
    }
    assertThat(forEnd(store.kept.load()).reports()).hasSize(3);
  }

  @Test
  void writeThatWasOnlyLate_leavesNothingOfASumForgottenMeanwhile() throws IOException {
    OutcomeLog bounded = log(new OutcomeLog.Settings(1, 10, 10));
    store.writes.hold();
    bounded.report(id("1", "ada"), key("acme", "a", ""), true, OptionalDouble.empty());
    bounded.report(id("2", "ada"), key("acme", "b", ""), true, OptionalDouble.empty());
    store.writes.letGo();
    bounded.flush();

    assertThat(forEnd(store.kept.load()).records())
        .extracting(record -> record.key().model())
        .containsExactly("b");
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(report -> report.id().callId())
        .containsExactly("2");
  }

  @Test
  void moreAgentsThanToldApart_areCountedAndNotNamed() {
    OutcomeLog bounded = log(new OutcomeLog.Settings(10, 2, 10));
    for (String agent : List.of("ada", "bob", "cy")) {
      bounded.report(id("call", agent), SMALL, true, OptionalDouble.empty());
    }

    assertThat(bounded.query(new OutcomeQuery("acme", "", "")))
        .singleElement()
        .returns(3L, OutcomeRecord::good)
        .returns(Set.of("ada", "bob"), OutcomeRecord::agents);
  }

  @Test
  void report_whenItReturns_isInTheStore() throws Exception {
    good("call", "ada", 1);

    assertThat(forEnd(store.kept.load()).records()).containsExactly(only());
    assertThat(forEnd(store.kept.load()).reports()).hasSize(1);
  }

  @Test
  void restart_countsAndReplacesAsBefore() throws IOException {
    good("call-1", "ada", 1);
    good("call-2", "ada", 1);

    OutcomeLog restarted = log(OutcomeLog.Settings.DEFAULT);
    restarted.load();
    restarted.report(id("call-1", "ada"), SMALL, false, OptionalDouble.of(0));

    assertThat(restarted.query(new OutcomeQuery("acme", "", "")))
        .singleElement()
        .returns(1L, OutcomeRecord::good)
        .returns(1L, OutcomeRecord::bad);
  }

  @Test
  void brokenStore_reportsGoOnAndAreWrittenOnceItIsWhole() throws IOException {
    store.writes.breakWrites(true);
    good("call-1", "ada", 1);
    good("call-2", "ada", 1);

    assertThat(only().good()).isEqualTo(2);
    assertThat(log.storeProblem()).contains("the disk is full");
    assertThat(log.waiting()).isEqualTo(2);
    assertThat(store.writes.asked())
        .as("only the first waits for a store that is broken")
        .isEqualTo(1);
    assertThatExceptionOfType(IOException.class).isThrownBy(log::flush);

    store.writes.breakWrites(false);
    log.flush();
    good("call-3", "ada", 1);

    assertThat(log.storeProblem()).isEmpty();
    assertThat(log.waiting()).isZero();
    assertThat(forEnd(store.kept.load()).records()).containsExactly(only());
    assertThat(forEnd(store.kept.load()).reports()).hasSize(3);
  }

  @Test
  void reportsThatAreBeingWritten_waitUntilTheyAreDurable() throws IOException {
    store.writes.hold();
    good("call-1", "ada", 1);
    good("call-2", "ada", 1);
    assertThat(log.storeProblem()).isPresent();
    assertThat(log.waiting()).isEqualTo(2);
    good("call-1", "ada", 0);
    assertThat(log.waiting()).as("one of them changed again").isEqualTo(2);

    store.writes.letGo();
    log.flush();

    assertThat(log.waiting()).isZero();
    assertThat(log.storeProblem()).isEmpty();
  }

  @Test
  void reportsWhoseWritingFailsLate_waitStill() throws IOException {
    store.writes.hold();
    good("call-1", "ada", 1);
    store.writes.breakWrites(true);
    store.writes.letGo();
    assertThatExceptionOfType(IOException.class).isThrownBy(log::flush);

    assertThat(log.waiting()).isEqualTo(1);
  }

  @Test
  void reportLetGoWhileItIsBeingWritten_waitsNoLonger() {
    OutcomeLog bounded = log(new OutcomeLog.Settings(10, 10, 1));
    store.writes.hold();
    bounded.report(id("1", "ada"), SMALL, true, OptionalDouble.empty());
    bounded.report(id("2", "ada"), SMALL, true, OptionalDouble.empty());

    assertThat(bounded.waiting()).isEqualTo(1);
  }

  @Test
  void brokenStore_whatIsForgottenMeanwhileLeavesItLater() throws IOException {
    OutcomeLog bounded = log(new OutcomeLog.Settings(1, 10, 10));
    bounded.report(id("1", "ada"), key("acme", "a", ""), true, OptionalDouble.empty());
    store.writes.breakWrites(true);
    bounded.report(id("2", "ada"), key("acme", "b", ""), true, OptionalDouble.empty());
    bounded.report(id("3", "ada"), key("acme", "c", ""), true, OptionalDouble.empty());
    store.writes.breakWrites(false);
    bounded.flush();

    assertThat(forEnd(store.kept.load()).records())
        .extracting(record -> record.key().model())
        .containsExactly("c");
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(report -> report.id().callId())
        .containsExactly("3");
  }

  @Test
  void reportsOfManyThreads_areAllCountedInFewWrites() throws Exception {
    int threads = 8;
    int each = 200;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String agent = "agent-" + t;
        ends.add(
            pool.submit(() -> {
              start.await();
              for (int i = 0; i < each; i++) {
                good("call-" + i, agent, 0.5);
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> end : ends) {
        end.get();
      }
    }

    assertThat(forEnd(store.kept.load()).records()).containsExactly(only());
    assertThat(only().good()).isEqualTo((long) threads * each);
    assertThat(store.writes.asked()).isLessThanOrEqualTo(threads * each);
  }

  @Test
  void settings_belowOne_areRefused() {
    assertThatThrownBy(() -> new OutcomeLog.Settings(1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxReports");
  }

  private OutcomeLog log(OutcomeLog.Settings settings) {
    return new OutcomeLog(store, STORE_WAIT, settings, time);
  }

  private OutcomeRecord only() {
    List<OutcomeRecord> all = log.query(new OutcomeQuery("acme", "", ""));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private void good(String call, String agent, double score) {
    log.report(id(call, agent), SMALL, true, OptionalDouble.of(score));
  }

  private void bad(String call, String agent, double score) {
    log.report(id(call, agent), SMALL, false, OptionalDouble.of(score));
  }

  private static OutcomeReport.Id id(String call, String agent) {
    return new OutcomeReport.Id("acme", call, agent);
  }

  private static OutcomeRecord.Key key(String tenant, String model, String taskType) {
    return new OutcomeRecord.Key(tenant, "openai", model, taskType);
  }

  /** A store whose disk can fill up, or take its time. */
  private static final class SwitchedStore implements OutcomeStore {
    private final InMemoryOutcomeStore kept = new InMemoryOutcomeStore();
    private final WriteSwitch writes = new WriteSwitch();

    @Override
    public CompletableFuture<Kept> load() {
      return kept.load();
    }

    @Override
    public CompletableFuture<Void> write(Change change) {
      return writes.end(() -> kept.write(change));
    }
  }
}
