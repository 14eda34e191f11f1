package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;

/**
 * {@code admiral-fleet}: asks a running server.
 *
 * <p>Exit codes: 0 it was done; 1 the call failed (of {@code health}: the server works in part); 2
 * the server does not serve or cannot be reached; 64 the command line is wrong.
 */
@Command(
    name = "admiral-fleet",
    description = "Asks a running Admiral server.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = CommandLine.HelpCommand.class,
    footer = {
      "",
      "Exit codes: 0 done, 1 the call failed (health: degraded), 2 the server does not serve or"
          + " cannot be reached, 64 wrong command line."
    })
public final class Main {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int NOT_SERVING = 2;
  static final int WRONG_USAGE = 64;

  /** The narrowest help that the library lays out. */
  private static final int NARROWEST_HELP = 55;

  private static final int WIDEST_HELP = 100;

  /** Held here, since a logger that nobody holds forgets its level. */
  private static final Logger TRANSPORT = Logger.getLogger("io");

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // The transport's own log says what the one sentence of an error says already.
    TRANSPORT.setLevel(Level.OFF);
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Map<String, String> env = System.getenv();
    boolean terminalOut = Terminal.is(1);
    Shell shell =
        new Shell(
            env,
            Path.of(System.getProperty("user.home", ".")),
            System.in,
            out,
            err,
            terminalOut ? Terminal.width(env.getOrDefault("COLUMNS", "")) : Integer.MAX_VALUE,
            Terminal.is(0),
            terminalOut,
            Terminal.is(2) && env.getOrDefault("NO_COLOR", "").isEmpty());
    int exit = run(shell, args);
    out.flush();
    err.flush();
    System.exit(exit);
  }

  /** Runs one command and returns its exit code. */
  static int run(Shell shell, String... args) {
    CommandLine line = new CommandLine(new Main());
    for (FleetCommand command :
        new FleetCommand[] {
          new CompleteCommand(shell),
          new HealthCommand(shell),
          new StatsCommand(shell),
          new CostCommand(shell),
          new AgentsCommand(shell),
          new ModelsCommand(shell),
          new LearnCommand(shell),
          new CacheCommand(shell),
          new EventsCommand(shell)
        }) {
      line.addSubcommand(command);
    }
    return line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(Help.defaultColorScheme(shell.colour() ? Help.Ansi.AUTO : Help.Ansi.OFF))
        .setUsageHelpWidth(Math.clamp(shell.width(), NARROWEST_HELP, WIDEST_HELP))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, wrong) -> {
          explain(shell, e.getMessage());
          shell
              .err()
              .println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return WRONG_USAGE;
        })
        .setExecutionExceptionHandler((e, failed, parsed) -> fail(shell, e, failed.getCommand()))
        .execute(args);
  }

  private static int fail(Shell shell, Exception e, Object command) throws Exception {
    if (e instanceof UsageException) {
      explain(shell, e.getMessage());
      return WRONG_USAGE;
    }
    if (!(e instanceof AdmiralException failure)) {
      throw e;
    }
    explain(shell, failure.getMessage());
    failure.violations().stream()
        .filter(field -> !failure.getMessage().contains(field.getDescription()))
        .forEach(
            field -> shell.err().println("  " + field.getField() + ": " + field.getDescription()));
    failure
        .retryAfter()
        .ifPresent(wait -> shell.err().println("Try again in " + Show.time(wait) + "."));
    if (failure.reason() == ErrorReason.ERROR_REASON_UNSPECIFIED
        && failure.code() == Status.Code.UNAVAILABLE) {
      if (command instanceof FleetCommand asked) {
        shell.dim("The address came from " + asked.origin() + "; ./admiral serve starts a server.");
      }
      return NOT_SERVING;
    }
    return failure.reason() == ErrorReason.ERROR_REASON_SERVER_DRAINING ? NOT_SERVING : FAILED;
  }

  private static void explain(Shell shell, @Nullable String message) {
    shell.err().println("admiral-fleet: " + message);
  }

  private static PrintStream utf8(FileDescriptor stream) {
    return new PrintStream(new FileOutputStream(stream), true, StandardCharsets.UTF_8);
  }

  /** Tells the version that the build wrote into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"admiral-fleet " + (version == null ? "(not packaged)" : version)};
    }
  }
}
