package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.Latency;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description = {"Tells what was served, how fast, and what was saved since the start.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done, or stopped by Ctrl-C",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class StatsCommand extends FleetCommand {
  private static final int MOST_ROWS = 20;

  @Option(names = "--agent", paramLabel = "NAME", description = "Only this agent's calls.")
  private String agent = "";

  @Option(names = "--all", description = "All agents and models, not the 20 busiest.")
  private boolean all;

  @Option(
      names = {"-w", "--watch"},
      description = "Look again and again until Ctrl-C.")
  private boolean watch;

  @Mixin private Live live = new Live();

  StatsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    if (watch || live.count() < Long.MAX_VALUE) {
      return Live.watch(
          shell(),
          live.interval(),
          live.count(),
          !isJson(),
          size -> {
            StatsResponse stats = ask(client);
            answered();
            return isJson() ? List.of(OutputOptions.jsonLine(stats)) : look(stats, size.columns());
          });
    }
    StatsResponse stats = ask(client);
    if (isJson()) {
      return printJson(stats);
    }
    print(lines(stats, width()));
    return Main.DONE;
  }

  private StatsResponse ask(AdmiralClient client) {
    return Statistics.ask(client, agent);
  }

  private List<String> look(StatsResponse stats, int width) {
    List<String> lines = lines(stats, width);
    if (!shell().terminalOut()) {
      lines.add("");
    }
    return lines;
  }

  private List<String> lines(StatsResponse stats, int width) {
    List<String> lines = new ArrayList<>();
    lines.add("Since " + Show.instant(stats.getStartTime()) + " UTC");
    lines.add("");
    lines.addAll(totals(stats).lines(width));
    lines.add("");
    lines.addAll(latencies(stats.getTotal()).lines(width));
    Table models = table("MODEL");
    Statistics.models(stats).stream().limit(rows()).forEach(row -> add(models, row));
    Table agents = table("AGENT");
    Statistics.agents(stats).stream().limit(rows()).forEach(row -> add(agents, row));
    for (Table table : List.of(models, agents)) {
      if (!table.isEmpty()) {
        lines.add("");
        lines.addAll(table.lines(width));
      }
    }
    return lines;
  }

  private static Table table(String heading) {
    return new Table(heading, ">CALLS", "?>FAILED", "?>SAVED", "?>SPENT", "?>P50", "?>P99");
  }

  private long rows() {
    return all ? Long.MAX_VALUE : MOST_ROWS;
  }

  private static Table totals(StatsResponse stats) {
    CallStats total = stats.getTotal();
    long answered = total.getCallCount() - total.getFailureCount();
    Table table = new Table("CALLS", ">COUNT", ">SHARE");
    table.add("in flight now", Show.count(stats.getInFlightCount()), "");
    table.add("asked for", Show.count(total.getCallCount()), "");
    table.add(
        "failed",
        Show.count(total.getFailureCount()),
        Show.percent(total.getFailureCount(), total.getCallCount()));
    row(table, "upstream", total.getUpstreamCount(), answered);
    row(table, "from memory", total.getMemoryHitCount(), answered);
    row(table, "from disk", total.getDiskHitCount(), answered);
    if (total.getNearMatchCount() > 0) {
      row(table, "near match", total.getNearMatchCount(), answered);
    }
    row(table, "coalesced", total.getCoalescedCount(), answered);
    row(table, "repeated", total.getRepeatedCount(), answered);
    row(table, "saved in all", total.getSavedCallCount(), answered);
    table.add("dollars spent", Show.dollars(total.getSpentAmount()), "");
    table.add("dollars saved", Show.dollars(total.getSavedAmount()), "");
    if (total.hasSavedDuration()) {
      table.add("time saved", Show.time(total.getSavedDuration()), "");
    }
    if (total.getUnpricedCount() > 0) {
      row(table, "without a price", total.getUnpricedCount(), answered);
    }
    return table;
  }

  private static void row(Table table, String name, long count, long whole) {
    table.add(name, Show.count(count), Show.percent(count, whole));
  }

  private static Table latencies(CallStats total) {
    Table table = new Table("TIME", ">P50", "?>P95", ">P99", "?>P99.9", "?>MAX");
    add(table, "of a call", total.getLatency());
    add(table, "added here", total.getOverhead());
    return table;
  }

  private static void add(Table table, String name, Latency latency) {
    table.add(
        name,
        Show.time(latency.getP50()),
        Show.time(latency.getP95()),
        Show.time(latency.getP99()),
        Show.time(latency.getP999()),
        Show.time(latency.getMax()));
  }

  private static void add(Table table, StatsRow row) {
    add(table, Statistics.name(row), row.getStats());
  }

  private static void add(Table table, String name, CallStats stats) {
    table.add(
        name,
        Show.count(stats.getCallCount()),
        Show.count(stats.getFailureCount()),
        Show.percent(stats.getSavedCallCount(), stats.getCallCount() - stats.getFailureCount()),
        Show.dollars(stats.getSpentAmount()),
        Show.time(stats.getLatency().getP50()),
        Show.time(stats.getLatency().getP99()));
  }
}
