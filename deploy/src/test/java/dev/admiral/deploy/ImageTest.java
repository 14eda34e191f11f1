package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the image is made of works: a runtime of just the modules its Dockerfile names starts the
 * server, by the image's own arguments, and its health check finds it well. The image itself is not
 * built here.
 */
class ImageTest {
  private static final Path FILES = Path.of("container");

  @TempDir Path folder;

  @Test
  void runtimeOfTheModulesNamed_startsAServerThatIsFoundWell() throws Exception {
    String dockerfile = Files.readString(FILES.resolve("Dockerfile"));
    Path runtime = folder.resolve("jre");
    Command.Result linked =
        Command.run(
            List.of(
                Server.JAVA.resolveSibling("jlink").toString(),
                "--add-modules",
                only(dockerfile, "--add-modules (\\S+)"),
                "--output",
                runtime.toString()));
    assertThat(linked.exit()).as(linked.out() + linked.err()).isZero();
    String java = runtime.resolve("bin/java").toString();
    Map<String, String> environment =
        Map.of(
            "ADMIRAL_DATA_DIR", folder.resolve("data").toString(),
            "ADMIRAL_GRPC_PORT", "0",
            "ADMIRAL_HTTP_PORT", "0");
    ProcessBuilder builder =
        new ProcessBuilder(java, "@" + arguments("server.args"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().putAll(environment);
    Process server = builder.start();
    try {
      Path endpoints = folder.resolve("data/endpoints.json");
      while (!Files.exists(endpoints)) {
        assertThat(server.waitFor(50, TimeUnit.MILLISECONDS))
            .as(() -> log(folder.resolve("log")))
            .isFalse();
      }
      Command.Result probe =
          Command.run(
              List.of(java, "@" + arguments("fleet.args"), "health", "--probe"), environment);
      assertThat(probe.exit()).as(probe.err()).isZero();
      server.destroy();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isZero();
      assertThat(
              Command.run(
                      List.of(java, "@" + arguments("fleet.args"), "health", "--probe"),
                      environment)
                  .exit())
          .isEqualTo(2);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void everyModuleOfTheBuild_isCopiedOrTakenOut() throws IOException {
    String dockerfile = Files.readString(FILES.resolve("Dockerfile"));
    String ignored = Files.readString(FILES.resolve("Dockerfile.dockerignore"));
    Pattern takenOut =
        Pattern.compile(only(dockerfile, "<module>\\\\\\((.*)\\\\\\)<").replace("\\|", "|"));
    List<String> modules = all(Files.readString(Path.of("../pom.xml")), "<module>(.*)</module>");

    assertThat(modules).contains("server", "cli", "bench");
    for (String module : modules) {
      boolean copied = dockerfile.contains("COPY " + module + " ./" + module + "\n");
      assertThat(copied).as(module).isNotEqualTo(takenOut.matcher(module).matches());
      assertThat(ignored.contains("\n!" + module + "\n")).as(module).isEqualTo(copied);
    }
  }

  @Test
  void jars_areThoseThatTheServerAndTheCommandLineAreTestedWith() throws IOException {
    Set<String> tested = names(Path.of("../server/target/lib"));
    tested.addAll(names(Path.of("../cli/target/lib")));
    Set<String> shipped = names(Server.JARS);

    assertThat(tested).isNotEmpty();
    // The two themselves are jars here and classes there.
    assertThat(shipped.removeIf(name -> name.matches("admiral-(server|cli)-.*"))).isTrue();
    assertThat(shipped).isEqualTo(tested);
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void image_runsAsNobodyAndChecksItself() throws IOException {
    String dockerfile = Files.readString(FILES.resolve("Dockerfile"));

    assertThat(dockerfile).contains("\nUSER 10001:10001\n", "\nHEALTHCHECK ", "\"--probe\"");
    assertThat(Files.readString(Path.of("kubernetes/base/statefulset.yaml")))
        .contains("runAsUser: 10001");
  }

  /** The image's file of arguments, with the jars of this build. */
  private Path arguments(String name) throws IOException {
    String text = Files.readString(FILES.resolve(name));
    assertThat(text).contains("/opt/admiral/lib/*");
    return Files.writeString(
        folder.resolve(name),
        text.replace("/opt/admiral/lib", Server.JARS.toAbsolutePath().toString()));
  }

  private static String only(String text, String pattern) {
    List<String> found = all(text, pattern);
    assertThat(found).as(pattern).hasSize(1);
    return found.get(0);
  }

  private static List<String> all(String text, String pattern) {
    List<String> found = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static String log(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }
}
