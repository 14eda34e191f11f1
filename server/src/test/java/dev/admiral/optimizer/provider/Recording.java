package dev.admiral.optimizer.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Recorded exchanges with vendors that lie beside the repository on some machines. */
public record Recording(
    String name, JsonNode request, int status, JsonNode headers, JsonNode body) {
  public static final ObjectMapper MAPPER = new ObjectMapper();

  /** Tests run in the module's folder or in the repository's. */
  private static final List<Path> PLACES =
      List.of(Path.of("../../shared/fixtures"), Path.of("../shared/fixtures"));

  /** Returns where they lie; null where they do not. */
  public static Path folder() {
    return PLACES.stream().filter(Files::isDirectory).findFirst().orElse(null);
  }

  /** Returns the recordings of a vendor whose file names begin so. */
  public static List<Recording> of(String vendor, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder().resolve(vendor))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(Recording::read)
          .toList();
    }
  }

  private static Recording read(Path file) {
    try {
      JsonNode root = MAPPER.readTree(file.toFile());
      JsonNode response = root.get("response");
      return new Recording(
          file.getParent().getFileName() + "/" + file.getFileName(),
          root.get("request"),
          response.get("status").asInt(),
          response.get("headers"),
          response.get("body"));
    } catch (IOException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  /** Returns true if the body is a stream's text. */
  public boolean isStream() {
    return body.isTextual();
  }

  @Override
  public String toString() {
    return name;
  }
}
