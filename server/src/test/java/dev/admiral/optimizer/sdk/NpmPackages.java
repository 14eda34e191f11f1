package dev.admiral.optimizer.sdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The packages of {@code src/test/sdk/package.json}, installed once below {@code target} and beside
 * the case files, which find them there. Without Node.js, or a way to install them, the test that
 * asks for them is skipped and says why.
 */
final class NpmPackages {
  private static final Path SOURCES = Path.of("src/test/sdk");
  private static final Path HOME = Path.of("target/sdk");
  private static final String MANIFEST = "package.json";
  private static final int PATIENCE_MINUTES = 4;

  private NpmPackages() {}

  /** Returns the folder to run case files in. */
  static Path install() throws IOException, InterruptedException {
    Files.createDirectories(HOME);
    assumeTrue(ends("node", "--version").isEmpty(), "Node.js is not installed");
    String wanted = Files.readString(SOURCES.resolve(MANIFEST));
    Path installed = HOME.resolve("installed.json");
    if (!Files.exists(installed) || !Files.readString(installed).equals(wanted)) {
      Files.writeString(HOME.resolve(MANIFEST), wanted);
      String complaint =
          ends(
              "npm",
              "install",
              "--ignore-scripts",
              "--no-audit",
              "--no-fund",
              "--no-package-lock",
              "--fetch-retries=1",
              "--fetch-retry-mintimeout=500");
      assumeTrue(complaint.isEmpty(), "the vendors' clients could not be installed: " + complaint);
      Files.writeString(installed, wanted);
    }
    try (DirectoryStream<Path> cases = Files.newDirectoryStream(SOURCES, "*.mjs")) {
      for (Path file : cases) {
        Files.copy(file, HOME.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return HOME;
  }

  /** Runs a command in the folder; returns the empty text, or how it failed in one line. */
  private static String ends(String... command) throws IOException, InterruptedException {
    Path log = HOME.resolve(command[0] + ".log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(HOME.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      return "there is no " + command[0];
    }
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      return command[0] + " did not end within " + PATIENCE_MINUTES + " minutes";
    }
    List<String> said = Files.readAllLines(log);
    return process.exitValue() == 0
        ? ""
        : said.stream()
            .filter(line -> line.contains("error code"))
            .findFirst()
            .orElse(command[0] + " failed");
  }
}
