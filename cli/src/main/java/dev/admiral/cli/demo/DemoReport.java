package dev.admiral.cli.demo;

import dev.admiral.cli.Show;
import dev.admiral.cli.Statistics;
import dev.admiral.cli.Table;
import dev.admiral.cli.Text;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.simulator.Invoice;
import java.math.BigDecimal;
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
    List<FailureSummary> learned,
    List<Agent> agents,
    Tally tally,
    Invoice invoice) {
  private static final int MOST_AGENTS = 5;
  private static final int MOST_FAILURES = 8;

  /** Returns the lines, none wider than so many columns, 40 or more. */
  List<String> lines(int columns) {
    Page page = new Page(columns, new ArrayList<>());
    CallStats total = stats.getTotal();
    page.add(
        agents.size()
            + " agents, "
            + Statistics.models(stats).size()
            + " models, "
            + seconds
            + " seconds of real gRPC calls");
    page.add("");
    calls(page, total);
    page.add("");
    money(page, total);
    section(page, "How long an answer took, by the agents' clocks", times());
    section(page, "Models, busiest first", models());
    section(page, "Agents that saved most", savers());
    section(page, "Learned from failures", failures());
    page.add("");
    page.add(
        "Answered by another model, as the first one failed: " + Show.count(tally.failedOver()));
    tally
        .failures()
        .forEach((reason, count) ->
            page.add("Ended without an answer, " + reason + ": " + Show.count(count)));
    page.add("");
    agreement(page);
    return page.lines();
  }

  /** Lines of a width that is given. */
  private record Page(int columns, List<String> lines) {
    /** Adds a line, broken where it is too long. */
    void add(String line) {
      if (line.length() <= columns) {
        lines.add(line);
      } else {
        lines.addAll(Text.wrap(line, columns));
      }
    }
  }

  private void calls(Page page, CallStats total) {
    long answered = total.getCallCount() - total.getFailureCount();
    fact(page, "Calls", Show.count(total.getCallCount()), "asked for by the agents");
    fact(
        page,
        "Upstream",
        Show.count(total.getUpstreamCount()),
        "answered by a provider, " + Show.percent(total.getUpstreamCount(), answered));
    fact(
        page,
        "Saved",
        Show.count(total.getSavedCallCount()),
        "needed no provider, " + Show.percent(total.getSavedCallCount(), answered));
    part(page, "from memory", total.getMemoryHitCount(), answered);
    part(page, "from disk", total.getDiskHitCount(), answered);
    part(page, "coalesced", total.getCoalescedCount(), answered);
    part(page, "repeated", total.getRepeatedCount(), answered);
    fact(
        page,
        "Failed",
        Show.count(total.getFailureCount()),
        Show.percent(total.getFailureCount(), total.getCallCount()));
  }

  private void money(Page page, CallStats total) {
    BigDecimal spent = Amounts.decimal(total.getSpentAmount());
    BigDecimal saved = Amounts.decimal(total.getSavedAmount());
    double bill = spent.add(saved).doubleValue();
    fact(page, "Dollars spent", Show.dollars(spent), "");
    fact(
        page,
        "Dollars saved",
        Show.dollars(saved),
        bill == 0 ? "" : Show.percent(saved.doubleValue() / bill) + " of the bill");
    fact(
        page,
        "Waiting saved",
        Show.time(total.getSavedDuration()),
        "what answers took upstream, less the wait");
  }

  private static void part(Page page, String name, long count, long whole) {
    if (count > 0) {
      fact(page, "  " + name, Show.count(count), Show.percent(count, whole));
    }
  }

  private static void fact(Page page, String name, String value, String note) {
    String line = String.format(Locale.ROOT, "  %-14s %15s  %s", name, value, note).stripTrailing();
    if (line.length() <= page.columns()) {
      page.add(line);
    } else {
      page.add(String.format(Locale.ROOT, "  %-14s %15s", name, value));
      Text.wrap(note, page.columns() - 4).forEach(part -> page.add("    " + part));
    }
  }

  private static void section(Page page, String heading, Table table) {
    if (!table.isEmpty()) {
      page.add("");
      page.add(heading);
      table.lines(page.columns() - 2).forEach(line -> page.add(line.isEmpty() ? "" : "  " + line));
    }
  }

  private Table times() {
    Table table = new Table("ANSWERS", ">COUNT", ">P50", ">P95", "?>P99", "?>SLOWEST");
    Map<Tally.Way, long[]> times = tally.times();
    for (Map.Entry<Tally.Way, long[]> way : times.entrySet()) {
      long[] sorted = way.getValue();
      if (sorted.length > 0) {
        table.add(
            switch (way.getKey()) {
              case CACHED -> "cached";
              case JOINED -> "coalesced";
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
    Table table = new Table("MODEL", ">CALLS", "?>UPSTREAM", ">SAVED", "?>SPENT", "?>P99");
    for (StatsRow model : Statistics.models(stats)) {
      CallStats calls = model.getStats();
      table.add(
          Statistics.name(model),
          Show.count(calls.getCallCount()),
          Show.count(calls.getUpstreamCount()),
          Show.percent(calls.getSavedCallCount(), calls.getCallCount() - calls.getFailureCount()),
          cents(calls.getSpentAmount()),
          Show.time(calls.getLatency().getP99()));
    }
    return table;
  }

  private Table savers() {
    Table table = new Table("AGENT", "?GROUP", ">CALLS", ">SPENT", ">SAVED");
    agents.stream()
        .sorted(
            Comparator.comparing((Agent agent) -> Amounts.decimal(agent.getSavedAmount()))
                .reversed())
        .limit(MOST_AGENTS)
        .forEach(agent ->
            table.add(
                agent.getAgentId(),
                agent.getGroup(),
                Show.count(agent.getCallCount()),
                cents(agent.getSpentAmount()),
                cents(agent.getSavedAmount())));
    return table;
  }

  private Table failures() {
    Table table = new Table("MODEL", "~FAILURE", "?>HTTP", ">COUNT", "?>AGENTS");
    for (FailureSummary failure : learned.stream().limit(MOST_FAILURES).toList()) {
      table.add(
          failure.getProvider() + "/" + failure.getModel(),
          failure
              .getReason()
              .name()
              .replaceFirst("^ERROR_REASON_", "")
              .replace('_', ' ')
              .toLowerCase(Locale.ROOT),
          failure.getHttpStatus() == 0 ? "" : String.valueOf(failure.getHttpStatus()),
          Show.count(failure.getCount()),
          Show.count(failure.getAgentCount()));
    }
    return table;
  }

  private void agreement(Page page) {
    ReportRow paid = ledger.getTotal();
    Invoice.Totals billed = invoice.total();
    page.add("The books");
    fact(
        page,
        "Ledger",
        Show.dollars(paid.getExactAmount()),
        Show.count(paid.getExactCallCount()) + " calls, usage reported");
    fact(
        page,
        "Invoice",
        Show.dollars(dollars(billed.reportedCostPicos())),
        Show.count(billed.calls() - billed.unreportedCalls()) + " calls");
    BigDecimal difference =
        Amounts.decimal(paid.getExactAmount()).subtract(dollars(billed.reportedCostPicos()));
    page.add(
        difference.signum() == 0
            ? "  They agree to the pico-dollar."
            : "  They differ by " + Show.dollars(difference) + ".");
    if (paid.getEstimatedCallCount() > 0 || billed.unreportedCalls() > 0) {
      fact(
          page,
          "Broken calls",
          Show.dollars(paid.getEstimatedAmount()),
          Show.count(paid.getEstimatedCallCount()) + " in the ledger, estimated, kept apart");
      fact(
          page,
          "",
          Show.dollars(dollars(billed.costPicos() - billed.reportedCostPicos())),
          Show.count(billed.unreportedCalls()) + " on the invoice");
    }
  }

  /** Rounded, for columns that no sum is made of. */
  private static String cents(Money amount) {
    return String.format(Locale.ROOT, "$%.4f", Amounts.decimal(amount));
  }

  /** The invoice counts in 1e-12 of a dollar. */
  private static BigDecimal dollars(long picos) {
    return BigDecimal.valueOf(picos, 12);
  }
}
