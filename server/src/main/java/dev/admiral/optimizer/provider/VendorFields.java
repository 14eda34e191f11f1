package dev.admiral.optimizer.provider;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fields beside the usual ones in which vendors that speak OpenAI's dialect give what they want
 * back, and the form of {@link VendorData#getJson()}. Thread-safe.
 *
 * <p>{@code extra_content} and {@code thought_signature} are Gemini's, on calls and on messages
 * (its manual of thought signatures, and recorded answers); {@code reasoning_details} is
 * OpenRouter's and MiniMax's; {@code thinking_blocks} and {@code provider_specific_fields} are
 * those of the LiteLLM relay.
 */
public final class VendorFields {
  /** The most characters of what one part or message is sent back with. */
  public static final int MOST_CHARS = 8 << 20;

  /** OpenRouter's list of all that was thought. */
  public static final String REASONING_DETAILS = "reasoning_details";

  private static final Set<String> OF_CALLS =
      Set.of("extra_content", "thought_signature", "provider_specific_fields");
  private static final Set<String> OF_MESSAGES =
      Set.of(
          REASONING_DETAILS,
          "extra_content",
          "thought_signature",
          "thinking_blocks",
          "provider_specific_fields");

  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build());
  private static final ObjectWriter ASCII = MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

  private VendorFields() {}

  /** Returns a value as JSON in whole characters: half of one is written as an escape. */
  public static String json(JsonNode value) {
    try {
      String json = MAPPER.writeValueAsString(value);
      return JsonText.isWhole(json) ? json : ASCII.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a value that was read cannot be written", e);
    }
  }

  /** Returns true if an answer's field of this name goes back with its message. */
  public static boolean ofMessage(String field) {
    return OF_MESSAGES.contains(field);
  }

  /** Returns true if a tool call's field of this name goes back with it. */
  public static boolean ofCall(String field) {
    return OF_CALLS.contains(field);
  }

  /**
   * Returns the fields of an object and their values, as they are written there; none if it is not
   * one.
   */
  public static Map<String, String> read(String json) {
    if (json.isEmpty()) {
      return Map.of();
    }
    Map<String, String> fields = new LinkedHashMap<>(2);
    try (JsonParser parser = JsonText.parser(json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          int from = (int) parser.currentTokenLocation().getCharOffset();
          // A scalar is read to its end only by asking for it.
          parser.skipChildren();
          parser.finishToken();
          int to = (int) parser.currentLocation().getCharOffset();
          fields.put(field, json.substring(from, to).strip());
        }
      }
      return fields;
    } catch (IOException e) {
      return Map.of();
    }
  }

  /** Returns the object of these fields; empty text if there are none. */
  public static String write(Map<String, String> fields) {
    if (fields.isEmpty()) {
      return "";
    }
    StringBuilder json = new StringBuilder("{");
    fields.forEach((field, value) ->
        json.append(json.length() > 1 ? "," : "")
            .append('"')
            .append(field)
            .append("\":")
            .append(value));
    return json.append('}').toString();
  }
}
