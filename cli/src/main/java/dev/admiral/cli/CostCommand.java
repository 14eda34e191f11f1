package dev.admiral.cli;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.ReportRow;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = {"Tells what was paid and what was saved, exactly.", ""})
final class CostCommand extends FleetCommand {
  /** What a row stands for. */
  enum By {
    agent,
    model,
    day
  }

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "model",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private By by = By.model;

  @Option(names = "--from", paramLabel = "DAY", description = "First day, as 2026-01-31, UTC.")
  private @Nullable LocalDate from;

  @Option(names = "--to", paramLabel = "DAY", description = "First day no longer counted.")
  private @Nullable LocalDate to;

  @Option(names = "--agent", paramLabel = "NAME", description = "Only this agent.")
  private String agent = "";

  CostCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    GetReportRequest.Builder request =
        GetReportRequest.newBuilder()
            .setAgentId(agent)
            .setGrouping(
                switch (by) {
                  case agent -> ReportGrouping.REPORT_GROUPING_AGENT;
                  case model -> ReportGrouping.REPORT_GROUPING_MODEL;
                  case day -> ReportGrouping.REPORT_GROUPING_DAY;
                });
    if (from != null) {
      request.setStartTime(start(from));
    }
    if (to != null) {
      request.setEndTime(start(to));
    }
    GetReportResponse report = client.ledger().report(request.build());
    if (isJson()) {
      shell().out().println(OutputOptions.json(report));
      return Main.DONE;
    }
    boolean estimates = report.getTotal().getEstimatedCallCount() > 0;
    Table table =
        estimates
            ? new Table(heading(), ">PAID CALLS", ">PAID", ">ESTIMATED", ">SAVED CALLS", ">SAVED")
            : new Table(heading(), ">PAID CALLS", ">PAID", ">SAVED CALLS", ">SAVED");
    report.getRowsList().forEach(row -> add(table, row.getGroup(), row, estimates));
    if (report.getRowsCount() > 1) {
      add(table, "all", report.getTotal(), estimates);
    }
    print(table, "Nothing was paid and nothing was saved.");
    if (report.getTotal().getUnpricedCallCount() > 0) {
      shell().out().println();
      shell()
          .out()
          .println(
              "Without a price: "
                  + Show.count(report.getTotal().getUnpricedCallCount())
                  + " further calls");
    }
    return Main.DONE;
  }

  private String heading() {
    return switch (by) {
      case agent -> "AGENT";
      case model -> "MODEL";
      case day -> "DAY (UTC)";
    };
  }

  private static void add(Table table, String name, ReportRow row, boolean estimates) {
    String calls = Show.count(row.getExactCallCount() + row.getEstimatedCallCount());
    String paid = Show.dollars(row.getExactPicoUsd());
    String savedCalls = Show.count(row.getSavedCallCount());
    String saved = Show.dollars(row.getSavedPicoUsd());
    if (estimates) {
      table.add(name, calls, paid, Show.dollars(row.getEstimatedPicoUsd()), savedCalls, saved);
    } else {
      table.add(name, calls, paid, savedCalls, saved);
    }
  }

  private static Timestamp start(LocalDate day) {
    return Timestamp.newBuilder()
        .setSeconds(day.atStartOfDay(ZoneOffset.UTC).toEpochSecond())
        .build();
  }
}
