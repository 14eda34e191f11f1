package dev.admiral.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.admiral.cli.demo.DemoStack;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.FeedbackQuery;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.simulator.Invoice;
import dev.admiral.simulator.InvoiceLine;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A day of a quality agent, four autohealers and a council against the demo's server and providers.
 * The agents' schedules and the autohealers' times to live are compressed, a day to {@link
 * #DAY_SECONDS}; a model takes as long to answer as ever.
 *
 * <p><b>Hit rate</b>: calls answered from memory or disk, of all calls. <b>Concurrent</b> is a call
 * that had to wait for a provider, alone or joined, while at least one other such call was open,
 * whatever either asked; hits wait for nobody and are not among them. The <b>joined share</b> is
 * how many of the concurrent calls were answered by joining an equal call in flight.
 */
class SimulatedDayTest {
  private static final int DAY_SECONDS = 32;
  private static final int PATIENCE_SECONDS = 120;
  private static final int COUNCIL_ROUNDS = 8;
  private static final List<String> AUTOHEALERS =
      List.of("autohealer-1", "autohealer-2", "autohealer-3", "autohealer-4");
  static final List<String> COUNCILLORS =
      List.of(
          "openai/gpt-6-luna",
          "anthropic/claude-haiku-4-5",
          "mistral/mistral-large-2512",
          "groq/llama-3.3-70b-versatile",
          "cerebras/gpt-oss-120b");

  private static final Set<Source> HITS = Set.of(Source.SOURCE_MEMORY, Source.SOURCE_DISK);

  /** Such as "openai/gpt-4.1 good 0.83 (upstream)". */
  private static final Pattern REPORTED =
      Pattern.compile("(\\S+/\\S+) (good|bad) ([01]\\.\\d\\d) \\(");

  private static Optional<String> noPython = Optional.empty();
  private static Optional<String> noTypeScript = Optional.empty();
  private static List<String> council = List.of();
  private static CallStats stats = CallStats.getDefaultInstance();
  private static List<CallRecord> calls = List.of();
  private static List<FeedbackSummary> feedback = List.of();
  private static List<LedgerEntry> entries = List.of();
  private static GetReportResponse report = GetReportResponse.getDefaultInstance();
  private static @Nullable Invoice invoice;
  private static @Nullable DemoStack stack;
  private static @Nullable Agents agents;

  @BeforeAll
  static void playTheDay() throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "day-");
    noPython = Agents.missingForPython();
    noTypeScript = Agents.missingForTypeScript();
    Path server = Files.createDirectory(folder.resolve("server"));
    stack = DemoStack.start(server, 1);
    agents = new Agents(folder, stack.address(), DAY_SECONDS);
    try (AdmiralClient operator = AdmiralClient.builder().address(stack.address()).build()) {
      if (noTypeScript.isEmpty()) {
        agents.council();
      }
      if (noPython.isEmpty()) {
        for (String name : AUTOHEALERS) {
          agents.autohealer(name);
        }
      }
      agents.quality();
      agents.awaitAll(PATIENCE_SECONDS);
      invoice = stack.invoice();
      council = noTypeScript.isEmpty() ? agents.lines("council") : List.of();
      stats = operator.stats().getTotal();
      calls = operator.calls().latest().toList();
      feedback = operator.feedback(FeedbackQuery.getDefaultInstance()).toList();
      entries = operator.ledger().entries().toList();
      report = operator.ledger().report(GetReportRequest.getDefaultInstance());
    }
    System.out.print(table());
  }

  @AfterAll
  static void stop() {
    if (agents != null) {
      agents.close();
    }
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void callsBesideTheFewThatMayFail_areAnswered() {
    assertThat(calls).hasSize((int) stats.getCallCount());
    assertThat(stats.getFailureCount()).isLessThanOrEqualTo(stats.getCallCount() / 20);
  }

  @Test
  void hitRate_isOverThirtyPercent() {
    assumeTrue(noPython.isEmpty(), () -> "the autohealer did not run: " + noPython.orElseThrow());
    assertThat(hitRate()).isGreaterThan(0.30);
  }

  @Test
  void joinedShareOfConcurrentCalls_isOverFifteenPercent() {
    assumeTrue(noPython.isEmpty(), () -> "the autohealer did not run: " + noPython.orElseThrow());
    assertThat(joinedShare()).isGreaterThan(0.15);
  }

  @Test
  void councilsReports_areToldByLearningQueryCountByCount() {
    assumeTrue(
        noTypeScript.isEmpty(), () -> "the council did not run: " + noTypeScript.orElseThrow());
    Map<String, long[]> reported = new HashMap<>();
    for (String line : council) {
      Matcher matcher = REPORTED.matcher(line);
      while (matcher.find()) {
        long[] counts = reported.computeIfAbsent(matcher.group(1), model -> new long[2]);
        counts[matcher.group(2).equals("good") ? 0 : 1]++;
      }
    }

    assertThat(council).hasSize(COUNCIL_ROUNDS);
    assertThat(reported.values().stream().mapToLong(c -> c[0] + c[1]).sum())
        .isGreaterThan(COUNCIL_ROUNDS * COUNCILLORS.size() / 2L);
    assertThat(
            feedback.stream()
                .filter(one -> one.getTaskType().equals("council"))
                .collect(
                    Collectors.toMap(
                        one -> one.getProvider() + "/" + one.getModel(),
                        one -> List.of(one.getGoodCount(), one.getBadCount()))))
        .isEqualTo(
            reported.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey, e -> List.of(e.getValue()[0], e.getValue()[1]))));
  }

  @Test
  void qualitysGrades_areToldByLearningQuery() {
    assertThat(feedback)
        .filteredOn(one -> one.getTaskType().equals("golden"))
        .isNotEmpty()
        .allMatch(one -> one.hasMeanScore() && one.getAgentCount() == 1);
  }

  @Test
  void ledger_isTheInvoice() {
    Map<String, LedgerEntry> byId =
        entries.stream().collect(Collectors.toMap(LedgerEntry::getEntryId, Function.identity()));
    Invoice served = requireNonNull(invoice);
    assertThat(byId).hasSameSizeAs(served.lines());
    for (InvoiceLine line : served.lines()) {
      LedgerEntry entry = byId.get(line.clientRequestId().orElseThrow());
      assertThat(entry).as("%s", line).isNotNull();
      if (line.usageReported()) {
        assertThat(Amounts.decimal(entry.getCost().getListAmount()))
            .as("%s", line)
            .isEqualTo(dollars(line.costPicos().orElseThrow()));
      }
    }
    assertThat(Amounts.decimal(report.getTotal().getExactAmount()))
        .isEqualTo(dollars(served.total().reportedCostPicos()));
  }

  @Test
  void qualityToldToStop_endsAfterItsRound() throws Exception {
    // As a JVM says that it was asked to end.
    assertThat(requireNonNull(agents).stoppedQuality()).isEqualTo(143);
  }

  @Test
  void autohealerToldToStop_endsWithSuccess() throws Exception {
    assumeTrue(noPython.isEmpty(), () -> "the autohealer did not run: " + noPython.orElseThrow());
    assertThat(requireNonNull(agents).stoppedAutohealer()).isZero();
  }

  @Test
  void councilToldToStop_endsWithSuccess() throws Exception {
    assumeTrue(
        noTypeScript.isEmpty(), () -> "the council did not run: " + noTypeScript.orElseThrow());
    assertThat(requireNonNull(agents).stoppedCouncil()).isZero();
  }

  @Test
  void autohealer_isTypedStrictly() throws Exception {
    Optional<String> said = Agents.autohealerTypes();
    assumeTrue(said.isPresent(), "mypy is not there: the Python client's check has not run here");
    assertThat(said.orElseThrow()).startsWith("Success");
  }

  private static double hitRate() {
    return (double) (stats.getMemoryHitCount() + stats.getDiskHitCount()) / stats.getCallCount();
  }

  private static double joinedShare() {
    List<CallRecord> concurrent = concurrent();
    long joined = concurrent.stream().filter(c -> source(c) == Source.SOURCE_COALESCED).count();
    return (double) joined / concurrent.size();
  }

  /** Returns the calls that waited for a provider while another one did. */
  private static List<CallRecord> concurrent() {
    List<CallRecord> waited = calls.stream().filter(call -> !HITS.contains(source(call))).toList();
    return waited.stream()
        .filter(call ->
            waited.stream()
                .anyMatch(other ->
                    !other.getCallId().equals(call.getCallId())
                        && arrival(other) <= end(call)
                        && arrival(call) <= end(other)))
        .toList();
  }

  private static long arrival(CallRecord call) {
    return call.getCreateTime().getSeconds() * 1_000_000_000L + call.getCreateTime().getNanos();
  }

  private static long end(CallRecord call) {
    return arrival(call)
        + call.getDuration().getSeconds() * 1_000_000_000L
        + call.getDuration().getNanos();
  }

  private static Source source(CallRecord call) {
    return call.getServed().getSource();
  }

  private static String table() {
    StringBuilder table = new StringBuilder("A simulated day of the examples:\n");
    table.append(
        String.format(
            "%-14s %6s %8s %6s %6s %6s  %s%n",
            "agent", "calls", "upstream", "hits", "joined", "failed", "spent"));
    Map<String, List<CallRecord>> byAgent =
        calls.stream().collect(Collectors.groupingBy(CallRecord::getAgentId));
    byAgent.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> table.append(row(e.getKey(), e.getValue())));
    table.append(row("all", calls));
    table.append(
        String.format(
            Locale.ROOT,
            "hit rate %.1f %%; %d of %d concurrent calls joined, %.1f %%; saved $%s%n",
            hitRate() * 100,
            stats.getCoalescedCount(),
            concurrent().size(),
            joinedShare() * 100,
            Amounts.decimal(stats.getSavedAmount())));
    for (FeedbackSummary one : feedback) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-8s %-38s %3d good %3d bad, mean score %.3f%n",
              one.getTaskType(),
              one.getProvider() + "/" + one.getModel(),
              one.getGoodCount(),
              one.getBadCount(),
              one.getMeanScore()));
    }
    return table.toString();
  }

  private static String row(String name, List<CallRecord> of) {
    Map<Source, Long> sources =
        of.stream().collect(Collectors.groupingBy(SimulatedDayTest::source, Collectors.counting()));
    return String.format(
        "%-14s %6d %8d %6d %6d %6d  $%s%n",
        name,
        of.size(),
        sources.getOrDefault(Source.SOURCE_UPSTREAM, 0L),
        sources.getOrDefault(Source.SOURCE_MEMORY, 0L)
            + sources.getOrDefault(Source.SOURCE_DISK, 0L),
        sources.getOrDefault(Source.SOURCE_COALESCED, 0L),
        sources.getOrDefault(Source.SOURCE_UNSPECIFIED, 0L),
        of.stream()
            .map(call -> Amounts.decimal(call.getCost().getChargedAmount()))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .toPlainString());
  }

  private static BigDecimal dollars(long pico) {
    return BigDecimal.valueOf(pico, 12);
  }
}
