package dev.admiral.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A client that the cases are given to.
 *
 * @param name its name, as in the table
 * @param folder its folder below {@code clients-generated}; empty for Java
 * @param command what starts its driver
 */
record Language(String name, Optional<String> folder, List<String> command) {
  /** Folders of {@code clients-generated} that hold a client. */
  static final List<String> FOLDERS = List.of("python", "go", "typescript", "rust");

  private static final Map<String, Optional<String>> MISSING = new ConcurrentHashMap<>();

  private static final Duration NEEDS_LIMIT = Duration.ofMinutes(5);

  /** Returns every client, in the order of the table's columns. */
  static List<Language> all() {
    return List.of(
        new Language(
            "java",
            Optional.empty(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                JavaDriver.class.getName())),
        generated("python", "python"),
        generated("python-asyncio", "python", "async"),
        generated("go", "go"),
        generated("typescript", "typescript"),
        generated("rust", "rust"));
  }

  /** Returns what this machine lacks for it, in one sentence; empty if nothing. */
  Optional<String> missing() {
    return folder.flatMap(Language::missing);
  }

  /** Returns what this machine lacks for the client of a folder; empty if nothing. Asks once. */
  static Optional<String> missing(String folder) {
    return MISSING.computeIfAbsent(folder, Language::ask);
  }

  private static Optional<String> ask(String folder) {
    Command.Outcome needs = Command.run(NEEDS_LIMIT, tasks(folder).toString(), "needs");
    if (needs.code() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        needs.output().isEmpty() ? folder + " lacks something it did not name." : needs.output());
  }

  static Path tasks(String folder) {
    return Checkout.file("clients-generated/" + folder + "/tasks");
  }

  private static Language generated(String name, String folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of(tasks(folder).toString(), "driver"));
    command.addAll(List.of(arguments));
    return new Language(name, Optional.of(folder), List.copyOf(command));
  }
}
