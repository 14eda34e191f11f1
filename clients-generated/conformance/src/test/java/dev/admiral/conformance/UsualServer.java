package dev.admiral.conformance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The server as it is without any configuration and without a provider's key, as a reader of the
 * documents starts it, but on free ports and with its data in a folder of the test's.
 */
final class UsualServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path data;
  private final Path log;
  private final JsonNode endpoints;

  private UsualServer(Process process, Path data, Path log, JsonNode endpoints) {
    this.process = process;
    this.data = data;
    this.log = log;
    this.endpoints = endpoints;
  }

  static UsualServer start(Path folder) {
    Path data = folder.resolve("data");
    Path log = folder.resolve("server.log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command("-Xmx512m"))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("ADMIRAL_") || name.endsWith("_API_KEY"));
      builder
          .environment()
          .putAll(
              Map.of(
                  "ADMIRAL_DATA_DIR", data.toString(),
                  "ADMIRAL_GRPC_PORT", "0",
                  "ADMIRAL_HTTP_PORT", "0"));
      Process process = builder.start();
      Path endpoints = data.resolve("endpoints.json");
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> Files.exists(endpoints) || !process.isAlive());
      if (!process.isAlive()) {
        throw new IOException("The server did not start: " + Files.readString(log));
      }
      return new UsualServer(process, data, log, Contract.JSON.readTree(endpoints.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what runs the server's program, with options of the JVM. */
  static List<String> command(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.admiral.optimizer.app.Main"));
    return command;
  }

  /** Returns a text of the documents with this server's addresses in place of the usual ones. */
  String addressed(String text) {
    return text.replace("127.0.0.1:50051", "127.0.0.1:" + port("grpc"))
        .replace("127.0.0.1:8080", "127.0.0.1:" + port("http"));
  }

  Path data() {
    return data;
  }

  /** Returns what the server has logged until now. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int port(String name) {
    return endpoints.at("/" + name + "/port").asInt();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
