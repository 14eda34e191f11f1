package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.OutcomeSummary;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "learn",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what the server has learned from failures, the most frequent first,",
      "and what callers reported of the answers they got.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class LearnCommand extends FleetCommand {
  @Option(names = "--provider", paramLabel = "NAME", description = "Only this provider.")
  private String provider = "";

  @Option(names = "--model", paramLabel = "NAME", description = "Only this model.")
  private String model = "";

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most kinds of failure, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int most;

  LearnCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    if (most < 1 || most > 1_000) {
      throw new UsageException("--most is not between 1 and 1000.");
    }
    LearningQueryResponse learned =
        client.learning(
            LearningQueryRequest.newBuilder()
                .setProvider(provider)
                .setModel(model)
                .setPageSize(most)
                .build());
    if (isJson()) {
      return printJson(learned);
    }
    Table table =
        new Table("MODEL", "~FAILURE", "?>HTTP", ">COUNT", "?>AGENTS", "?LAST SEEN (UTC)");
    for (FailureSummary failure : learned.getFailuresList()) {
      table.add(
          failure.getProvider() + "/" + failure.getModel(),
          Show.word(failure.getReason(), "ERROR_REASON_"),
          failure.getHttpStatus() == 0 ? "" : String.valueOf(failure.getHttpStatus()),
          Show.count(failure.getCount()),
          Show.count(failure.getAgentCount()),
          Show.instant(failure.getLastTime()));
    }
    print(table, "No failure was seen.");
    if (learned.getOutcomesCount() > 0) {
      out().println();
      print(outcomes(learned), "");
    }
    return Main.DONE;
  }

  private static Table outcomes(LearningQueryResponse learned) {
    Table table =
        new Table("MODEL", "?TASK", ">GOOD", ">BAD", ">SCORE", "?>AGENTS", "?LAST REPORTED (UTC)");
    for (OutcomeSummary outcome : learned.getOutcomesList()) {
      table.add(
          outcome.getProvider() + "/" + outcome.getModel(),
          outcome.getTaskType(),
          Show.count(outcome.getGoodCount()),
          Show.count(outcome.getBadCount()),
          outcome.hasMeanScore() ? String.format(Locale.ROOT, "%.3f", outcome.getMeanScore()) : "",
          Show.count(outcome.getAgentCount()),
          Show.instant(outcome.getLastTime()));
    }
    return table;
  }
}
