package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.PartHealth;
import picocli.CommandLine.Command;

@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {
      "Tells how each part of the server is.",
      "Exits 0 if it serves, 1 if it works in part, 2 if it does not serve or cannot be reached.",
      ""
    })
final class HealthCommand extends FleetCommand {
  HealthCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    HealthResponse health = client.health();
    if (isJson()) {
      shell().out().println(OutputOptions.json(health));
    } else {
      Table server = new Table("STATE", "VERSION", "SINCE (UTC)");
      server.add(word(health.getState()), health.getVersion(), Show.instant(health.getStartTime()));
      print(server, "");
      shell().out().println();
      Table table = new Table("PART", "STATE", "SINCE (UTC)", "REASON");
      for (PartHealth part : health.getPartsList()) {
        table.add(
            part.getName(),
            word(part.getState()),
            part.hasSinceTime() ? Show.instant(part.getSinceTime()) : "",
            part.getReason());
      }
      print(table, "The server names no parts.");
    }
    return switch (health.getState()) {
      case HEALTH_STATE_SERVING -> Main.DONE;
      case HEALTH_STATE_DEGRADED -> Main.FAILED;
      default -> Main.NOT_SERVING;
    };
  }

  private static String word(HealthState state) {
    return Show.word(state, "HEALTH_STATE_");
  }
}
