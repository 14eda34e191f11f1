package dev.admiral.optimizer.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;

/**
 * Tells other programs on this machine where the server listens: {@code endpoints.json} in the data
 * directory, there while the server runs. A server that was killed leaves it behind; its pid tells.
 */
final class EndpointsFile implements AutoCloseable {
  static final String NAME = "endpoints.json";

  private final Path file;

  private EndpointsFile(Path file) {
    this.file = file;
  }

  /** Where the server listens, and who it is. */
  record Endpoints(Endpoint grpc, Endpoint http, long pid, Instant start, String version) {}

  /** One port. */
  record Endpoint(String host, int port, boolean tls) {}

  /**
   * Writes the file in one step: a reader sees the old one or the new one whole.
   *
   * @throws IOException if it cannot be written
   */
  static EndpointsFile write(Path dataDirectory, Endpoints endpoints) throws IOException {
    Path file = dataDirectory.resolve(NAME);
    Path fresh = dataDirectory.resolve(NAME + ".new");
    try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(fresh))) {
      json.writeStartObject();
      write(json, "grpc", endpoints.grpc());
      write(json, "http", endpoints.http());
      json.writeNumberField("pid", endpoints.pid());
      json.writeStringField("start_time", endpoints.start().toString());
      json.writeStringField("version", endpoints.version());
      json.writeEndObject();
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return new EndpointsFile(file);
  }

  private static void write(JsonGenerator json, String name, Endpoint endpoint) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("host", endpoint.host());
    json.writeNumberField("port", endpoint.port());
    json.writeBooleanField("tls", endpoint.tls());
    json.writeEndObject();
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("the file " + file + " cannot be removed", e);
    }
  }
}
