package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.ReportRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Tells on one page what a day cost and what was saved, exactly, by agent and by model.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed, or the page cannot be written",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class ReportCommand extends FleetCommand {
  @Option(
      names = "--day",
      paramLabel = "DAY",
      defaultValue = "yesterday",
      description = "yesterday, today, or as 2026-01-31, UTC. Default: ${DEFAULT-VALUE}.")
  private String day = "yesterday";

  @Option(names = "--markdown", description = "Print Markdown.")
  private boolean markdown;

  @Option(
      names = "--into",
      paramLabel = "FOLDER",
      description = "Write Markdown into FOLDER/DAY.md, and print that name.")
  private @Nullable Path into;

  ReportCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    LocalDate date = date();
    GetReportResponse agents = ask(client, date, ReportGrouping.REPORT_GROUPING_AGENT);
    GetReportResponse models = ask(client, date, ReportGrouping.REPORT_GROUPING_MODEL);
    if (into != null) {
      return write(into, date, page(date, agents, models, true));
    }
    if (isJson()) {
      Map<String, GetReportResponse> members = new LinkedHashMap<>();
      members.put("agents", agents);
      members.put("models", models);
      out().println(OutputOptions.object(members));
    } else {
      print(page(date, agents, models, markdown));
    }
    return Main.DONE;
  }

  private LocalDate date() {
    LocalDate today = LocalDate.ofInstant(shell().ticker().now(), ZoneOffset.UTC);
    return switch (day) {
      case "today" -> today;
      case "yesterday" -> today.minusDays(1);
      default -> date(day);
    };
  }

  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "--day '" + text + "' is neither yesterday nor today nor a day like 2026-01-31.");
    }
  }

  private static GetReportResponse ask(
      AdmiralClient client, LocalDate date, ReportGrouping grouping) {
    return client
        .ledger()
        .report(
            GetReportRequest.newBuilder()
                .setStartTime(CostCommand.start(date))
                .setEndTime(CostCommand.start(date.plusDays(1)))
                .setGrouping(grouping)
                .build());
  }

  private List<String> page(
      LocalDate date, GetReportResponse agents, GetReportResponse models, boolean marked) {
    List<String> lines = new ArrayList<>();
    lines.add((marked ? "# " : "") + "What Admiral saved on " + date + " (UTC)");
    for (String fact : facts(agents.getTotal())) {
      lines.add("");
      lines.addAll(marked ? List.of(fact) : Text.wrap(fact, width()));
    }
    for (Costs costs : List.of(Costs.of(agents, "AGENT"), Costs.of(models, "MODEL"))) {
      if (!costs.rows().isEmpty()) {
        lines.add("");
        lines.addAll(marked ? costs.markdown() : costs.table().lines(width()));
      }
    }
    return lines;
  }

  private static List<String> facts(ReportRow total) {
    List<String> facts = new ArrayList<>();
    String time = total.hasSavedDuration() ? ", " + Show.time(total.getSavedDuration()) : "";
    facts.add(
        "Saved: "
            + Show.count(total.getSavedCallCount(), "call")
            + ", "
            + Show.dollars(total.getSavedAmount())
            + time
            + ". Paid: "
            + Show.count(total.getExactCallCount(), "call")
            + ", "
            + Show.dollars(total.getExactAmount())
            + ".");
    if (total.getEstimatedCallCount() > 0) {
      facts.add(
          "Estimated, as the vendor reported no usage: "
              + Show.count(total.getEstimatedCallCount(), "further call")
              + ", "
              + Show.dollars(total.getEstimatedAmount())
              + ".");
    }
    if (total.getUnpricedCallCount() > 0) {
      facts.add(
          "Without a price: " + Show.count(total.getUnpricedCallCount(), "further call") + ".");
    }
    return facts;
  }

  /** A reader finds the page whole or not at all. */
  private int write(Path folder, LocalDate date, List<String> page) {
    Path file = folder.resolve(date + ".md");
    Path fresh = folder.resolve(date + ".md.new");
    try {
      Files.createDirectories(folder);
      Files.write(fresh, page);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Main.explain(
          shell(),
          "the page " + file + " cannot be written; check that " + folder + " may be written to.");
      return Main.FAILED;
    }
    out().println(file);
    return Main.DONE;
  }
}
