package dev.admiral.cli.demo;

import dev.admiral.cli.Show;
import dev.admiral.cli.Table;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ModelStats;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.simulator.Invoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is shown at the end.
 *
 * @param seconds how long the agents worked
 * @param stats the server's statistics
 * @param ledger the server's ledger
 * @param learned failures the server has learned from
 * @param agents the agents as the server knows them
 * @param tally what the agents saw
 * @param invoice what the providers bill
 */
record DemoReport(
    long seconds,
    StatsResponse stats,
    GetReportResponse ledger,
    LearningQueryResponse learned,
    List<Agent> agents,
    Tally tally,
    Invoice invoice) {
  private static final int WIDTH = 80;
  private static final int MOST_AGENTS = 5;
  private static final int MOST_FAILURES = 8;

  /** Returns the lines, none wider than 80 columns unless a model's name is. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    CallStats total = stats.getTotal();
    lines.add(
        agents.size()
            + " agents, "
            + stats.getModelsCount()
            + " models, "
            + seconds
            + " seconds of real gRPC calls");
    lines.add("");
    calls(lines, total);
    lines.add("");
    money(lines, total);
    section(lines, "How long an answer took, by the agents' clocks", times());
    section(lines, "Models, busiest first", models());
    section(lines, "Agents that saved most", savers());
    section(lines, "Learned from failures", failures());
    lines.add("");
    lines.add(
        "Answered by another model, as the first one failed: " + Show.count(tally.failedOver()));
    tally
        .failures()
        .forEach((reason, count) ->
            lines.add("Ended without an answer, " + reason + ": " + Show.count(count)));
    lines.add("");
    agreement(lines);
    return lines;
  }

  private void calls(List<String> lines, CallStats total) {
    long answered = total.getCallCount() - total.getFailureCount();
    fact(lines, "Calls", Show.count(total.getCallCount()), "asked for by the agents");
    fact(
        lines,
        "Upstream",
        Show.count(total.getUpstreamCount()),
        "answered by a provider, " + Show.percent(total.getUpstreamCount(), answered));
    fact(
        lines,
        "Saved",
        Show.count(total.getSavedCallCount()),
        "needed no provider, " + Show.percent(total.getSavedCallCount(), answered));
    part(lines, "from memory", total.getMemoryHitCount(), answered);
    part(lines, "from disk", total.getDiskHitCount(), answered);
    part(lines, "joined", total.getJoinedCount(), answered);
    part(lines, "repeated", total.getRepeatedCount(), answered);
    fact(
        lines,
        "Failed",
        Show.count(total.getFailureCount()),
        Show.percent(total.getFailureCount(), total.getCallCount()));
  }

  private void money(List<String> lines, CallStats total) {
    long spent = total.getSpentPicoUsd();
    long saved = total.getSavedPicoUsd();
    fact(lines, "Dollars spent", Show.dollars(spent), "");
    fact(
        lines,
        "Dollars saved",
        Show.dollars(saved),
        spent + saved == 0 ? "" : Show.percent((double) saved / (spent + saved)) + " of the bill");
    fact(
        lines,
        "Waiting saved",
        "about " + Show.time(tally.timeSaved()),
        "against each model's median upstream");
  }

  private static void part(List<String> lines, String name, long count, long whole) {
    if (count > 0) {
      fact(lines, "  " + name, Show.count(count), Show.percent(count, whole));
    }
  }

  private static void fact(List<String> lines, String name, String value, String note) {
    lines.add(String.format(Locale.ROOT, "  %-14s %16s  %s", name, value, note).stripTrailing());
  }

  private static void section(List<String> lines, String heading, Table table) {
    if (!table.isEmpty()) {
      lines.add("");
      lines.add(heading);
      table.lines(WIDTH - 2).forEach(line -> lines.add(line.isEmpty() ? "" : "  " + line));
    }
  }

  private Table times() {
    Table table = new Table("ANSWERS", ">COUNT", ">P50", ">P95", ">P99", ">SLOWEST");
    Map<Tally.Way, long[]> times = tally.times();
    for (Map.Entry<Tally.Way, long[]> way : times.entrySet()) {
      long[] sorted = way.getValue();
      if (sorted.length > 0) {
        table.add(
            switch (way.getKey()) {
              case CACHED -> "from the cache";
              case JOINED -> "joined in flight";
              case UPSTREAM -> "upstream";
            },
            Show.count(sorted.length),
            Show.time(Tally.rank(sorted, 0.50)),
            Show.time(Tally.rank(sorted, 0.95)),
            Show.time(Tally.rank(sorted, 0.99)),
            Show.time(Duration.ofNanos(sorted[sorted.length - 1])));
      }
    }
    return table;
  }

  private Table models() {
    Table table = new Table("MODEL", ">CALLS", ">UPSTREAM", ">SAVED", ">SPENT", ">P99");
    for (ModelStats model : stats.getModelsList()) {
      CallStats calls = model.getStats();
      table.add(
          model.getProvider() + "/" + model.getModel(),
          Show.count(calls.getCallCount()),
          Show.count(calls.getUpstreamCount()),
          Show.percent(calls.getSavedCallCount(), calls.getCallCount() - calls.getFailureCount()),
          cents(calls.getSpentPicoUsd()),
          Show.time(calls.getLatency().getP99()));
    }
    return table;
  }

  private Table savers() {
    Table table = new Table("AGENT", "GROUP", ">CALLS", ">SPENT", ">SAVED");
    agents.stream()
        .sorted(Comparator.comparingLong(Agent::getSavedPicoUsd).reversed())
        .limit(MOST_AGENTS)
        .forEach(agent ->
            table.add(
                agent.getAgentId(),
                agent.getGroup(),
                Show.count(agent.getCallCount()),
                cents(agent.getSpentPicoUsd()),
                cents(agent.getSavedPicoUsd())));
    return table;
  }

  private Table failures() {
    Table table = new Table("MODEL", "FAILURE", ">HTTP", ">COUNT", ">AGENTS");
    for (FailureSummary failure :
        learned.getFailuresList().stream().limit(MOST_FAILURES).toList()) {
      table.add(
          failure.getProvider() + "/" + failure.getModel(),
          failure.getReason().name().replaceFirst("^ERROR_REASON_", "").toLowerCase(Locale.ROOT),
          failure.getHttpStatus() == 0 ? "" : String.valueOf(failure.getHttpStatus()),
          Show.count(failure.getCount()),
          Show.count(failure.getAgentCount()));
    }
    return table;
  }

  private void agreement(List<String> lines) {
    ReportRow paid = ledger.getTotal();
    Invoice.Totals billed = invoice.total();
    lines.add("The books");
    fact(
        lines,
        "Ledger",
        Show.dollars(paid.getExactPicoUsd()),
        Show.count(paid.getExactCallCount()) + " calls, usage reported");
    fact(
        lines,
        "Invoice",
        Show.dollars(billed.reportedCostPicos()),
        Show.count(billed.calls() - billed.unreportedCalls()) + " calls");
    long difference = paid.getExactPicoUsd() - billed.reportedCostPicos();
    lines.add(
        difference == 0
            ? "  They agree to the pico-dollar."
            : "  They differ by " + Show.dollars(difference) + ".");
    if (paid.getEstimatedCallCount() > 0 || billed.unreportedCalls() > 0) {
      fact(
          lines,
          "Broken calls",
          Show.dollars(paid.getEstimatedPicoUsd()),
          Show.count(paid.getEstimatedCallCount()) + " in the ledger, estimated, kept apart");
      fact(
          lines,
          "",
          Show.dollars(billed.costPicos() - billed.reportedCostPicos()),
          Show.count(billed.unreportedCalls()) + " on the invoice");
    }
  }

  /** Rounded, for columns that no sum is made of. */
  private static String cents(long picoUsd) {
    return String.format(Locale.ROOT, "$%.4f", picoUsd / 1e12);
  }
}
