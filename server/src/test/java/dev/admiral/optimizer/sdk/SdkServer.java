package dev.admiral.optimizer.sdk;

import dev.admiral.optimizer.app.TestServer;
import dev.admiral.optimizer.e2e.SimulatedProviders;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server over simulated vendors, with a key. It tries a vendor once, so that what the vendor says
 * reaches the client, and leaves no model alone however often it fails.
 */
final class SdkServer implements AutoCloseable {
  /** The key that the configuration knows. */
  static final String KEY = "sdk-suite-key";

  /** Signs of many scripts and planes, and those that JSON and event streams must escape. */
  static final String UNICODE = "Grüße, 世界! 👩‍👩‍👧‍👦 שלום ﷽ \u2028 e\u0301 𝔘𝔫𝔦 \"\\/\t";

  /** A red dot, as small as a PNG gets, in base64. */
  static final String PIXEL =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** As often as it may be, so that clients meet the comments on streams. */
  private static final String HTTP = "  heartbeat_interval: 1s";

  private static final String CONFIG =
      """
      keys:
        - label: suite
          key: sdk-suite-key
      limits:
        agents:
          - agent: hurried-openai
            requests_per_minute: 1
          - agent: hurried-openai-6
            requests_per_minute: 1
      retry:
        max_attempts: 1
      circuit_breaker:
        minimum_calls: 10000
        window_size: 10000
      """;

  private final Path folder;
  private final Simulator simulator;
  private final TestServer server;

  private SdkServer(Path folder, Simulator simulator, TestServer server) {
    this.folder = folder;
    this.simulator = simulator;
    this.server = server;
  }

  static SdkServer start() {
    try {
      Path folder = Files.createTempDirectory("admiral-sdk");
      Simulator simulator = Simulator.builder().timeScale(0).start();
      return new SdkServer(
          folder,
          simulator,
          TestServer.start(SimulatedProviders.config(folder, simulator, HTTP, CONFIG)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the HTTP address, without a path. */
  String address() {
    return "http://127.0.0.1:" + server.httpPort();
  }

  String vendorAddress() {
    return simulator.uri().toString();
  }

  Simulator vendor() {
    return simulator;
  }

  /** Returns how many calls the vendors refused so far. */
  long vendorRefusals() {
    return simulator.stats().refusedCalls().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Waits until no vendor has a call in hand. */
  void awaitVendorIdle() {
    try {
      if (!simulator.awaitIdle(PATIENCE)) {
        throw new AssertionError("a vendor goes on writing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    simulator.close();
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
