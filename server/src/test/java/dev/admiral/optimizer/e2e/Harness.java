package dev.admiral.optimizer.e2e;

import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.app.TestServer;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;

/** A server over a simulator that answers at once, and a client of it. */
final class Harness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final Simulator simulator;
  private final TestServer server;
  private final AdmiralClient client;

  private Harness(Path folder, Simulator simulator, TestServer server) {
    this.folder = folder;
    this.simulator = simulator;
    this.server = server;
    this.client =
        AdmiralClient.builder()
            .address(address())
            .retry(RetryPolicy.NONE)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  static Harness start() {
    return start("");
  }

  /**
   * @param config further lines of the configuration
   */
  static Harness start(String config) {
    return start(_ -> config);
  }

  /**
   * @param config further lines of the configuration, which follow its list of providers
   */
  static Harness start(Function<Simulator, String> config) {
    try {
      return start(Files.createTempDirectory("admiral-e2e"), config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param http further lines of the section {@code http}, indented
   */
  static Harness startHttp(String http) {
    try {
      Path folder = Files.createTempDirectory("admiral-e2e");
      Simulator simulator = Simulator.builder().timeScale(0).start();
      return new Harness(
          folder,
          simulator,
          TestServer.start(SimulatedProviders.config(folder, simulator, http, "")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts with a folder of the test's own. */
  static Harness start(Path folder, String config) {
    return start(folder, _ -> config);
  }

  private static Harness start(Path folder, Function<Simulator, String> config) {
    try {
      Simulator simulator = Simulator.builder().timeScale(0).start();
      return new Harness(
          folder,
          simulator,
          TestServer.start(SimulatedProviders.config(folder, simulator, config.apply(simulator))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  AdmiralClient client() {
    return client;
  }

  /** Returns a client with a key, which the caller closes. */
  AdmiralClient client(String key) {
    return AdmiralClient.builder().address(address()).key(key).retry(RetryPolicy.NONE).build();
  }

  Simulator simulator() {
    return simulator;
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  String httpAddress() {
    return "http://127.0.0.1:" + server.httpPort();
  }

  /** Waits until so many calls are in the server's hands. */
  void awaitInFlight(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> client.stats().getInFlightCount() == count);
  }

  /** Waits until so many calls by HTTP have clients that wait for the end. */
  void awaitUnendedHttp(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> server.unendedHttpCalls() == count);
  }

  /** Waits until so many calls are in the vendor's hands. */
  void awaitUpstream(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> simulator.stats().openCalls() == count);
  }

  /** Stops the server as a signal would; closing does it too. */
  void stopServer() {
    server.close();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    simulator.close();
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
