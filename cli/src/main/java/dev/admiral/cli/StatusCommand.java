package dev.admiral.cli;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.ServerFigures;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Tells on one screen how the server is and what it saves.",
      "Each fact is a line that begins with \"optimizer.\"; dollars are rounded.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:it serves",
      "1:it works in part, or the call failed",
      "2:it does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class StatusCommand extends FleetCommand {
  private static final String SERVICE = "admiral.optimizer.v1";
  private static final int MOST_ROWS = 5;

  StatusCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    HealthResponse health = client.health();
    Optional<StatsResponse> stats = ifOffered(() -> Statistics.ask(client));
    Optional<GetReportResponse> today = ifOffered(() -> client.ledger().report(today()));
    if (isJson()) {
      Map<String, Message> members = new LinkedHashMap<>();
      members.put("service", StringValue.of(SERVICE));
      members.put("address", StringValue.of(server().address(shell())));
      members.put("health", health);
      stats.ifPresent(known -> members.put("stats", known));
      today.ifPresent(known -> members.put("today", known));
      out().println(OutputOptions.object(members));
    } else {
      print(facts(health, stats, today).lines(width()));
      printTable(failing(health));
      stats.map(StatusCommand::agents).ifPresent(this::printTable);
      stats.map(StatusCommand::models).ifPresent(this::printTable);
    }
    return HealthCommand.exitCode(health.getState());
  }

  private GetReportRequest today() {
    long midnight = shell().ticker().now().truncatedTo(ChronoUnit.DAYS).getEpochSecond();
    return GetReportRequest.newBuilder()
        .setStartTime(Timestamp.newBuilder().setSeconds(midnight))
        .setGrouping(ReportGrouping.REPORT_GROUPING_DAY)
        .build();
  }

  private Facts facts(
      HealthResponse health, Optional<StatsResponse> stats, Optional<GetReportResponse> today) {
    Facts facts = new Facts();
    facts.add("optimizer.state", state(health));
    facts.add(
        "optimizer.service",
        SERVICE + " at " + server().address(shell()) + ", known from " + server().origin(shell()));
    facts.add("optimizer.version", health.getVersion());
    facts.add("optimizer.start", since(health));
    if (health.hasFigures()) {
      ServerFigures figures = health.getFigures();
      facts.add("optimizer.memory", memory(figures));
      if (figures.hasProcessorRate()) {
        facts.add("optimizer.cpu", Show.percent(figures.getProcessorRate()) + " of all processors");
      }
    }
    stats.ifPresent(known -> {
      facts.add("optimizer.calls", calls(known));
      facts.add("optimizer.saved", saved(known.getTotal()));
    });
    today.ifPresent(report -> facts.add("optimizer.today", today(report.getTotal())));
    return facts;
  }

  private String state(HealthResponse health) {
    List<PartHealth> failing = failingParts(health);
    String parts =
        (health.getPartsCount() - failing.size()) + " of " + health.getPartsCount() + " parts work";
    String why =
        failing.isEmpty()
            ? parts
            : parts
                + ", not "
                + String.join(", ", failing.stream().map(PartHealth::getName).toList());
    HealthState state = health.getState();
    return shell().paint().state(state, Show.state(state)) + ": " + why;
  }

  private static String since(HealthResponse health) {
    String start = Show.instant(health.getStartTime()) + " UTC";
    return health.hasFigures()
        ? start + ", " + Show.time(health.getFigures().getUptimeDuration()) + " ago"
        : start;
  }

  private static String memory(ServerFigures figures) {
    String heap =
        Show.bytes(figures.getHeapUsedBytes())
            + " of "
            + Show.bytes(figures.getHeapLimitBytes())
            + " heap";
    return figures.getResidentBytes() == 0
        ? heap
        : heap + ", " + Show.bytes(figures.getResidentBytes()) + " in all";
  }

  private static String calls(StatsResponse stats) {
    CallStats total = stats.getTotal();
    return Show.count(total.getCallCount())
        + " since the start, "
        + Show.count(total.getFailureCount())
        + " failed ("
        + Show.percent(total.getFailureCount(), total.getCallCount())
        + "), "
        + Show.count(stats.getInFlightCount())
        + " in flight";
  }

  private static String saved(CallStats total) {
    String part =
        Show.percent(total.getSavedCallCount(), total.getCallCount() - total.getFailureCount());
    return Show.count(total.getSavedCallCount(), "call")
        + " ("
        + part
        + "), "
        + Show.about(total.getSavedAmount())
        + (total.hasSavedDuration() ? ", " + Show.time(total.getSavedDuration()) : "")
        + " since the start; "
        + Show.about(total.getSpentAmount())
        + " paid";
  }

  private static String today(ReportRow day) {
    return Show.count(day.getSavedCallCount(), "call")
        + ", "
        + Show.about(day.getSavedAmount())
        + (day.hasSavedDuration() ? ", " + Show.time(day.getSavedDuration()) : "")
        + " saved; "
        + Show.about(
            Amounts.decimal(day.getExactAmount()).add(Amounts.decimal(day.getEstimatedAmount())))
        + " paid since midnight UTC";
  }

  private static List<PartHealth> failingParts(HealthResponse health) {
    return health.getPartsList().stream()
        .filter(part -> part.getState() != HealthState.HEALTH_STATE_SERVING)
        .toList();
  }

  private Table failing(HealthResponse health) {
    Table table = new Table("PART", "STATE", "~REASON");
    for (PartHealth part : failingParts(health)) {
      table.add(
          part.getName(),
          shell().paint().state(part.getState(), Show.state(part.getState())),
          part.getReason());
    }
    return table;
  }

  private static Table agents(StatsResponse stats) {
    Table table = new Table("BUSIEST AGENTS", ">CALLS", "?>FAILED", "?>SAVED", "?>SPENT");
    Statistics.agents(stats).stream().limit(MOST_ROWS).forEach(row -> add(table, row));
    return table;
  }

  private static Table models(StatsResponse stats) {
    Table table = new Table("BUSIEST MODELS", ">CALLS", "?>FAILED", "?>SAVED", "?>SPENT");
    Statistics.models(stats).stream().limit(MOST_ROWS).forEach(row -> add(table, row));
    return table;
  }

  private static void add(Table table, StatsRow row) {
    CallStats stats = row.getStats();
    table.add(
        Statistics.name(row),
        Show.count(stats.getCallCount()),
        Show.count(stats.getFailureCount()),
        Show.percent(stats.getSavedCallCount(), stats.getCallCount() - stats.getFailureCount()),
        Show.about(stats.getSpentAmount()));
  }

  private void printTable(Table table) {
    if (!table.isEmpty()) {
      out().println();
      print(table, "");
    }
  }
}
