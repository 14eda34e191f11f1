package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Nearest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What stands on the command line.
 *
 * @param action what to do
 * @param config the configuration file, if one is named
 */
record Arguments(Action action, Optional<Path> config) {
  static final String USAGE =
      """
      Usage: admiral serve [--config FILE] [--check-config]

        --config FILE   read the configuration from FILE; ADMIRAL_CONFIG names one too
        --check-config  only tell whether the configuration is right: exit code 0, or 2 with what
                        is wrong, where, and what to do
        --version       print the version
        --help          print this text

      Without a file every setting has its default: gRPC on 127.0.0.1:50051, data under
      ~/.admiral, and the providers whose usual keys are in the environment, or else the
      built-in simulator. docs/configuration.md describes every setting.
      """;

  /** What to do. */
  enum Action {
    SERVE,
    CHECK_CONFIG,
    HELP,
    VERSION
  }

  /**
   * Reads the command line.
   *
   * @throws ConfigException if an argument is unknown or lacks its value
   */
  static Arguments read(List<String> args) throws ConfigException {
    Action action = Action.SERVE;
    Optional<Path> config = Optional.empty();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      switch (arg) {
        case "--help", "-h" -> {
          return new Arguments(Action.HELP, Optional.empty());
        }
        case "--version" -> {
          return new Arguments(Action.VERSION, Optional.empty());
        }
        case "--check-config" -> action = Action.CHECK_CONFIG;
        case "--config" -> {
          i++;
          if (i == args.size()) {
            throw new ConfigException("--config needs the name of a file behind it");
          }
          config = Optional.of(Path.of(args.get(i)));
        }
        default ->
            throw new ConfigException(
                "unknown argument '"
                    + arg
                    + "'"
                    + Nearest.hint(
                        arg, List.of("--config", "--check-config", "--help", "--version")));
      }
    }
    return new Arguments(action, config);
  }
}
