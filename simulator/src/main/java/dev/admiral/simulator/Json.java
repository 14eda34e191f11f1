package dev.admiral.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** JSON in. What goes out is written by {@link Bytes}, byte by byte as the vendors do. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  static JsonNode read(byte[] utf8) throws IOException {
    return MAPPER.readTree(utf8);
  }

  /** Returns the property, or a missing node when it is absent or null. */
  static JsonNode get(JsonNode object, String property) {
    JsonNode value = object.path(property);
    return value.isNull() ? MISSING : value;
  }

  private static final JsonNode MISSING = MAPPER.missingNode();

  static boolean has(JsonNode object, String property) {
    return object.hasNonNull(property);
  }
}
