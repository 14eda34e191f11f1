package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
  /** Of a mask of signals, whose first bit is that of signal 1. */
  private static final long SIGINT_BIT = 2;

  private static final Duration LIMIT = Duration.ofMinutes(1);

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
    long limit = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(folder.resolve("data/endpoints.json"))) {
      assertThat(server.waitFor(10, TimeUnit.MILLISECONDS)).as("the server ended").isFalse();
      assertThat(System.nanoTime()).as("the server is ready within a minute").isLessThan(limit);
    }
    assertThat(fleet("complete", "--agent", "scout", "hello").exit()).isZero();
    assertThat(fleet("complete", "--agent", "scout", "hello").err()).startsWith("memory · ");
  }

  @AfterAll
  static void stop() throws Exception {
    server.destroy();
    try {
      assertThat(server.waitFor(1, TimeUnit.MINUTES)).as("the server ends").isTrue();
    } finally {
      server.destroyForcibly();
    }
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
    // Both at once: a command is mostly the start of its JVM.
    Process asTable = command(line.split(" ")).start();
    Ended json = fleet((line + " --json").split(" "));
    Ended table = end(asTable);
    assertThat(table.exit()).as(table.err()).isZero();
    assertThat(table.out()).isNotEmpty();
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
    ProcessBuilder builder = command(line.split(" "));
    builder.command(interruptible(builder.command()));
    Process watching = builder.start();
    try {
      CompletableFuture<String> begun = new CompletableFuture<>();
      CompletableFuture<Void> out =
          CompletableFuture.runAsync(
              () -> watching.inputReader(StandardCharsets.UTF_8).lines().forEach(begun::complete),
              task -> Thread.ofVirtual().start(task));
      CompletableFuture<String> err = read(watching.getErrorStream());
      assertThat(begun).as("its first line").succeedsWithin(LIMIT);
      assertThat(end(new ProcessBuilder("kill", "-INT", "" + watching.pid()).start()).exit())
          .isZero();
      assertThat(watching.waitFor(1, TimeUnit.MINUTES)).as("it ends when interrupted").isTrue();
      assertThat(watching.exitValue()).isZero();
      assertThat(out).succeedsWithin(LIMIT);
      assertThat(err).succeedsWithin(LIMIT, STRING).isEmpty();
    } finally {
      watching.destroyForcibly();
    }
  }

  /**
   * Returns a command that ends at Ctrl-C, whatever started the tests: a shell lets what it runs in
   * the background ignore SIGINT, and so do its children and theirs, unless told otherwise.
   */
  private static List<String> interruptible(List<String> command) throws Exception {
    List<String> restoring = List.of("env", "--default-signal=INT");
    List<String> tried = new ArrayList<>(restoring);
    tried.add("true");
    if (end(new ProcessBuilder(tried).start()).exit() != 0) {
      assumeFalse(
          ignoresInterrupts(),
          "SIGINT is ignored by what started the tests, and this system's env cannot restore it");
      return command;
    }
    List<String> restored = new ArrayList<>(restoring);
    restored.addAll(command);
    return restored;
  }

  /** Whether this process ignores SIGINT; false where the system does not tell. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(
                line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGINT_BIT) != 0);
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
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
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
    CompletableFuture<String> out = read(process.getInputStream());
    CompletableFuture<String> err = read(process.getErrorStream());
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("A command did not end within a minute.");
    }
    return new Ended(
        process.exitValue(), out.get(1, TimeUnit.MINUTES), err.get(1, TimeUnit.MINUTES));
  }

  /** Reads to the end, on a thread of its own, so that whoever waits for it can give up. */
  private static CompletableFuture<String> read(InputStream from) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return new String(from.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}
