package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a process of its own, beside the real server and its simulated providers. */
final class RealServerTest {
  @TempDir private static Path folder;
  private static Process server;

  private record Ended(int exit, String out, String err) {}

  @BeforeAll
  static void start() throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("admiral.yaml"), "data_dir: data\ngrpc: {port: 0}\nhttp: {port: 0}\n");
    ProcessBuilder builder =
        new ProcessBuilder(java("dev.admiral.optimizer.app.Main", "--config", config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile());
    clean(builder);
    server = builder.start();
    while (server.isAlive() && !Files.exists(folder.resolve("data/endpoints.json"))) {
      Thread.onSpinWait();
    }
    assertThat(server.isAlive()).as("the server runs").isTrue();
    assertThat(fleet("complete", "--agent", "scout", "hello").exit()).isZero();
    assertThat(fleet("complete", "--agent", "scout", "hello").err()).startsWith("memory · ");
  }

  @AfterAll
  static void stop() throws Exception {
    server.destroy();
    assertThat(server.waitFor(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void status_ofARunningServer_isFoundByItsDataFolder() throws Exception {
    Ended status = fleet("status");
    assertThat(status.exit()).isZero();
    assertThat(status.err()).isEmpty();
    assertThat(status.out().lines().filter(line -> line.contains("optimizer")))
        .anyMatch(line -> line.startsWith("optimizer.state    serving: "))
        .anyMatch(line -> line.startsWith("optimizer.today    1 call, $"));
    assertThat(status.out()).contains("scout");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "health",
        "stats",
        "agents",
        "models",
        "cost --by day",
        "cache",
        "learn",
        "top --once --interval 0.1"
      })
  void everyCommand_asTableAndAsJson_answers(String line) throws Exception {
    Ended table = fleet(line.split(" "));
    assertThat(table.exit()).as(table.err()).isZero();
    assertThat(table.out()).isNotEmpty();
    Ended json = fleet((line + " --json").split(" "));
    assertThat(json.exit()).as(json.err()).isZero();
    Struct.Builder read = Struct.newBuilder();
    JsonFormat.parser().merge(json.out(), read);
    assertThat(read.getFieldsCount()).isPositive();
  }

  @Test
  void columns_ofTheEnvironment_areKeptToWhenPipedToo() throws Exception {
    ProcessBuilder builder = command("status");
    builder.environment().put("COLUMNS", "40");
    assertThat(end(builder.start()).out().lines()).allMatch(line -> line.length() <= 40);
  }

  @Test
  void pipe_closedEarly_isNoError() throws Exception {
    ProcessBuilder builder = command("models");
    builder.command(piped(builder, "head -1"));
    Ended first = end(builder.start());
    assertThat(first.out()).hasLineCount(1);
    assertThat(first.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stats --watch --interval 0.1", "top --interval 0.1", "events --after 0"})
  void ctrlC_isAGoodEnd(String line) throws Exception {
    Process watching = command(line.split(" ")).start();
    try (BufferedReader out = watching.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isNotEmpty();
      new ProcessBuilder("kill", "-INT", String.valueOf(watching.pid())).start().waitFor();
      while (out.readLine() != null) {
        // What came before the signal.
      }
    }
    assertThat(watching.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(watching.exitValue()).isZero();
    assertThat(watching.errorReader().readLine()).isNull();
  }

  @Test
  void server_thatIsNotThere_isTwo() throws Exception {
    Ended status = fleet("status", "--address", "127.0.0.1:1");
    assertThat(status.exit()).isEqualTo(2);
    assertThat(status.out()).isEmpty();
    assertThat(status.err())
        .startsWith("admiral-fleet: Admiral at 127.0.0.1:1 cannot be reached")
        .hasLineCount(2);
  }

  @Test
  void httpPort_takenForThatOfGrpc_isSaidToBeNone() throws Exception {
    String endpoints = Files.readString(folder.resolve("data/endpoints.json"));
    Matcher http = Pattern.compile("\"http\":.*?\"port\":(\\d+)").matcher(endpoints);
    assertThat(http.find()).isTrue();
    Ended status = fleet("status", "--address", "127.0.0.1:" + http.group(1));
    assertThat(status.exit()).isEqualTo(2);
    assertThat(status.out()).isEmpty();
    assertThat(status.err()).contains("does not speak gRPC").hasLineCount(2);
  }

  private static Ended fleet(String... args) throws Exception {
    return end(command(args).start());
  }

  private static ProcessBuilder command(String... args) {
    ProcessBuilder builder = new ProcessBuilder(java(Main.class.getName(), args));
    clean(builder);
    builder.environment().put("ADMIRAL_DATA_DIR", folder.resolve("data").toString());
    return builder;
  }

  /** Returns the same command with what reads it. */
  private static List<String> piped(ProcessBuilder builder, String reader) throws IOException {
    List<String> quoted = builder.command().stream().map(word -> '"' + word + '"').toList();
    Path script = folder.resolve("piped.sh");
    Files.writeString(script, String.join(" ", quoted) + " | " + reader + "\n");
    return List.of("bash", script.toString());
  }

  private static List<String> java(String main, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main));
    command.addAll(List.of(args));
    return command;
  }

  /** What is set around the tests must not reach what they start. */
  private static void clean(ProcessBuilder builder) {
    builder
        .environment()
        .keySet()
        .removeIf(name ->
            name.startsWith("ADMIRAL_") || name.endsWith("_API_KEY") || name.equals("COLUMNS"));
  }

  private static Ended end(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), out, err);
  }
}
