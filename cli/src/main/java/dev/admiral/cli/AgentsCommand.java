package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.ListAgentsResponse;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "agents",
    mixinStandardHelpOptions = true,
    description = {"Lists the agents seen.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class AgentsCommand extends FleetCommand {
  AgentsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    List<Agent> agents = client.fleet().agents().toList();
    if (isJson()) {
      out()
          .println(
              OutputOptions.json(ListAgentsResponse.newBuilder().addAllAgents(agents).build()));
      return Main.DONE;
    }
    Table table = new Table("AGENT", "?GROUP", ">CALLS", ">SPENT", "?>SAVED", "?LAST SEEN (UTC)");
    for (Agent agent : agents) {
      table.add(
          agent.getAgentId(),
          agent.getGroup(),
          Show.count(agent.getCallCount()),
          Show.dollars(agent.getSpentAmount()),
          Show.dollars(agent.getSavedAmount()),
          Show.instant(agent.getLastSeenTime()));
    }
    print(table, "No agent has called yet.");
    return Main.DONE;
  }
}
