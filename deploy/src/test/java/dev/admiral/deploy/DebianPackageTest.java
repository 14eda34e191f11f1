package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The package as dpkg sees it, installed for real on copies of this machine. */
class DebianPackageTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @TempDir Path folder;

  @Test
  void package_holdsTheJarsOnceAndNothingOfSecretsIsOpen() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "this machine has no dpkg");
    List<String> files = Copy.lines("dpkg-deb", "-c", "target/admiral.deb");

    List<String> jars = files.stream().filter(line -> line.endsWith(".jar")).toList();
    assertThat(jars).isNotEmpty().allMatch(line -> line.contains(" ./usr/lib/admiral/lib/"));
    assertThat(jars.stream().map(line -> line.replaceFirst(".*/", "")).toList())
        .as("what the server and the command line are tested with, and nothing else")
        .containsExactlyInAnyOrderElementsOf(tested());
    assertThat(files)
        .anyMatch(line -> line.matches("drwx------ root/root .* ./etc/admiral/credentials/"))
        .anyMatch(line -> line.matches("-rw------- root/root .* ./etc/admiral/admiral.env"))
        .anyMatch(line -> line.matches("-rwxr-xr-x root/root .* ./usr/bin/admiral-server"))
        .anyMatch(line -> line.matches("-rwxr-xr-x root/root .* ./usr/bin/admiral-fleet"))
        // Nothing of the day it was built on, so that it is the same when built again.
        .allMatch(line -> line.contains(" 2026-01-01 00:00 "));
  }

  /** The jars that the modules' own builds run with. */
  private static Set<String> tested() throws Exception {
    Set<String> jars = new TreeSet<>();
    for (String module : List.of("server", "cli")) {
      for (String folder : List.of("target", "target/lib")) {
        try (DirectoryStream<Path> found =
            Files.newDirectoryStream(Path.of("..", module, folder), "*.jar")) {
          found.forEach(jar -> jars.add(jar.getFileName().toString()));
        }
      }
    }
    return jars;
  }

  @Test
  void installedByHand_servesStopsKeepsDataAndIsPurged() throws Exception {
    Map<String, String> facts = Copy.run("plain", folder, LIMIT, "by-hand.sh");

    assertThat(facts)
        .containsEntry("install-without-java", "0")
        .containsEntry("install-said", "1")
        .containsEntry("without-java-exit", "78")
        .containsEntry("status", "0")
        .containsEntry("status-complained", "")
        .containsEntry("config-check", "0")
        .containsEntry("credential", "1")
        .containsEntry("completion", "1")
        .containsEntry("stop", "0")
        .containsEntry("remove", "0")
        .containsEntry("kept-data", "yes")
        .containsEntry("kept-credential", "yes")
        .containsEntry("purge", "0")
        .containsEntry("left", "nononono");
    assertThat(facts.get("without-java-said"))
        .startsWith("admiral-server: there is no Java 25 or newer: install one");
  }

  @Test
  void installedUnderSystemd_isAServiceFromStartToPurge() throws Exception {
    Map<String, String> facts = Copy.run("systemd", folder, LIMIT, "under-systemd.sh");

    assertThat(facts)
        .containsEntry("install", "0")
        .containsEntry("active", "active")
        .containsEntry("enabled", "enabled")
        .containsEntry("timer", "active")
        .containsEntry("status-text", "gRPC on port 50051, HTTP on port 8080; all is well")
        .containsEntry("status", "0")
        .containsEntry("complete", "0")
        .containsEntry("user-is-root", "no")
        .containsEntry("capabilities", "0000000000000000")
        .containsEntry("credential", "gRPC on port 50051, HTTP on port 18080; all is well")
        .containsEntry("certificates", "0")
        .containsEntry("checked", "0")
        .containsEntry("encrypted", "gRPC on port 50051, HTTP on port 443; all is well")
        .containsEntry("encrypted-capabilities", "0000000000000400")
        .containsEntry("encrypted-status", "0")
        .containsEntry("encrypted-report", "0")
        .containsEntry("report", "0")
        .containsEntry("second-exit", "1")
        .containsEntry("restarts", "1")
        .containsEntry("replaced", "active")
        .containsEntry("wrong", "failed 2 0")
        .containsEntry("upgrade", "0")
        .containsEntry("upgraded", "active 1")
        .containsEntry("stopped", "success 0")
        .containsEntry("remove", "0")
        .containsEntry("removed-program", "no")
        .containsEntry("removed-unit", "no")
        .containsEntry("kept-data", "yes")
        .containsEntry("kept-configuration", "yes")
        .containsEntry("again", "active")
        .containsEntry("purge", "0")
        .containsEntry("left", "")
        .containsEntry("checkout", "");
    assertThat(facts.get("report-page")).startsWith("# What Admiral saved on ");
  }
}
