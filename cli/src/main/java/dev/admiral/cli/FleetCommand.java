package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands have in common: a server to ask and a form to answer in. */
abstract class FleetCommand implements Callable<Integer> {
  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  private final Shell shell;

  FleetCommand(Shell shell) {
    this.shell = shell;
  }

  /** Asks, prints, and returns the exit code. */
  abstract int run(AdmiralClient client);

  @Override
  public final Integer call() {
    try (AdmiralClient client = server.connect(shell)) {
      return run(client);
    }
  }

  final Shell shell() {
    return shell;
  }

  final boolean isJson() {
    return output.isJson();
  }

  /** Where the server's address came from. */
  final String origin() {
    return server.origin(shell);
  }

  final void print(List<String> lines) {
    lines.forEach(shell.out()::println);
  }

  final void print(Table table, String whenEmpty) {
    if (table.isEmpty()) {
      shell.out().println(whenEmpty);
    } else {
      print(table.lines(shell.width()));
    }
  }
}
