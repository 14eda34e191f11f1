package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** Returns every client, in the order of the table's columns. */
  static List<Language> all() {
    return List.of(
        new Language(
            "java",
            Optional.empty(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
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

  /** Returns what this machine lacks for the client of a folder; empty if nothing. */
  static Optional<String> missing(String folder) {
    Path tasks = tasks(folder);
    try {
      Process process =
          new ProcessBuilder(tasks.toString(), "needs").redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() == 0) {
        return Optional.empty();
      }
      return Optional.of(said.isEmpty() ? folder + " is missing something it did not name." : said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + tasks + " ran.", e);
    }
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
