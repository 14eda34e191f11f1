package dev.admiral.optimizer.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration comes from.
 *
 * @param file the YAML file; empty for defaults and variables alone
 * @param environment what else it is read from
 */
public record ConfigFile(Optional<Path> file, Environment environment) {

  /** Returns the file named on the command line, else by ADMIRAL_CONFIG, else none. */
  public static ConfigFile choose(Optional<Path> named, Environment environment) {
    String variable = environment.variable("ADMIRAL_CONFIG");
    return new ConfigFile(
        named.or(() -> Optional.ofNullable(variable).filter(v -> !v.isBlank()).map(Path::of)),
        environment);
  }

  /**
   * Returns the text of the file, to notice changes by; empty without a file.
   *
   * @throws ConfigException if it cannot be read
   */
  public String text() throws ConfigException {
    return file.isEmpty() ? "" : environment.read("the configuration", file.get());
  }

  /**
   * Reads the configuration from the text of the file.
   *
   * @param warnings takes what an operator should know of and may well have meant
   * @throws ConfigException if anything in it is wrong
   */
  public Config read(String text, Consumer<String> warnings) throws ConfigException {
    return Config.read(section(text, null), warnings);
  }

  /**
   * Reads the configuration for a server that runs: settings that are not live are checked, and
   * stay as they are.
   *
   * @param text the text of the file
   * @param started what the server was started with
   * @throws ConfigException if anything in the file is wrong, live or not
   */
  Config change(String text, Config started) throws ConfigException {
    var _ = read(text, _ -> {});
    return Config.read(section(text, started.values()), _ -> {});
  }

  private Section section(String text, @Nullable Values started) throws ConfigException {
    if (file.isEmpty()) {
      return Section.root(
          new Node.Mapping("the defaults", Map.of()),
          environment,
          Path.of("").toAbsolutePath(),
          started);
    }
    Path folder = file.get().toAbsolutePath().getParent();
    return Section.root(
        YamlFile.read(file.get().toString(), text),
        environment,
        folder == null ? Path.of("/") : folder,
        started);
  }
}
