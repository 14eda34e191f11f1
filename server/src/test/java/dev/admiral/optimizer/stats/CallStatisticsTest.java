package dev.admiral.optimizer.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.stats.CallStatistics.Settings;
import dev.admiral.optimizer.stats.CallStatistics.Snapshot;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StatsRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What is counted, under whom, and what happens beyond the bounds. */
class CallStatisticsTest {
  private static final Caller ADA = new Caller("acme", "ada", "", false);
  private static final Caller BOB = new Caller("acme", "bob", "", false);
  private static final Duration TOTAL = Duration.ofMillis(200);
  private static final Duration TOOK = Duration.ofMillis(1_700);
  private static final Duration SAVED = TOOK.minus(TOTAL);
  private static final Duration OVERHEAD = Duration.ofNanos(300_000);

  private final CallStatistics statistics = new CallStatistics(Settings.DEFAULT, new VirtualTime());

  @Test
  void snapshot_nothingYet_isZero() {
    Snapshot snapshot = statistics.snapshot("acme", null);

    assertThat(snapshot.start()).isEqualTo(VirtualTime.START);
    assertThat(snapshot.total().getCallCount()).isZero();
    assertThat(snapshot.agents()).isEmpty();
    assertThat(snapshot.models()).isEmpty();
    assertThat(snapshot.inFlight()).isZero();
  }

  @Test
  void snapshot_callsOfEverySource_areCountedAndPricedApart() {
    for (Source source :
        List.of(
            Source.SOURCE_UPSTREAM,
            Source.SOURCE_MEMORY,
            Source.SOURCE_MEMORY,
            Source.SOURCE_DISK,
            Source.SOURCE_NEAR_MATCH,
            Source.SOURCE_COALESCED,
            Source.SOURCE_REPEATED,
            Source.SOURCE_REPEATED)) {
      call(ADA, answered("gpt-4o", source, 1_000));
    }
    call(ADA, answered("gpt-4o", Source.SOURCE_MEMORY, null));
    call(ADA, failed());

    CallStats total = statistics.snapshot("acme", null).total();

    assertThat(total.getCallCount()).isEqualTo(10);
    assertThat(total.getFailureCount()).isEqualTo(1);
    assertThat(total.getUpstreamCount()).isEqualTo(1);
    assertThat(total.getMemoryHitCount()).isEqualTo(3);
    assertThat(total.getDiskHitCount()).isEqualTo(1);
    assertThat(total.getNearMatchCount()).isEqualTo(1);
    assertThat(total.getCoalescedCount()).isEqualTo(1);
    assertThat(total.getRepeatedCount()).isEqualTo(2);
    assertThat(total.getSavedCallCount()).isEqualTo(8);
    assertThat(total.getMemoryHitRate()).isEqualTo(3.0 / 9);
    assertThat(total.getDiskHitRate()).isEqualTo(1.0 / 9);
    assertThat(total.getSavedRate()).isEqualTo(8.0 / 9);
    assertThat(Picos.of(total.getSpentAmount())).isEqualTo(1_000);
    assertThat(Picos.of(total.getSavedAmount())).isEqualTo(7_000);
    assertThat(total.getUnpricedCount()).isEqualTo(1);
    assertThat(total.getLatency().getCount()).isEqualTo(9);
    assertThat(total.getOverhead().getCount()).isEqualTo(1);
  }

  @Test
  void snapshot_agentsAndModels_busiestFirst() {
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    call(BOB, answered("gpt-4o", Source.SOURCE_MEMORY, 5));
    call(BOB, answered("o3", Source.SOURCE_UPSTREAM, 7));
    call(BOB, answered("gpt-4o", Source.SOURCE_MEMORY, 5));

    Snapshot snapshot = statistics.snapshot("acme", null);

    assertThat(snapshot.agents())
        .extracting(StatsRow::getAgentId, a -> a.getStats().getCallCount())
        .containsExactly(tuple("bob", 3L), tuple("ada", 1L));
    assertThat(snapshot.models())
        .extracting(StatsRow::getProvider, StatsRow::getModel, m -> m.getStats().getCallCount())
        .containsExactly(tuple("openai", "gpt-4o", 3L), tuple("openai", "o3", 1L));
  }

  @Test
  void snapshot_oneAgent_isItsCallsAlone() {
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    call(BOB, answered("gpt-4o", Source.SOURCE_MEMORY, 5));
    call(BOB, answered("o3", Source.SOURCE_UPSTREAM, 7));
    statistics.started(ADA);

    Snapshot snapshot = statistics.snapshot("acme", "bob");

    assertThat(snapshot.total().getCallCount()).isEqualTo(2);
    assertThat(snapshot.agents()).extracting(StatsRow::getAgentId).containsExactly("bob");
    assertThat(snapshot.models())
        .extracting(StatsRow::getModel)
        .containsExactlyInAnyOrder("gpt-4o", "o3");
    assertThat(snapshot.inFlight()).isZero();
    assertThat(statistics.snapshot("acme", "ada").inFlight()).isEqualTo(1);
    assertThat(statistics.snapshot("acme", "nobody").total().getCallCount()).isZero();
  }

  @Test
  void snapshot_otherTenant_seesNothing() {
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    statistics.started(ADA);

    Snapshot snapshot = statistics.snapshot("globex", null);

    assertThat(snapshot.total().getCallCount()).isZero();
    assertThat(snapshot.inFlight()).isZero();
  }

  @Test
  void started_untilFinished_isInFlight() {
    statistics.started(ADA);
    statistics.started(BOB);
    assertThat(statistics.snapshot("acme", null).inFlight()).isEqualTo(2);

    statistics.finished(ADA, failed(), TOTAL, OVERHEAD, SAVED);
    assertThat(statistics.snapshot("acme", null).inFlight()).isEqualTo(1);
  }

  @Test
  void finished_beyondTheBounds_countsUnderOthersAndLosesNothing() {
    CallStatistics bounded = new CallStatistics(new Settings(3, 5), new VirtualTime());
    for (int agent = 0; agent < 10; agent++) {
      for (int model = 0; model < 10; model++) {
        Caller caller = new Caller("acme", "agent-" + agent, "", false);
        bounded.started(caller);
        bounded.finished(
            caller, answered("m" + model, Source.SOURCE_UPSTREAM, 1), TOTAL, OVERHEAD, SAVED);
      }
    }

    Snapshot snapshot = bounded.snapshot("acme", null);

    assertThat(snapshot.total().getCallCount()).isEqualTo(100);
    assertThat(Picos.of(snapshot.total().getSpentAmount())).isEqualTo(100);
    assertThat(snapshot.agents())
        .extracting(StatsRow::getAgentId, a -> a.getStats().getCallCount())
        .containsExactlyInAnyOrder(
            tuple("agent-0", 10L),
            tuple("agent-1", 10L),
            tuple("agent-2", 10L),
            tuple(CallStatistics.OTHERS, 70L));
    assertThat(snapshot.models()).hasSizeLessThanOrEqualTo(6);
    assertThat(snapshot.inFlight()).isZero();
  }

  @Test
  void finished_racingThreads_losesNothing() throws Exception {
    int threads = 4;
    int each = 20_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        running.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                call(i % 2 == 0 ? ADA : BOB, answered("m" + i % 3, Source.SOURCE_MEMORY, i % 7));
              }
            }));
      }
      for (Future<?> end : running) {
        end.get();
      }
    }

    Snapshot snapshot = statistics.snapshot("acme", null);

    long savedByOne = 0;
    for (int i = 0; i < each; i++) {
      savedByOne += i % 7;
    }
    assertThat(snapshot.total().getMemoryHitCount()).isEqualTo((long) threads * each);
    assertThat(snapshot.total().getLatency().getCount()).isEqualTo((long) threads * each);
    assertThat(Picos.of(snapshot.total().getSavedAmount())).isEqualTo(threads * savedByOne);
    assertThat(snapshot.inFlight()).isZero();
  }

  @Test
  void savedTime_ofHitsAndJoins_isSummed() {
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    call(ADA, answered("gpt-4o", Source.SOURCE_MEMORY, 5));
    call(BOB, answered("gpt-4o", Source.SOURCE_COALESCED, 5));

    assertThat(statistics.snapshot("acme", null).total().getSavedDuration())
        .isEqualTo(com.google.protobuf.Duration.newBuilder().setSeconds(3).build());
    assertThat(statistics.snapshot("acme", "ada").total().getSavedDuration().getSeconds())
        .isEqualTo(1);
  }

  @Test
  void counts_ofATenant_giveItsRates() {
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    call(ADA, answered("gpt-4o", Source.SOURCE_MEMORY, 5));
    call(BOB, answered("o3", Source.SOURCE_DISK, 5));
    call(BOB, failed());
    statistics.started(ADA);

    CallStatistics.Counts counts = statistics.counts("acme");

    assertThat(counts).isEqualTo(new CallStatistics.Counts(4, 1, 1, 1));
    assertThat(counts.failureRate()).isEqualTo(0.25);
    assertThat(counts.savedRate()).isEqualTo(2.0 / 3);
    assertThat(statistics.counts("globex").failureRate()).isZero();
    assertThat(statistics.counts("globex").savedRate()).isZero();
  }

  @Test
  void totals_ofAllTenants_areBySourceAndReason() {
    Caller other = new Caller("globex", "eve", "", false);
    call(ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 5));
    call(other, answered("gpt-4o", Source.SOURCE_MEMORY, 5));
    call(other, answered("gpt-4o", Source.SOURCE_MEMORY, null));
    call(BOB, failed());
    statistics.started(other);

    Totals totals =
        statistics.totals(
            List.of(Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(9)));

    assertThat(totals.inFlight()).isEqualTo(1);
    assertThat(totals.failures()).isEqualTo(Map.of(ErrorReason.ERROR_REASON_CACHE_MISS, 1L));
    assertThat(totals.models()).hasSize(1);
    Totals.Model model = totals.models().getFirst();
    assertThat(model.model()).isEqualTo("gpt-4o");
    assertThat(model.durations()).containsOnlyKeys(Source.SOURCE_UPSTREAM, Source.SOURCE_MEMORY);
    assertThat(model.durations().get(Source.SOURCE_MEMORY).count()).isEqualTo(2);
    assertThat(model.durations().get(Source.SOURCE_MEMORY).counts()).containsExactly(0L, 2L, 2L);
    assertThat(model.durations().get(Source.SOURCE_MEMORY).sumSeconds())
        .isCloseTo(0.4, withinPercentage(1));
    assertThat(model.overhead().count()).isEqualTo(1);
    assertThat(model.spent()).isEqualTo(new Money(5));
    assertThat(model.saved()).isEqualTo(new Money(5));
    assertThat(model.unpriced()).isEqualTo(1);
    assertThat(model.savedTime()).isEqualTo(SAVED.multipliedBy(2));
  }

  @Test
  void tried_succeededAndFailed_isCountedByModelWithItsTokens() {
    statistics.tried(attempt("a", null), new Usage(100, 40, 5, 6, 20, 7, false));
    statistics.tried(attempt("a", new Failure.Overloaded("no", null)), Usage.NONE);
    statistics.tried(attempt("b", null), Usage.reported(1, 2));

    List<Totals.Upstream> upstreams = statistics.totals(List.of(TOTAL)).upstreams();

    assertThat(upstreams).extracting(Totals.Upstream::model).containsExactly("a", "b");
    Totals.Upstream a = upstreams.getFirst();
    assertThat(a.succeeded()).isEqualTo(1);
    assertThat(a.failed()).isEqualTo(Map.of(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED, 1L));
    assertThat(a.duration().count()).isEqualTo(1);
    assertThat(a.firstPiece().count()).isEqualTo(2);
    assertThat(a.inputTokens()).isEqualTo(100);
    assertThat(a.cachedInputTokens()).isEqualTo(40);
    assertThat(a.cacheWriteTokens()).isEqualTo(11);
    assertThat(a.outputTokens()).isEqualTo(20);
    assertThat(a.reasoningTokens()).isEqualTo(7);
  }

  @Test
  void tried_moreModelsThanTheBound_areCountedTogether() {
    CallStatistics bounded = new CallStatistics(new Settings(1, 3), new VirtualTime());
    for (int i = 0; i < 10; i++) {
      bounded.tried(attempt("m" + i, null), Usage.reported(1, 1));
    }

    List<Totals.Upstream> upstreams = bounded.totals(List.of(TOTAL)).upstreams();

    assertThat(upstreams).hasSize(4);
    assertThat(upstreams.getFirst().model()).isEqualTo(CallStatistics.OTHERS);
    assertThat(upstreams.getFirst().succeeded()).isEqualTo(7);
  }

  private static Attempt attempt(String model, Failure failure) {
    return new Attempt("openai", model, Instant.EPOCH, TOTAL, OVERHEAD, failure, 200);
  }

  @Test
  void settings_outOfRange_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(0, 1));
  }

  private void call(Caller caller, Outcome outcome) {
    statistics.started(caller);
    statistics.finished(caller, outcome, TOTAL, OVERHEAD, SAVED);
  }

  private static Outcome answered(String model, Source source, Integer picoUsd) {
    Cost cost =
        picoUsd == null
            ? new Cost.Unknown()
            : new Cost.Known(new Money(picoUsd), "openai/" + model + "@2026-01-01", false);
    Answer answer =
        new Answer(
            Completion.getDefaultInstance(),
            "openai",
            model,
            Usage.NONE,
            cost,
            Instant.EPOCH,
            TOOK);
    return new Outcome.Answered(
        answer, source, new Outcome.Timing(null, Duration.ZERO, Duration.ZERO), List.of(), "");
  }

  private static Outcome failed() {
    return new Outcome.Failed(
        new Failure.Refused(ErrorReason.ERROR_REASON_CACHE_MISS, "no answer is cached"), List.of());
  }

  @Test
  void firstCallsOfAnAgentAtOnce_beginAndEndUnderOneName() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 2_000; round++) {
        CallStatistics fresh = new CallStatistics(new Settings(1, 2), new VirtualTime());
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Void> first =
            () -> {
              together.await();
              fresh.started(ADA);
              together.await();
              fresh.finished(
                  ADA, answered("gpt-4o", Source.SOURCE_UPSTREAM, 1), TOTAL, OVERHEAD, SAVED);
              return null;
            };
        for (Future<Void> done : threads.invokeAll(List.of(first, first))) {
          done.get();
        }

        assertThat(fresh.snapshot("acme", CallStatistics.OTHERS).inFlight()).isZero();
        fresh.started(ADA);
        fresh.finished(ADA, answered("gpt-5", Source.SOURCE_UPSTREAM, 1), TOTAL, OVERHEAD, SAVED);
        assertThat(fresh.snapshot("acme", null).models())
            .extracting(StatsRow::getModel)
            .containsExactly("gpt-4o", "gpt-5");
      }
    }
  }
}
