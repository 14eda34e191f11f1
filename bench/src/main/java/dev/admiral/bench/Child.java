package dev.admiral.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A process of this benchmark's own, ended with it. */
final class Child implements AutoCloseable {
  private static final int WAIT_SECONDS = 30;

  private final Process process;
  private final String address;
  private final String httpAddress;
  private final @Nullable Path folder;

  private Child(Process process, String address, String httpAddress, @Nullable Path folder) {
    this.process = process;
    this.address = address;
    this.httpAddress = httpAddress;
    this.folder = folder;
  }

  /** Returns "host:port" of what it serves. */
  String address() {
    return address;
  }

  /** Returns "host:port" of what it serves by HTTP; the same for one that serves nothing else. */
  String httpAddress() {
    return httpAddress;
  }

  long pid() {
    return process.pid();
  }

  /** Starts a bare server of this package, which prints its port. */
  static Child bare(Class<?> main, String... arguments) throws IOException {
    Process process = java(List.of(), main.getName(), arguments).redirectErrorStream(true).start();
    return ofOnePort(process, "127.0.0.1:" + lastWord(process));
  }

  /** Starts a simulator whose answers take the given share of their usual time. */
  static Child simulator(double timeScale) throws IOException {
    Process process =
        java(
                List.of(),
                "dev.admiral.simulator.Main",
                "--port",
                "0",
                "--time-scale",
                Double.toString(timeScale))
            .redirectErrorStream(true)
            .start();
    String uri = lastWord(process);
    return ofOnePort(process, uri.substring(uri.indexOf("//") + 2).replaceAll("/$", ""));
  }

  private static Child ofOnePort(Process process, String address) {
    return new Child(process, address, address, null);
  }

  /** Starts Admiral with the simulator as its only providers, on a data directory of its own. */
  static Child admiral(Child simulator, String... jvmFlags)
      throws IOException, InterruptedException {
    return admiral(simulator.address(), jvmFlags);
  }

  /**
   * Starts Admiral, as above.
   *
   * @param simulator "host:port"
   */
  static Child admiral(String simulator, String... jvmFlags)
      throws IOException, InterruptedException {
    return admiral(
        simulator,
        config -> java(List.of(jvmFlags), "dev.admiral.optimizer.app.Main", "--config", config));
  }

  /** Starts Admiral as its users do, with the launcher of the checkout this runs in. */
  static Child launched(Child simulator) throws IOException, InterruptedException {
    String home = System.getProperty("admiral.home");
    if (home == null) {
      throw new IOException(
          "this benchmark uses the launcher; start the benchmarks with ./admiral bench");
    }
    String launcher = Path.of(home, "admiral").toString();
    return admiral(
        simulator.address(), config -> new ProcessBuilder(launcher, "serve", "--config", config));
  }

  private static Child admiral(String simulator, Function<String, ProcessBuilder> command)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("admiral-bench");
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        data_dir: %s
        grpc:
          port: 0
        http:
          port: 0
        log:
          level: warn
        providers:
          - name: openai
            dialect: openai
            base_url: http://%s/openai/v1
            api_key: simulated
          - name: anthropic
            dialect: anthropic
            base_url: http://%s/anthropic
            api_key: simulated
        """
            .formatted(folder.resolve("data"), simulator, simulator));
    Process process =
        command
            .apply(config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Path endpoints = folder.resolve("data").resolve("endpoints.json");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!Files.exists(endpoints)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        process.destroyForcibly();
        throw new IOException(
            "the server did not start: " + Files.readString(folder.resolve("log")));
      }
      Thread.sleep(2);
    }
    JsonNode ports = new ObjectMapper().readTree(endpoints.toFile());
    return new Child(
        process,
        "127.0.0.1:" + ports.at("/grpc/port").asInt(),
        "127.0.0.1:" + ports.at("/http/port").asInt(),
        folder);
  }

  /**
   * Returns the most memory the process held at once, in bytes; 0 where the system does not tell.
   */
  long peakMemoryBytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (folder != null) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Returns the command of another JVM like this one, with the flags the launcher gives a server.
   */
  static ProcessBuilder java(List<String> flags, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /**
   * Waits for the first line a server prints, which ends with where it listens, and reads on in the
   * background.
   */
  private static String lastWord(Process process) throws IOException {
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    if (line == null) {
      throw new IOException("a server of the benchmark ended before it listened");
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(rest -> {}));
    return line.substring(line.lastIndexOf(' ') + 1);
  }
}
