package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root, in a checkout whose JDK and Maven are stand-ins. */
final class LauncherTest {
  /** Tells its process, says that it listens, and stays. */
  private static final String JAVA =
      """
      #!/bin/sh
      echo $$ >"$HOME/../../../../pids"
      echo '{}' >"$ADMIRAL_DATA_DIR/endpoints.json"
      exec sleep 600
      """;

  private final List<ProcessHandle> recordings = new ArrayList<>();
  @TempDir private Path home;

  @AfterEach
  void stop() {
    recordings.forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void build_endedWhileItRecords_leavesNoProcessAndNoLock() throws Exception {
    Path launcher = Files.copy(Path.of("../admiral"), home.resolve("admiral"));
    Path bin = Files.createDirectories(home.resolve("jdk/bin"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    executable(bin.resolve("java"), JAVA);
    executable(bin.resolve("javac"), "#!/bin/sh\n");
    executable(bin.resolve("mvn"), "#!/bin/sh\n");
    Path pids = home.resolve("pids");
    assertThat(new ProcessBuilder("mkfifo", pids.toString()).start().waitFor()).isZero();
    ProcessBuilder builder =
        new ProcessBuilder("bash", launcher.toString(), "fleet")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile());
    Map<String, String> env = builder.environment();
    env.put("JAVA_HOME", home.resolve("jdk").toString());
    env.put("PATH", bin + ":" + env.get("PATH"));
    Process build = builder.start();
    try (RandomAccessFile told = new RandomAccessFile(pids.toFile(), "rw")) {
      // The server, and then the call that is made to it.
      for (int i = 0; i < 2; i++) {
        recordings.add(ProcessHandle.of(Long.parseLong(told.readLine())).orElseThrow());
      }
      build.destroy();
      assertThat(build.waitFor()).isEqualTo(143);
    } finally {
      build.destroyForcibly();
    }
    assertThat(recordings).noneMatch(ProcessHandle::isAlive);
    assertThat(Files.exists(home.resolve("target/lock"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void build_besideAServerThatRuns_leavesItsJars() throws Exception {
    Path launcher = Files.copy(Path.of("../admiral"), home.resolve("admiral"));
    Path bin = Files.createDirectories(home.resolve("jdk/bin"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    // A server prints its class path and ends when its input does; recordings end at once.
    executable(
        bin.resolve("java"),
        """
        #!/bin/sh
        case "$*" in *AOTCacheOutput*) exit 1 ;; esac
        while [ "$1" != -cp ]; do shift; done
        echo "$2"
        cat
        """);
    executable(bin.resolve("javac"), "#!/bin/sh\n");
    executable(
        bin.resolve("mvn"),
        """
        #!/bin/sh
        mkdir -p server/target/lib && cd server/target
        echo new >>admiral-server-0.1.0-SNAPSHOT.jar
        echo library >lib/library.jar
        """);
    Process first = launch(launcher, bin);
    List<Path> jars = classPath(first);
    assertThat(jars).hasSize(2).allSatisfy(jar -> assertThat(jar).exists());

    Path source = Files.createDirectories(home.resolve("server/src/main"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    Process second = launch(launcher, bin);
    List<Path> newer = classPath(second);
    assertThat(newer).hasSize(2).doesNotContainAnyElementsOf(jars);
    assertThat(jars.get(0)).hasContent("new");
    assertThat(newer.get(0)).hasContent("new\nnew");

    first.getOutputStream().close();
    assertThat(first.waitFor()).isZero();
    classPath(launch(launcher, bin));
    assertThat(jars).noneMatch(Files::exists);
    assertThat(newer).allMatch(Files::exists);
  }

  private Process launch(Path launcher, Path bin) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("bash", launcher.toString(), "serve")
            .directory(home.toFile())
            .redirectError(home.resolve("log").toFile());
    builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    builder.environment().put("PATH", bin + ":" + builder.environment().get("PATH"));
    Process process = builder.start();
    recordings.add(process.toHandle());
    return process;
  }

  private static List<Path> classPath(Process process) throws Exception {
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    return Arrays.stream(line.split(":")).map(Path::of).toList();
  }

  @Test
  void launcher_whileAnotherBuilds_saysSoInOneLineAndGoesOnAfterIt() throws Exception {
    Path launcher = Files.copy(Path.of("../admiral"), home.resolve("admiral"));
    Path bin = Files.createDirectories(home.resolve("jdk/bin"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    executable(bin.resolve("java"), "#!/bin/sh\n");
    executable(bin.resolve("javac"), "#!/bin/sh\n");
    executable(bin.resolve("mvn"), "#!/bin/sh\n");
    // This process stands for the other launcher.
    String other = Long.toString(ProcessHandle.current().pid());
    Path lock = Files.createDirectories(home.resolve("target")).resolve("lock");
    Files.createSymbolicLink(lock, Path.of(other));
    ProcessBuilder builder =
        new ProcessBuilder("bash", launcher.toString(), "package").redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    builder.environment().put("PATH", bin + ":" + builder.environment().get("PATH"));
    Process waiting = builder.start();
    recordings.add(waiting.toHandle());
    try (BufferedReader said = waiting.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.readLine())
          .isEqualTo(
              "Another ./admiral, process " + other + ", builds here; waiting for it to end.");
      Files.delete(lock);
      assertThat(said.lines()).containsExactly(home.toRealPath() + "/deploy/target/admiral.deb");
    }
    assertThat(waiting.waitFor()).isZero();
    assertThat(Files.exists(lock, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void link_calledAdmiralFleet_isThatProgram() throws Exception {
    Files.copy(Path.of("../admiral"), home.resolve("admiral"));
    Path bin = Files.createDirectories(home.resolve("jdk/bin"));
    Files.writeString(home.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    executable(bin.resolve("java"), "#!/bin/sh\necho \"$*\"\n");
    executable(bin.resolve("javac"), "#!/bin/sh\n");
    executable(bin.resolve("mvn"), "#!/bin/sh\n");
    Path link = Files.createDirectories(home.resolve("cli/bin")).resolve("admiral-fleet");
    Files.createSymbolicLink(link, Files.readSymbolicLink(Path.of("bin/admiral-fleet")));
    ProcessBuilder builder =
        new ProcessBuilder("bash", link.toString(), "status", "--json")
            .redirectError(home.resolve("log").toFile());
    Map<String, String> env = builder.environment();
    env.put("JAVA_HOME", home.resolve("jdk").toString());
    env.put("PATH", bin + ":" + env.get("PATH"));
    Process fleet = builder.start();
    String ran = new String(fleet.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(fleet.waitFor()).isZero();
    assertThat(ran)
        .contains("-Dadmiral.home=" + home.toRealPath())
        .endsWith("dev.admiral.cli.Main status --json\n");
  }

  private static void executable(Path file, String text) throws Exception {
    assertThat(Files.writeString(file, text).toFile().setExecutable(true)).isTrue();
  }
}
