package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A copy of this machine that is gone afterwards: machine.sh says how it is made. */
final class Copy {
  private static final Pattern FACT = Pattern.compile("(?m)^FACT ([a-z-]+)=(.*)$");
  private static final int CANNOT = 77;

  private Copy() {}

  /**
   * Runs a script of the tests on a copy, and returns what it found there.
   *
   * @param mode systemd or plain
   * @param folder empty folder that the copy may write to
   * @param limit after how long it is given up
   */
  static Map<String, String> run(String mode, Path folder, Duration limit, String name)
      throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "this machine has no bash");
    Files.copy(Path.of("target/admiral.deb"), folder.resolve("admiral.deb"));
    Files.copy(script(name), folder.resolve(name));
    Path said = folder.resolve("said");
    Process machine =
        new ProcessBuilder(
                "/bin/bash",
                script("machine.sh").toString(),
                mode,
                folder.toString(),
                Long.toString(limit.toSeconds()),
                name,
                System.getProperty("java.home"))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int exit;
    try {
      exit = machine.waitFor();
    } finally {
      // Open until now, or until this process ends in whatever way: the copy ends with it.
      machine.getOutputStream().close();
    }
    assumeTrue(exit != CANNOT, () -> text(said).strip());
    assumeTrue(
        Files.exists(folder.resolve("out")),
        () -> "nothing runs on a copy of this machine: " + text(said).strip());
    String out = text(folder.resolve("out"));
    assertThat(text(folder.resolve("exit")).strip()).as("%s%n%s", text(said), out).isEqualTo("0");
    return FACT.matcher(out)
        .results()
        .collect(
            Collectors.toMap(
                (MatchResult fact) -> fact.group(1), (MatchResult fact) -> fact.group(2)));
  }

  /** Runs a program and returns its lines; fails unless it ends with 0. */
  static List<String> lines(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  private static Path script(String name) {
    return Path.of("src/test/scripts", name).toAbsolutePath();
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
