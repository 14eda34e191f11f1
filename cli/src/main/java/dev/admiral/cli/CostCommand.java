package dev.admiral.cli;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.ReportRow;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = {"Tells what was paid and what was saved, exactly.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class CostCommand extends FleetCommand {
  /** What a row stands for. */
  enum By {
    agent,
    model,
    day
  }

  /** Reads a day. */
  static final class Day implements ITypeConverter<LocalDate> {
    @Override
    public LocalDate convert(String text) {
      try {
        return LocalDate.parse(text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException("'" + text + "' is not a day like 2026-01-31");
      }
    }
  }

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "model",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private By by = By.model;

  @Option(
      names = "--from",
      paramLabel = "DAY",
      converter = Day.class,
      description = "First day, as 2026-01-31, UTC.")
  private @Nullable LocalDate from;

  @Option(
      names = "--to",
      paramLabel = "DAY",
      converter = Day.class,
      description = "First day no longer counted.")
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
    if (from != null && to != null && !from.isBefore(to)) {
      throw new UsageException("--from " + from + " is not before --to " + to + ".");
    }
    GetReportResponse report = client.ledger().report(request.build());
    if (isJson()) {
      return printJson(report);
    }
    boolean estimates = report.getTotal().getEstimatedCallCount() > 0;
    boolean times = report.getTotal().hasSavedDuration();
    List<String> headings = new ArrayList<>(List.of(heading(), "?>PAID CALLS", ">PAID"));
    if (estimates) {
      headings.add(">ESTIMATED");
    }
    headings.addAll(List.of("?>SAVED CALLS", ">SAVED"));
    if (times) {
      headings.add("?>TIME SAVED");
    }
    Table table = new Table(headings.toArray(String[]::new));
    report.getRowsList().forEach(row -> add(table, row.getGroup(), row, estimates, times));
    if (report.getRowsCount() > 1) {
      add(table, "all", report.getTotal(), estimates, times);
    }
    print(table, "Nothing was paid and nothing was saved.");
    if (report.getTotal().getUnpricedCallCount() > 0) {
      String unpriced = Show.count(report.getTotal().getUnpricedCallCount());
      out().println();
      Text.wrap("Without a price: " + unpriced + " further calls", width()).forEach(out()::println);
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

  private static void add(
      Table table, String name, ReportRow row, boolean estimates, boolean times) {
    List<String> cells = new ArrayList<>();
    cells.add(name);
    cells.add(Show.count(row.getExactCallCount() + row.getEstimatedCallCount()));
    cells.add(Show.dollars(row.getExactPicoUsd()));
    if (estimates) {
      cells.add(Show.dollars(row.getEstimatedPicoUsd()));
    }
    cells.add(Show.count(row.getSavedCallCount()));
    cells.add(Show.dollars(row.getSavedPicoUsd()));
    if (times) {
      cells.add(Show.time(row.getSavedDuration()));
    }
    table.add(cells.toArray(String[]::new));
  }

  private static Timestamp start(LocalDate day) {
    return Timestamp.newBuilder()
        .setSeconds(day.atStartOfDay(ZoneOffset.UTC).toEpochSecond())
        .build();
  }
}
