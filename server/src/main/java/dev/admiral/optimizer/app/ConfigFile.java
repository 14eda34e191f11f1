package dev.admiral.optimizer.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the configuration comes from.
 *
 * @param file the YAML file; empty for defaults and variables alone
 * @param environment what else it is read from
 */
record ConfigFile(Optional<Path> file, Environment environment) {

  /** Returns the file named on the command line, else by ADMIRAL_CONFIG, else none. */
  static ConfigFile choose(Optional<Path> named, Environment environment) {
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
  String text() throws ConfigException {
    return file.isEmpty() ? "" : environment.read("the configuration", file.get());
  }

  /**
   * Reads the configuration.
   *
   * @throws ConfigException if anything in it is wrong
   */
  Config read() throws ConfigException {
    return read(text());
  }

  /**
   * Reads the configuration from the text of the file.
   *
   * @throws ConfigException if anything in it is wrong
   */
  Config read(String text) throws ConfigException {
    return read(text, _ -> {});
  }

  /**
   * Reads the configuration from the text of the file.
   *
   * @param warnings takes what an operator should know of and may well have meant
   * @throws ConfigException if anything in it is wrong
   */
  Config read(String text, Consumer<String> warnings) throws ConfigException {
    return Config.read(section(text), warnings);
  }

  private Section section(String text) throws ConfigException {
    if (file.isEmpty()) {
      return Section.root(
          new Node.Mapping("the defaults", Map.of()), environment, Path.of("").toAbsolutePath());
    }
    Path folder = file.get().toAbsolutePath().getParent();
    return Section.root(
        YamlFile.read(file.get().toString(), text),
        environment,
        folder == null ? Path.of("/") : folder);
  }
}
