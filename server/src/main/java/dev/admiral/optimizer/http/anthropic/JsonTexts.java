package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/** JSON text that a model wrote. */
final class JsonTexts {
  /** How long an answer may be is bounded where it comes in. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private JsonTexts() {}

  /** Returns true if the text is one object and nothing else. */
  static boolean isObject(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells when an object that comes in pieces is complete. */
  static final class Progress {
    private int depth;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    void add(String piece) {
      for (int i = 0; i < piece.length(); i++) {
        char c = piece.charAt(i);
        if (inString) {
          inString = escaped || c != '"';
          escaped = !escaped && c == '\\';
        } else if (c == '"') {
          inString = true;
        } else if (c == '{' || c == '[') {
          depth++;
          begun = true;
        } else if (c == '}' || c == ']') {
          depth--;
        }
      }
    }

    boolean isComplete() {
      return begun && depth <= 0;
    }
  }
}
