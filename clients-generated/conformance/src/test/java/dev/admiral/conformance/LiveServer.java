package dev.admiral.conformance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.InvoiceLine;
import dev.admiral.simulator.ModelProfile;
import dev.admiral.simulator.Outcome;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server as users run it, in a process of its own, over simulated providers. */
final class LiveServer implements Endpoint {
  /** A key of an agent, and one of an operator, of a strict server. */
  static final String KEY = "conformance-agent-key";

  static final String OPERATOR_KEY = "conformance-operator-key";

  /** Calls a minute that an agent of a strict server may make. */
  private static final String STRICT =
      """
      limits:
        agent_requests_per_minute: 3
      keys:
        - label: agents
          tenant: fleet
          key: %s
        - label: operators
          tenant: fleet
          operator: true
          key: %s
      """
          .formatted(KEY, OPERATOR_KEY);

  /** Several are started at once, beside compilers. */
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private final Process process;
  private final Simulator simulator;
  private final AdmiralClient client;
  private final String address;

  private LiveServer(Process process, Simulator simulator, String address, boolean strict) {
    this.process = process;
    this.simulator = simulator;
    this.address = address;
    AdmiralClient.Builder builder = AdmiralClient.builder().address(address);
    this.client = (strict ? builder.key(OPERATOR_KEY) : builder).build();
  }

  static LiveServer start(Path folder) {
    return start(folder, false);
  }

  /** Starts a server with keys and low limits. */
  static LiveServer startStrict(Path folder) {
    return start(folder, true);
  }

  private static LiveServer start(Path folder, boolean strict) {
    try {
      Files.createDirectories(folder);
      Simulator simulator =
          Simulator.builder()
              .timeScale(0)
              .unknownModels(ModelProfile.chat("openai", "any").withWindow(10_000_000, 10_000_000))
              .start();
      Path config =
          Files.writeString(
              folder.resolve("admiral.yaml"),
              """
              data_dir: "%s"
              grpc:
                port: 0
                max_request_bytes: %s
              http:
                port: 0
              retry:
                initial_backoff: 1ms
              providers:
                - name: openai
                  dialect: openai
                  base_url: "%s"
                  api_key: simulated
                  requests_per_minute: 0
                - name: anthropic
                  dialect: anthropic
                  base_url: "%s"
                  api_key: simulated
                - name: gemini
                  dialect: openai
                  base_url: "%s"
                  api_key: simulated
                - name: away
                  dialect: openai
                  base_url: "http://127.0.0.1:%d/v1"
                - name: slow
                  vendor: openai
                  dialect: openai
                  base_url: "%s"
                  first_token_timeout: 200ms
                  read_timeout: 200ms
              %s
              """
                  .formatted(
                      folder.resolve("data"),
                      strict ? "1MiB" : "16MiB",
                      simulator.uri("openai"),
                      simulator.uri("anthropic"),
                      simulator.uri("gemini"),
                      RawPeer.freePort(),
                      simulator.uri("openai"),
                      strict ? STRICT : ""));
      Path log = folder.resolve("server.log");
      ProcessBuilder builder =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx512m",
                      "-XX:TieredStopAtLevel=1",
                      "-XX:+UseSerialGC",
                      "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                      "--enable-native-access=ALL-UNNAMED",
                      "--sun-misc-unsafe-memory-access=allow",
                      "-cp",
                      System.getProperty("java.class.path"),
                      "dev.admiral.optimizer.app.Main",
                      "--config",
                      config.toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("ADMIRAL_"));
      Process process = builder.start();
      Path endpoints = folder.resolve("data").resolve("endpoints.json");
      try {
        await()
            .atMost(START_LIMIT)
            .pollInterval(LOOK_EVERY)
            .until(() -> Files.exists(endpoints) || !process.isAlive());
      } catch (RuntimeException e) {
        process.destroyForcibly();
        simulator.close();
        throw e;
      }
      if (!process.isAlive()) {
        simulator.close();
        throw new IOException("The server did not start: " + Files.readString(log));
      }
      int port = Contract.JSON.readTree(endpoints.toFile()).at("/grpc/port").asInt();
      return new LiveServer(process, simulator, "127.0.0.1:" + port, strict);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String address() {
    return address;
  }

  /** Holds back answers of a model from now on. */
  Hold hold(String model, int afterFrames) {
    return simulator.hold(model, afterFrames);
  }

  void awaitInFlight(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(LOOK_EVERY)
        .until(() -> client.stats().getInFlightCount() == count);
  }

  /** Tells the process to stop, as an operator or a supervisor does. */
  void drain() {
    process.destroy();
  }

  /** Returns how many calls the provider was asked. */
  long served() {
    return simulator.stats().acceptedCalls();
  }

  /** Returns what the provider saw of calls of a model. */
  JsonNode upstream(String model) {
    List<InvoiceLine> lines =
        simulator.invoice().lines().stream().filter(line -> line.model().equals(model)).toList();
    ObjectNode view = Contract.JSON.createObjectNode();
    view.put("calls", lines.size());
    view.put(
        "cancelled", lines.stream().filter(line -> line.outcome() == Outcome.CANCELLED).count());
    view.put("streams", lines.stream().filter(InvoiceLine::stream).count());
    view.put("open", simulator.stats().openCalls());
    return view;
  }

  @Override
  public void close() {
    client.close();
    simulator.close();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
