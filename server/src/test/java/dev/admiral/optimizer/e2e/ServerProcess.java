package dev.admiral.optimizer.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** A server in a process of its own, as users run it, that can be killed. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final int port;
  private final int httpPort;

  private ServerProcess(Process process, int port, int httpPort) {
    this.process = process;
    this.port = port;
    this.httpPort = httpPort;
  }

  /** Starts a server on the data of the folder. */
  static ServerProcess start(Path folder, Simulator simulator, String... javaOptions)
      throws IOException {
    return start(folder, simulator, Map.of(), javaOptions);
  }

  /**
   * Starts a server on the data of the folder.
   *
   * @param variables environment variables, which win over the configuration
   */
  static ServerProcess start(
      Path folder, Simulator simulator, Map<String, String> variables, String... javaOptions)
      throws IOException {
    Path endpoints = folder.resolve("data").resolve("endpoints.json");
    Files.deleteIfExists(endpoints);
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A life too short for the best compiler to pay.
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of(javaOptions));
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.admiral.optimizer.app.Main",
            "--config",
            SimulatedProviders.config(folder, simulator, "").toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(10))
          .until(() -> Files.exists(endpoints) || !process.isAlive());
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
    if (!process.isAlive()) {
      throw new IOException("the server did not start: " + Files.readString(log));
    }
    JsonNode ports = new ObjectMapper().readTree(endpoints.toFile());
    return new ServerProcess(
        process, ports.at("/grpc/port").asInt(), ports.at("/http/port").asInt());
  }

  AdmiralClient client(RetryPolicy retry) {
    return AdmiralClient.builder()
        .address("127.0.0.1:" + port)
        .retry(retry)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  String httpAddress() {
    return "http://127.0.0.1:" + httpPort;
  }

  /** Tells the process to end, as an operator or a supervisor does. */
  void terminate() {
    process.destroy();
  }

  /** Waits until the process has ended, and returns its exit code. */
  int awaitExit() {
    return process.onExit().join().exitValue();
  }

  /** Ends the process without a chance to do anything more. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
