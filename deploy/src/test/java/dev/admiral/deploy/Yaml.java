package dev.admiral.deploy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;

/** Reads YAML; a key that stands twice is an error. */
final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  private Yaml() {}

  static JsonNode one(String text) throws IOException {
    List<JsonNode> all = all(text);
    if (all.size() != 1) {
      throw new IOException("There are " + all.size() + " documents where one was expected.");
    }
    return all.get(0);
  }

  static List<JsonNode> all(String text) throws IOException {
    try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      return values.readAll();
    }
  }
}
