package dev.admiral.cli;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script that lets a shell complete this program's commands and options.",
      "For now: source <(admiral-fleet completion bash), or zsh. For good: put that line into"
          + " ~/.bashrc or ~/.zshrc.",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  /** Lets zsh understand a script for bash. */
  private static final String AS_BASH =
      """
      autoload -U +X compinit && compinit
      autoload -U +X bashcompinit && bashcompinit
      """;

  /** A shell that can complete. */
  enum For {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  private For shellName = For.bash;

  private final Shell shell;
  private final Supplier<CommandLine> program;

  CompletionCommand(Shell shell, Supplier<CommandLine> program) {
    this.shell = shell;
    this.program = program;
  }

  @Override
  public Integer call() {
    CommandLine root = program.get();
    if (shellName == For.zsh) {
      shell.out().print(AS_BASH);
    }
    shell.out().print(AutoComplete.bash(root.getCommandName(), root));
    return Main.DONE;
  }
}
