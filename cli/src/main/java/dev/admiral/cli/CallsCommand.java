package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.v1.Attempt;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "calls",
    mixinStandardHelpOptions = true,
    description = {"Lists the latest calls, or tells of one of them where its time went.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed (there is no such call, the server is too old to tell)",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class CallsCommand extends FleetCommand {
  private static final int PAGE_SIZE = 1_000;

  /** Letters of an id that tell it from others, in all likelihood. */
  private static final int SHORT_ID = 16;

  private static final int WHOLE_IDS_FROM = 120;

  @Parameters(
      paramLabel = "CALL_ID",
      arity = "0..1",
      description =
          "Only this call, step by step; the first 16 letters will do. Default: the latest calls.")
  private @Nullable String callId;

  @Option(names = "--agent", paramLabel = "NAME", description = "Only this agent's calls.")
  private String agent = "";

  @Option(names = "--failed", description = "Only calls that failed.")
  private boolean failed;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most calls, 1 to 100000. Default: ${DEFAULT-VALUE}.")
  private int most;

  CallsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    if (callId != null) {
      return one(client, callId);
    }
    if (most < 1 || most > 100_000) {
      throw new UsageException("--most is not between 1 and 100000.");
    }
    List<CallRecord> calls =
        client
            .calls()
            .latest(
                ListCallsRequest.newBuilder()
                    .setAgentId(agent)
                    .setFailedOnly(failed)
                    .setPageSize(Math.min(most, 1_000))
                    .build())
            .limit(most)
            .toList();
    if (isJson()) {
      return printJson(ListCallsResponse.newBuilder().addAllCalls(calls).build());
    }
    print(table(calls, width()), "The server remembers no such call.");
    return Main.DONE;
  }

  /** Returns calls as a table for a terminal of so many columns: narrow ones show short ids. */
  static Table table(List<CallRecord> calls, int width) {
    Table table = new Table("TIME (UTC)", "CALL", "?AGENT", "FROM", "?>TOOK", "?>COST", "?MODEL");
    for (CallRecord call : calls) {
      table.add(
          Show.timeOfDay(call.getCreateTime()),
          width < WHOLE_IDS_FROM ? shortened(call.getCallId()) : call.getCallId(),
          call.getAgentId(),
          from(call),
          Show.time(call.getDuration()),
          call.hasCost() ? money(call.getCost()) : "",
          model(call));
    }
    return table;
  }

  private static String shortened(String id) {
    return id.substring(0, Math.min(SHORT_ID, id.length()));
  }

  private int one(AdmiralClient client, String id) {
    GetCallResponse answer = get(client, id);
    if (isJson()) {
      return printJson(answer);
    }
    CallRecord call = answer.getCall();
    print(facts(call).lines(width()));
    if (call.getStepsCount() > 0) {
      out().println();
      print(new Waterfall(call).lines(width()));
    }
    if (call.getServed().getAttemptsCount() > 0) {
      out().println();
      print(attempts(call), "");
    }
    if (answer.hasPrompt() || answer.hasCompletion()) {
      out().println();
      out().println("The server keeps what was said; --output json shows it.");
    }
    return Main.DONE;
  }

  /** Returns the call of an id, or the latest whose id begins like that. */
  private static GetCallResponse get(AdmiralClient client, String id) {
    GetCallRequest.Builder request = GetCallRequest.newBuilder();
    try {
      return client.calls().get(request.setCallId(id).build());
    } catch (AdmiralException e) {
      if (e.reason() != ErrorReason.ERROR_REASON_NOT_FOUND || id.length() < SHORT_ID) {
        throw e;
      }
      String whole =
          client
              .calls()
              .latest(ListCallsRequest.newBuilder().setPageSize(PAGE_SIZE).build())
              .map(CallRecord::getCallId)
              .filter(other -> other.startsWith(id))
              .findFirst()
              .orElseThrow(() -> e);
      return client.calls().get(request.setCallId(whole).build());
    }
  }

  private static Facts facts(CallRecord call) {
    Facts facts = new Facts();
    facts.add("call", call.getCallId());
    facts.add("agent", call.getAgentId());
    if (!call.getTaskType().isEmpty()) {
      facts.add("task", call.getTaskType());
    }
    facts.add("asked for", call.getRequestedModel() + (call.getStreamed() ? ", streamed" : ""));
    facts.add("answered by", model(call).isEmpty() ? "nobody" : model(call));
    facts.add("from", from(call));
    facts.add("arrived", Show.instant(call.getCreateTime()) + " UTC");
    facts.add("took", times(call));
    if (call.hasUsage()) {
      facts.add("tokens", tokens(call.getUsage()));
    }
    if (call.hasCost()) {
      facts.add("cost", money(call.getCost()));
    }
    if (!call.getLedgerEntryId().isEmpty()) {
      facts.add("entry", call.getLedgerEntryId());
    }
    return facts;
  }

  private static String times(CallRecord call) {
    StringBuilder times = new StringBuilder(Show.time(call.getDuration()));
    if (call.getServed().hasUpstreamDuration()) {
      times.append(", upstream ").append(Show.time(call.getServed().getUpstreamDuration()));
    }
    if (call.getServed().hasOverheadDuration()) {
      times.append(", added here ").append(Show.time(call.getServed().getOverheadDuration()));
    }
    return times.toString();
  }

  private static String tokens(Usage usage) {
    return Show.count(usage.getInputTokenCount())
        + " in, "
        + Show.count(usage.getOutputTokenCount())
        + " out"
        + (usage.getEstimated() ? ", estimated" : "");
  }

  private static Table attempts(CallRecord call) {
    Table table = new Table("TRIED", "RESULT", "?>HTTP", ">TOOK", "?>FIRST TOKEN");
    for (Attempt attempt : call.getServed().getAttemptsList()) {
      table.add(
          attempt.getProvider() + "/" + attempt.getModel(),
          attempt.getFailure() == ErrorReason.ERROR_REASON_UNSPECIFIED
              ? "answered"
              : Show.failure(attempt.getFailure()),
          attempt.getHttpStatus() == 0 ? "" : String.valueOf(attempt.getHttpStatus()),
          Show.time(attempt.getDuration()),
          attempt.hasTimeToFirstToken() ? Show.time(attempt.getTimeToFirstToken()) : "");
    }
    return table;
  }

  private static String model(CallRecord call) {
    return call.getModel().isEmpty() ? "" : call.getProvider() + "/" + call.getModel();
  }

  private static String from(CallRecord call) {
    return call.getFailure() == ErrorReason.ERROR_REASON_UNSPECIFIED
        ? Show.source(call.getServed().getSource())
        : "failed: " + Show.failure(call.getFailure());
  }

  private static String money(Cost cost) {
    return switch (cost.getState()) {
      case STATE_EXACT -> Show.dollars(cost.getChargedAmount());
      case STATE_ESTIMATED -> "about " + Show.dollars(cost.getChargedAmount());
      default -> "price unknown";
    };
  }
}
