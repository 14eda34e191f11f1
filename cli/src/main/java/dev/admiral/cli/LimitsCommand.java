package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.UsageLimit;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = {"Lists the limits with what is left of them now.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed, or the server is too old to tell",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class LimitsCommand extends FleetCommand {
  LimitsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    List<UsageLimit> limits = client.fleet().limits().toList();
    if (isJson()) {
      return printJson(ListLimitsResponse.newBuilder().addAllLimits(limits).build());
    }
    print(table(limits), "No limit is set, or nobody it is for has called.");
    return Main.DONE;
  }

  /** Returns limits as a table. */
  static Table table(List<UsageLimit> limits) {
    Table table = new Table("WHOSE", "?LIMIT", ">MOST", ">LEFT", "?>AT ONCE", ">REFUSED");
    for (UsageLimit limit : limits) {
      table.add(
          Show.subject(limit.getSubject()),
          Show.counted(limit),
          Show.count(limit.getLimitCount()),
          Show.count(limit.getAvailableCount()),
          Show.count(limit.getBurstCount()),
          Show.count(limit.getRefusedCount()));
    }
    return table;
  }

  /** Whether a limit is nearly used up: less than a fifth of it is left. */
  static boolean isNearlyUsed(UsageLimit limit) {
    return limit.getBurstCount() > 0 && limit.getAvailableCount() * 5 < limit.getBurstCount();
  }
}
