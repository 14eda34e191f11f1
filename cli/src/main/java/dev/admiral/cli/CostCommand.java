package dev.admiral.cli;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.ReportGrouping;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
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
    Table table = Costs.of(report, heading()).table();
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

  /** Returns the first instant of a day. */
  static Timestamp start(LocalDate day) {
    return Timestamp.newBuilder()
        .setSeconds(day.atStartOfDay(ZoneOffset.UTC).toEpochSecond())
        .build();
  }
}
