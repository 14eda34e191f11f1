package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.optimizer.v1.ServerFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {"Tells how each part of the server is.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:it serves",
      "1:it works in part, or the call failed",
      "2:it does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class HealthCommand extends FleetCommand {
  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing; the exit code tells.")
  private boolean quiet;

  @Option(
      names = "--probe",
      description =
          "For probes, which end what they take for dead: print nothing, and exit with 0 also while"
              + " it works in part.")
  private boolean probe;

  HealthCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    HealthResponse health = client.health();
    if (probe && health.getState() == HealthState.HEALTH_STATE_DEGRADED) {
      return Main.DONE;
    }
    if (quiet || probe) {
      return exitCode(health.getState());
    }
    if (isJson()) {
      printJson(health);
      return exitCode(health.getState());
    }
    Table server = new Table("STATE", "VERSION", "?SINCE (UTC)");
    server.add(state(health.getState()), health.getVersion(), Show.instant(health.getStartTime()));
    print(server, "");
    out().println();
    Table table = new Table("PART", "STATE", "?SINCE (UTC)", "~REASON");
    for (PartHealth part : health.getPartsList()) {
      table.add(
          part.getName(),
          state(part.getState()),
          part.hasSinceTime() ? Show.instant(part.getSinceTime()) : "",
          part.getReason());
    }
    print(table, "The server names no parts.");
    if (health.hasFigures()) {
      out().println();
      print(figures(health.getFigures()).lines(width()));
    }
    return exitCode(health.getState());
  }

  /** Returns the exit code that tells of a state. */
  static int exitCode(HealthState state) {
    return switch (state) {
      case HEALTH_STATE_SERVING -> Main.DONE;
      case HEALTH_STATE_DEGRADED -> Main.FAILED;
      default -> Main.NOT_SERVING;
    };
  }

  private static Facts figures(ServerFigures figures) {
    Facts facts = new Facts();
    facts.add("up for", Show.time(figures.getUptimeDuration()));
    facts.add(
        "heap",
        Show.bytes(figures.getHeapUsedBytes()) + " of " + Show.bytes(figures.getHeapLimitBytes()));
    if (figures.getResidentBytes() > 0) {
      facts.add("memory", Show.bytes(figures.getResidentBytes()));
    }
    if (figures.hasProcessorRate()) {
      facts.add("processors", Show.percent(figures.getProcessorRate()) + " in use");
    }
    facts.add("failed", Show.percent(figures.getFailureRate()) + " of all calls");
    facts.add("saved", Show.percent(figures.getSavedRate()) + " of all answers");
    facts.add("in flight", Show.count(figures.getInFlightCount()) + " calls");
    return facts;
  }

  private String state(HealthState state) {
    return shell().paint().state(state, Show.state(state));
  }
}
