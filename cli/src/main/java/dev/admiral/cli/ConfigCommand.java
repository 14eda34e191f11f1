package dev.admiral.cli;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {"Looks at a server's configuration on this machine.", ""})
final class ConfigCommand {
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Tells whether a configuration is right, without starting anything. The program admiral on"
            + " this machine judges it.",
        ""
      },
      exitCodeListHeading = Main.EXIT_CODES,
      exitCodeList = {
        "0:the configuration is right",
        "1:the program admiral is not found or does not run",
        "2:the configuration is wrong; one sentence says what, where, and what to do",
        "64:the command line is wrong"
      })
  static final class Check implements Callable<Integer> {
    @Parameters(
        paramLabel = "FILE",
        arity = "0..1",
        description = "The file. Default: ADMIRAL_CONFIG, else no file, which is right too.")
    private @Nullable String file;

    private final Shell shell;

    Check(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      Optional<ServerProgram> program = ServerProgram.find(shell);
      if (program.isEmpty()) {
        Main.explain(
            shell,
            "the program admiral, which judges a configuration, is not found: use ./admiral fleet"
                + " config check, or put the folder of admiral into PATH.");
        return Main.FAILED;
      }
      try {
        ServerProgram.Ended ended =
            Waiting.during(
                shell,
                "asking " + program.get().path(),
                () -> program.get().checkConfig(shell, Optional.ofNullable(file)));
        shell.out().print(ended.out());
        shell.err().print(ended.err());
        return ended.exit();
      } catch (UncheckedIOException e) {
        Main.explain(shell, e.getMessage());
        return Main.FAILED;
      }
    }
  }
}
