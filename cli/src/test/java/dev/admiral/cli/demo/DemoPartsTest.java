package dev.admiral.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.Attempt;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.simulator.Invoice;
import dev.admiral.simulator.Tokens;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the demo that need no server: who asks what, what is counted, what is shown. */
final class DemoPartsTest {
  private static final Served HIT = Served.newBuilder().setSource(Source.SOURCE_MEMORY).build();
  private static final Served MISS = Served.newBuilder().setSource(Source.SOURCE_UPSTREAM).build();

  @Test
  void cast_ofTheDemo_is28AgentsAnd16Models() {
    assertThat(Cast.agents().stream().map(Cast.Agent::name)).hasSize(28).doesNotHaveDuplicates();
    assertThat(Cast.MODELS).hasSize(16).doesNotHaveDuplicates();
  }

  @Test
  void models_thatAgentsMayMeet_areAllOfTheCast() {
    Set<String> met = new HashSet<>();
    Cast.ALIASES.values().forEach(met::addAll);
    for (Cast.Group group : Cast.groups()) {
      met.addAll(group.fallbacks());
      group.models().stream().filter(model -> model.contains("/")).forEach(met::add);
    }
    assertThat(met).containsExactlyInAnyOrderElementsOf(Cast.MODELS);
  }

  @Test
  void questions_ofOneSeed_areTheSameAndOftenRepeat() {
    assertThat(asked(7)).isEqualTo(asked(7)).isNotEqualTo(asked(8));
    assertThat(new HashSet<>(asked(7)).size()).isBetween(10, 60);
  }

  @Test
  void questions_fresh_areNeverAskedTwice() {
    Questions questions = new Questions();
    List<Prompt> fresh = new ArrayList<>();
    for (Cast.Agent agent : Cast.agents()) {
      for (int i = 0; i < 20; i++) {
        fresh.add(questions.fresh(agent.group(), "fast", agent.name(), i));
      }
    }
    assertThat(fresh).doesNotHaveDuplicates();
  }

  @Test
  void tally_ofHitsAndMisses_tellsHowLongEachTook() {
    Tally tally = new Tally();
    for (long millis : new long[] {900, 1_000, 5_000}) {
      tally.answered(MISS, Duration.ofMillis(millis).toNanos());
    }
    tally.answered(HIT, Duration.ofMillis(1).toNanos());
    tally.answered(HIT, Duration.ofMillis(1).toNanos());
    assertThat(tally.times().get(Tally.Way.CACHED)).hasSize(2);
    assertThat(Tally.rank(tally.times().get(Tally.Way.UPSTREAM), 0.5))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(Tally.rank(tally.times().get(Tally.Way.UPSTREAM), 0.99))
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void tally_ofSecondTries_tellsOtherModelsFromTheSame() {
    Tally tally = new Tally();
    tally.answered(tried(attempt("a", true), attempt("a", false)), 1);
    assertThat(tally.failedOver()).isZero();
    tally.answered(tried(attempt("a", true), attempt("b", false)), 1);
    assertThat(tally.failedOver()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 60, 80})
  void report_ofLargeFigures_staysWithinItsColumns(int columns) {
    List<String> lines = report(3_000_000_000_001L).lines(columns);
    assertThat(lines).allMatch(line -> line.length() <= columns);
    assertThat(lines)
        .contains("  They agree to the pico-dollar.")
        .contains("  Dollars spent  $3.000000000001");
  }

  @Test
  void report_ofBooksThatDiffer_saysByHowMuch() {
    assertThat(report(3_000_000_000_000L).lines(80)).contains("  They differ by -$0.000000000001.");
  }

  private static List<Prompt> asked(long seed) {
    Questions questions = new Questions();
    SplittableRandom random = new SplittableRandom(seed);
    Cast.Group group = Cast.groups().getFirst();
    return IntStream.range(0, 200).mapToObj(i -> questions.common(group, random)).toList();
  }

  private static Served tried(Attempt... attempts) {
    return MISS.toBuilder().addAllAttempts(List.of(attempts)).build();
  }

  private static Attempt attempt(String model, boolean failed) {
    return Attempt.newBuilder()
        .setProvider("p")
        .setModel(model)
        .setFailure(
            failed
                ? ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED
                : ErrorReason.ERROR_REASON_UNSPECIFIED)
        .build();
  }

  private static DemoReport report(long ledgerPicos) {
    CallStats stats =
        CallStats.newBuilder()
            .setCallCount(1_234_567)
            .setFailureCount(4_567)
            .setUpstreamCount(230_000)
            .setMemoryHitCount(800_000)
            .setDiskHitCount(100_000)
            .setCoalescedCount(100_000)
            .setSavedCallCount(1_000_000)
            .setSpentAmount(dollars(ledgerPicos))
            .setSavedAmount(dollars(12_345_678_901_234L))
            .build();
    Tally tally = new Tally();
    tally.answered(MISS, Duration.ofSeconds(90).toNanos());
    tally.answered(HIT, Duration.ofMillis(1).toNanos());
    StatsResponse.Builder all = StatsResponse.newBuilder().setTotal(stats);
    List<FailureSummary> learned = new ArrayList<>();
    for (String model : Cast.MODELS) {
      int slash = model.indexOf('/');
      all.addRows(
          StatsRow.newBuilder()
              .setProvider(model.substring(0, slash))
              .setModel(model.substring(slash + 1))
              .setStats(stats));
      learned.add(
          FailureSummary.newBuilder()
              .setProvider(model.substring(0, slash))
              .setModel(model.substring(slash + 1))
              .setReason(ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED)
              .setHttpStatus(429)
              .setCount(123_456)
              .setAgentCount(28)
              .build());
    }
    List<Agent> agents =
        Cast.agents().stream()
            .map(agent ->
                Agent.newBuilder()
                    .setAgentId(agent.name())
                    .setGroup(agent.group().name())
                    .setCallCount(99_999)
                    .build())
            .toList();
    GetReportResponse ledger =
        GetReportResponse.newBuilder()
            .setTotal(
                ReportRow.newBuilder()
                    .setExactCallCount(230_000)
                    .setExactAmount(dollars(ledgerPicos))
                    .setEstimatedCallCount(12)
                    .setEstimatedAmount(dollars(5)))
            .build();
    Invoice invoice =
        new Invoice(
            List.of(),
            List.of(),
            Map.of(
                new Invoice.ModelKey("p", "m"),
                new Invoice.Totals(
                    230_012, 12, 0, Tokens.NONE, 3_000_000_000_009L, 3_000_000_000_001L)),
            0);
    return new DemoReport(20, all.build(), ledger, learned, agents, tally, invoice);
  }

  private static Money dollars(long picos) {
    return Amounts.dollars(BigDecimal.valueOf(picos, 12));
  }
}
