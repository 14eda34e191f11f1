package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;

/**
 * {@code admiral-fleet}: asks a running server.
 *
 * <p>Exit codes: 0 it was done; 1 the call failed (of {@code health} and {@code status}: the server
 * works in part); 2 the server does not serve or cannot be reached; 64 the command line is wrong.
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
      "Exit codes, unless a command's help says otherwise: 0 done, 1 the call failed, 2 the server"
          + " does not serve or cannot be reached, 64 wrong command line."
    })
public final class Main {
  /** Stands above a command's list of exit codes. */
  static final String EXIT_CODES = "%nExit codes:%n";

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int NOT_SERVING = 2;
  static final int WRONG_USAGE = 64;

  /** All commands, in the order of the help. */
  private static final List<String> COMMANDS =
      List.of(
          "status",
          "health",
          "stats",
          "top",
          "complete",
          "agents",
          "models",
          "limits",
          "calls",
          "cost",
          "report",
          "cache",
          "learn",
          "events",
          "doctor",
          "config",
          "completion");

  /** What the client says of an answer that is HTTP alone. */
  private static final String NO_GRPC = "does not speak gRPC";

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
    // Beside a server its jars are here too, and with them a log that the transport would prefer.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    // One connection needs one thread, and Leaving can hold one.
    System.setProperty("io.netty.eventLoopThreads", "1");
    // Nobody records so short a life; only to offer it takes a tenth of the start.
    System.setProperty("io.netty.jfr.enabled", "false");
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    Map<String, String> env = System.getenv();
    boolean terminalOut = Terminal.is(1);
    String columns = env.getOrDefault("COLUMNS", "");
    String lines = env.getOrDefault("LINES", "");
    Shell shell =
        new Shell(
            env,
            Path.of(System.getProperty("user.home", ".")),
            System.in,
            out,
            err,
            new Window(() ->
                terminalOut || Terminal.isNumber(columns)
                    ? Terminal.size(columns, lines)
                    : Window.Size.ENDLESS),
            Ticker.REAL,
            Optional.ofNullable(System.getProperty("admiral.home")).map(Path::of).orElse(null),
            Terminal.is(0),
            terminalOut,
            Terminal.is(2),
            true);
    int exit = run(shell, args);
    out.flush();
    err.flush();
    System.exit(exit);
  }

  /** Runs one command and returns its exit code. */
  static int run(Shell shell, String... args) {
    CommandLine line = commandLine(shell, args);
    return line.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(Help.defaultColorScheme(shell.paint().on() ? Help.Ansi.ON : Help.Ansi.OFF))
        .setUsageHelpWidth(helpWidth(shell, args))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((e, wrong) -> misread(shell, e))
        .setExecutionExceptionHandler((e, failed, parsed) -> fail(shell, e, failed))
        .execute(args);
  }

  /**
   * Reads the options of the command that is named; those of all would double the start. For the
   * same reason there is no table of functions here: each would be made at run time.
   */
  private static CommandLine commandLine(Shell shell, String... args) {
    CommandLine line = new CommandLine(new Main());
    List<String> chosen =
        args.length > 0 && COMMANDS.contains(args[0]) ? List.of(args[0]) : COMMANDS;
    for (String name : chosen) {
      line.addSubcommand(command(name, shell));
    }
    return line;
  }

  private static Object command(String name, Shell shell) {
    return switch (name) {
      case "status" -> new StatusCommand(shell);
      case "health" -> new HealthCommand(shell);
      case "stats" -> new StatsCommand(shell);
      case "top" -> new TopCommand(shell);
      case "complete" -> new CompleteCommand(shell);
      case "agents" -> new AgentsCommand(shell);
      case "models" -> new ModelsCommand(shell);
      case "limits" -> new LimitsCommand(shell);
      case "calls" -> new CallsCommand(shell);
      case "cost" -> new CostCommand(shell);
      case "report" -> new ReportCommand(shell);
      case "cache" -> new CacheCommand(shell);
      case "learn" -> new LearnCommand(shell);
      case "events" -> new EventsCommand(shell);
      case "doctor" -> new DoctorCommand(shell);
      case "config" ->
          new CommandLine(new ConfigCommand()).addSubcommand(new ConfigCommand.Check(shell));
      case "completion" -> new CompletionCommand(shell, () -> commandLine(shell));
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** The terminal is measured only where help is to be laid out. */
  private static int helpWidth(Shell shell, String... args) {
    boolean help =
        args.length == 0
            || Stream.of(args).anyMatch(arg -> Set.of("help", "--help", "-h").contains(arg));
    return help
        ? Math.clamp(shell.window().size().columns(), NARROWEST_HELP, WIDEST_HELP)
        : WIDEST_HELP;
  }

  private static int misread(Shell shell, CommandLine.ParameterException e) {
    CommandLine command = e.getCommandLine();
    String hint = "Try '" + command.getCommandSpec().qualifiedName() + " --help'.";
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (command.getParent() == null && unmatched.getUnmatched().getFirst().startsWith("-")) {
        hint = "Options stand behind the command: admiral-fleet status --address HOST:PORT.";
      } else if (!near.isEmpty()) {
        hint = "Did you mean " + String.join(" or ", near) + "? " + hint;
      }
    }
    if (command.getParent() == null && e.getClass() == CommandLine.ParameterException.class) {
      explain(shell, "say what to do; there is:");
      command.usage(command.getErr());
      return WRONG_USAGE;
    }
    explain(shell, String.valueOf(e.getMessage()).replaceFirst("^Error: ", ""));
    shell.err().println(hint);
    return WRONG_USAGE;
  }

  private static int fail(Shell shell, Exception e, CommandLine command) throws Exception {
    if (e instanceof UsageException) {
      explain(shell, e.getMessage());
      return WRONG_USAGE;
    }
    if (!(e instanceof AdmiralException failure)) {
      throw e;
    }
    if (String.valueOf(failure.getMessage()).contains(NO_GRPC)) {
      explain(shell, failure.getMessage());
      tellOrigin(shell, command);
      return NOT_SERVING;
    }
    if (failure.code() == Status.Code.UNIMPLEMENTED) {
      explain(
          shell,
          "this server does not offer what '"
              + command.getCommandSpec().qualifiedName()
              + "' asks for: it is older than this program, or that part has no engine in it.");
      shell.dim(String.valueOf(failure.getMessage()));
      return FAILED;
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
      tellOrigin(shell, command);
      return NOT_SERVING;
    }
    if (failure.code() == Status.Code.UNAUTHENTICATED) {
      shell.dim("The key comes from --key, ADMIRAL_KEY, or the file that ADMIRAL_KEY_FILE names.");
    }
    // A model may be slow; a server that does not tell of itself in time does not serve.
    boolean frozen =
        failure.code() == Status.Code.DEADLINE_EXCEEDED
            && !(command.getCommand() instanceof CompleteCommand);
    return frozen || failure.reason() == ErrorReason.ERROR_REASON_SERVER_DRAINING
        ? NOT_SERVING
        : FAILED;
  }

  private static void tellOrigin(Shell shell, CommandLine command) {
    if (command.getCommand() instanceof FleetCommand asked) {
      shell.dim(
          "The address came from "
              + asked.server().origin(shell)
              + "; ./admiral serve starts a server, admiral-fleet doctor says what is wrong.");
    }
  }

  /** Says in one sentence what went wrong. */
  static void explain(Shell shell, @Nullable String message) {
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
