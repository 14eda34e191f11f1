package dev.admiral.cli;

import com.google.protobuf.Message;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import io.grpc.Status;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What all commands have in common that ask a server: the server, and a form to answer in. */
abstract class FleetCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  private final Shell shell;
  private @Nullable Waiting waiting;

  FleetCommand(Shell shell) {
    this.shell = shell;
  }

  /** Asks, prints, and returns the exit code. */
  abstract int run(AdmiralClient client);

  @Override
  public final Integer call() {
    Leaving leaving = new Leaving();
    try (AdmiralClient client = server.connect(shell, patience(), leaving)) {
      if (asksAtOnce()) {
        await("waiting for " + server.address(shell));
      }
      int exit = run(client);
      if (shell.ends()) {
        leaving.leave(client);
      }
      return exit;
    } finally {
      answered();
    }
  }

  /** How long a call may take if the user does not say. */
  Duration patience() {
    return PATIENCE;
  }

  /** Whether the first thing the command does is to ask the server. */
  boolean asksAtOnce() {
    return true;
  }

  final Shell shell() {
    return shell;
  }

  final ServerOptions server() {
    return server;
  }

  final boolean isJson() {
    return output.isJson();
  }

  /** Tells a person who waits what for, until something is printed. */
  final Waiting await(String what) {
    answered();
    Waiting begun = Waiting.begin(shell, what);
    waiting = begun;
    return begun;
  }

  /** Ends the wait. */
  final void answered() {
    if (waiting != null) {
      waiting.close();
      waiting = null;
    }
  }

  /** Where answers go; whoever waited for one has it. */
  final PrintStream out() {
    answered();
    return shell.out();
  }

  /** Returns the answer, or nothing if the server is too old to give it. */
  static <T> Optional<T> ifOffered(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (AdmiralException e) {
      if (e.code() == Status.Code.UNIMPLEMENTED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  final int width() {
    return shell.window().size().columns();
  }

  final int printJson(Message message) {
    out().println(OutputOptions.json(message));
    return Main.DONE;
  }

  final void print(List<String> lines) {
    lines.forEach(out()::println);
  }

  final void print(Table table, String whenEmpty) {
    if (table.isEmpty()) {
      Text.wrap(whenEmpty, width()).forEach(out()::println);
    } else {
      print(table.lines(width()));
    }
  }
}
