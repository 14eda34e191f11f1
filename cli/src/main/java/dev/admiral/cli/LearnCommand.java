package dev.admiral.cli;

import com.google.protobuf.Message;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.FailurePage;
import dev.admiral.optimizer.v1.FailureQuery;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.FeedbackPage;
import dev.admiral.optimizer.v1.FeedbackQuery;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
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
    FailurePage failures =
        client
            .learning(
                LearningQueryRequest.newBuilder()
                    .setFailures(
                        FailureQuery.newBuilder()
                            .setProvider(provider)
                            .setModel(model)
                            .setPageSize(most))
                    .build())
            .getFailures();
    FeedbackQuery query = FeedbackQuery.newBuilder().setProvider(provider).setModel(model).build();
    FeedbackPage feedback =
        FeedbackPage.newBuilder().addAllFeedback(client.feedback(query).toList()).build();
    if (isJson()) {
      Map<String, Message> members = new LinkedHashMap<>();
      members.put("failures", failures);
      members.put("feedback", feedback);
      out().println(OutputOptions.object(members));
      return Main.DONE;
    }
    Table table =
        new Table("MODEL", "~FAILURE", "?>HTTP", ">COUNT", "?>AGENTS", "?LAST SEEN (UTC)");
    for (FailureSummary failure : failures.getFailuresList()) {
      table.add(
          failure.getProvider() + "/" + failure.getModel(),
          Show.word(failure.getReason(), "ERROR_REASON_"),
          failure.getHttpStatus() == 0 ? "" : String.valueOf(failure.getHttpStatus()),
          Show.count(failure.getCount()),
          Show.count(failure.getAgentCount()),
          Show.instant(failure.getLastSeenTime()));
    }
    print(table, "No failure was seen.");
    if (feedback.getFeedbackCount() > 0) {
      out().println();
      print(reported(feedback), "");
    }
    return Main.DONE;
  }

  private static Table reported(FeedbackPage feedback) {
    Table table =
        new Table("MODEL", "?TASK", ">GOOD", ">BAD", ">SCORE", "?>AGENTS", "?LAST REPORTED (UTC)");
    for (FeedbackSummary one : feedback.getFeedbackList()) {
      table.add(
          one.getProvider() + "/" + one.getModel(),
          one.getTaskType(),
          Show.count(one.getGoodCount()),
          Show.count(one.getBadCount()),
          one.hasMeanScore() ? String.format(Locale.ROOT, "%.3f", one.getMeanScore()) : "",
          Show.count(one.getAgentCount()),
          Show.instant(one.getLastSeenTime()));
    }
    return table;
  }
}
