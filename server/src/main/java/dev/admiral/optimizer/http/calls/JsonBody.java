package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import java.io.IOException;
import java.util.List;

/** Bodies of requests, each one JSON object. Thread-safe. */
final class JsonBody {
  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  // A picture is one long text; the body as a whole is bounded.
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  // Names that clients choose do not belong into a table of the whole process.
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          // Models read schemas and arguments: 100.0 must not come to them as 1E+2.
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readerFor(JsonNode.class);

  private JsonBody() {}

  /**
   * Reads a body.
   *
   * @throws CallException if it is no JSON object
   */
  static ObjectNode read(byte[] body) throws CallException {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JacksonException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw invalid("the body cannot be read as JSON");
    }
    if (json instanceof ObjectNode object) {
      return object;
    }
    throw invalid("the body must be a JSON object");
  }

  private static CallException malformed(JacksonException e) {
    JsonLocation at = e.getLocation();
    String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    // The library's own words quote what it met, which may be content.
    return invalid("the body is not valid JSON" + place + "; send one JSON object in UTF-8");
  }

  /** Returns what is thrown for a request that is none. */
  static CallException invalid(String message) {
    return new CallException(
        new Failure.Invalid(message, List.of(new Failure.Violation("body", message))));
  }
}
