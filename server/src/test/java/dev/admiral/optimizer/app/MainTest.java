package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as the operating system sees it: arguments, exit codes, what it prints. */
class MainTest {
  @TempDir Path folder;

  private record Ended(int exit, String out, String err) {}

  @Test
  void help_explainsAndEndsWell() throws Exception {
    Ended ended = end(start("--help"));

    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).contains("--config FILE");
  }

  @Test
  void unknownArgument_isRefusedWithTheNearest() throws Exception {
    Ended ended = end(start("--confg"));

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err())
        .isEqualTo("admiral: unknown argument '--confg'; did you mean '--config'?\n");
  }

  @Test
  void wrongConfiguration_endsWithTwoAndOneSentence() throws Exception {
    Path file = Files.writeString(folder.resolve("config.yaml"), "cahce: {}\n");

    Ended ended = end(start("--config", file.toString()));

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err())
        .isEqualTo("admiral: " + file + ":1:1: unknown key 'cahce'; did you mean 'cache'?\n");
  }

  @Test
  void checkOfRightConfiguration_saysWhatIsConfiguredAndOpensNothing() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            data_dir: data
            grpc: {port: 50999}
            providers:
              - {name: openai, dialect: openai, api_key: secret-1}
              - {name: claude, vendor: anthropic, dialect: anthropic}
            aliases: {fast: [openai/gpt-4.1-mini]}
            keys:
              - {label: team, key: secret-2}
            """);

    Ended ended = end(start("--check-config", "--config", file.toString()));

    assertThat(ended.err()).isEmpty();
    assertThat(ended.out())
        .isEqualTo(
            ("configuration %s is fine: 2 providers (openai, claude), 1 key; data in %s;"
                    + " gRPC on 127.0.0.1:50999; HTTP on 127.0.0.1:8080%n")
                .formatted(file, folder.resolve("data")));
    assertThat(ended.exit()).isZero();
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void checkWithoutAFile_saysWhoWouldAnswer() throws Exception {
    Ended ended = end(start("--check-config"));

    assertThat(ended.out()).startsWith("configuration without a file is fine: ");
    assertThat(ended.exit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cahce: {}",
        "grpc: {host: 0.0.0.0}",
        "{grpc: {port: 50999}, http: {port: 50999}}",
        "aliases: {fast: [nobody/nothing]}",
        "providers: [{name: p, dialect: openai}]",
        "providers: [{name: openai, dialect: openai, base_url: 'ftp://example.org'}]",
        "grpc: {tls: {cert_file: missing.pem, key_file: missing.pem}}",
        "keys: [{label: a, key: k}, {label: b, key: k}]"
      })
  void checkOfWrongConfiguration_endsWithTwoAndOneSentence(String config) throws Exception {
    Path file = Files.writeString(folder.resolve("config.yaml"), config + "\n");
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exit =
        Main.exitCode(
            () ->
                ConfigCheck.check(
                    new ConfigFile(Optional.of(file), new Environment(Map.of(), folder)),
                    _ -> {},
                    _ -> false),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    assertThat(exit).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("admiral: ").hasLineCount(1);
  }

  @Test
  void dataDirectoryThatIsAFile_endsWithOneAndOneSentence() throws Exception {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    Path file = Files.writeString(folder.resolve("config.yaml"), "data_dir: " + taken + "\n");

    Ended ended = end(start("--config", file.toString()));

    assertThat(ended.exit()).isEqualTo(1);
    assertThat(ended.err()).startsWith("admiral: the data directory " + taken).hasLineCount(1);
  }

  @ParameterizedTest
  @MethodSource("unforeseen")
  void whatNothingForesaw_endsWithOneAndOneSentence(Main.Task failing) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exit = Main.exitCode(failing, new PrintStream(err, true, StandardCharsets.UTF_8));

    assertThat(exit).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("admiral: the server cannot start")
        .contains("first line")
        .doesNotContain("second line")
        .hasLineCount(1);
  }

  static Stream<Main.Task> unforeseen() {
    return Stream.of(
        () -> {
          throw new IllegalStateException("first line\nsecond line");
        },
        () -> {
          throw new UnsatisfiedLinkError("first line\nsecond line");
        });
  }

  @Test
  void modelPricedTwice_endsWithTwoAndOneSentence() throws Exception {
    String model = "  - {provider: openai, name: gpt-4o, input_usd: 1}\n";
    Path file = Files.writeString(folder.resolve("config.yaml"), "models:\n" + model + model);

    Ended ended = end(start("--config", file.toString()));

    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.err()).startsWith("admiral: " + file + ":3:5: the model").hasLineCount(1);
  }

  @Test
  void terminatedServer_stopsInOrderAndEndsWithZero() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"),
            "data_dir: data\nhttp: {port: 0}\ngrpc: {port: 0}\nlog: {format: json}\n");
    Path endpoints = folder.resolve("data/endpoints.json");
    Process server = start("--config", file.toString());
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> !server.isAlive() || Files.exists(endpoints));

    server.destroy();
    Ended ended = end(server);

    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines().toList())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith("{\"time\":").endsWith("}"))
        .anySatisfy(line -> assertThat(line).contains("MADE UP by the built-in simulator"))
        .anySatisfy(line -> assertThat(line).contains("answers gRPC on 127.0.0.1:"));
    assertThat(endpoints).doesNotExist();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void serverOfAServiceManager_tellsThatItIsReadyAliveAndStopping() throws Exception {
    assumeTrue(OS.LINUX.isCurrentOs(), "service managers listen on sockets of Linux");
    Path file =
        Files.writeString(
            folder.resolve("config.yaml"), "data_dir: data\nhttp: {port: 0}\ngrpc: {port: 0}\n");
    String socket = folder.resolve("notify").toString();
    try (DatagramSink manager = new DatagramSink(socket)) {
      Process server =
          start(
              Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "600000000"),
              "--config",
              file.toString());

      assertThat(manager.next()).startsWith("READY=1\nSTATUS=gRPC on port ");
      assertThat(folder.resolve("data/endpoints.json")).exists();
      assertThat(manager.next()).isEqualTo("WATCHDOG=1");
      server.destroy();
      assertThat(manager.next())
          .startsWith("STOPPING=1\n")
          .endsWith("EXTEND_TIMEOUT_USEC=60000000");
      assertThat(end(server).exit()).isZero();
    }
  }

  private Process start(String... args) throws IOException {
    return start(Map.of(), args);
  }

  private Process start(Map<String, String> variables, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    // What is set around the tests must not reach the server.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("ADMIRAL_") || name.endsWith("_API_KEY"));
    builder.environment().putAll(variables);
    return builder
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private Ended end(Process process) throws Exception {
    if (!process.waitFor(2, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("The server did not end within two minutes.");
    }
    return new Ended(
        process.exitValue(),
        Files.readString(folder.resolve("out"), StandardCharsets.UTF_8),
        Files.readString(folder.resolve("err"), StandardCharsets.UTF_8));
  }
}
