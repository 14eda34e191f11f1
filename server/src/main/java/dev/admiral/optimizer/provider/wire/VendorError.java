package dev.admiral.optimizer.provider.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * What a vendor says went wrong, in whichever of the known shapes it says so. Texts it left out are
 * empty. Only short texts of known fields are kept: other fields repeat prompts or answers.
 *
 * @param type the vendor's kind of error
 * @param code the vendor's code, numbers as text
 * @param message the vendor's sentence
 * @param retryDelay the wait in the body, such as "34.4s"
 */
public record VendorError(String type, String code, String message, String retryDelay) {
  public static final VendorError NONE = new VendorError("", "", "", "");

  /** Reads an error whose parser stands on its value: an object, a list of one, or plain text. */
  public static VendorError read(JsonParser parser) throws IOException {
    Reading reading = new Reading();
    reading.value(parser);
    return reading.error();
  }

  public boolean isEmpty() {
    return equals(NONE);
  }

  /** Finds an error in the body of a refusal; {@link #NONE} if it is no JSON or says nothing. */
  public static VendorError parse(byte[] body) {
    try (JsonParser parser = Json.FACTORY.createParser(body)) {
      parser.nextToken();
      return read(parser);
    } catch (IOException e) {
      return NONE;
    }
  }

  /** Collects the first of each text, outer objects before inner ones of the same name. */
  private static final class Reading {
    private String type = "";
    private String code = "";
    private String message = "";
    private String retryDelay = "";
    private String raw = "";

    VendorError error() {
      // OpenRouter's own sentence says nothing where it passes on another vendor's.
      String said = raw.isEmpty() ? message : message + ": " + raw;
      return new VendorError(type, code, said, retryDelay);
    }

    void value(JsonParser parser) throws IOException {
      switch (parser.currentToken()) {
        case START_OBJECT -> object(parser);
        case START_ARRAY -> {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == null) {
              return;
            }
            value(parser);
          }
        }
        case VALUE_STRING -> {
          if (message.isEmpty()) {
            message = parser.getText();
          }
        }
        case null, default -> {}
      }
    }

    private void object(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "error", "detail", "details", "metadata", "innererror" -> value(parser);
          case "message", "msg" -> {
            if (token == JsonToken.VALUE_STRING && message.isEmpty()) {
              message = parser.getText();
            } else if (token == JsonToken.START_OBJECT) {
              value(parser);
            } else {
              parser.skipChildren();
            }
          }
          case "type", "status" -> type = text(parser, type);
          case "code" -> code = text(parser, code);
          case "raw" -> raw = text(parser, raw);
          case "retryDelay" -> retryDelay = text(parser, retryDelay);
          default -> parser.skipChildren();
        }
      }
    }

    private static String text(JsonParser parser, String before) throws IOException {
      JsonToken token = parser.currentToken();
      boolean scalar = token == JsonToken.VALUE_STRING || token.isNumeric();
      parser.skipChildren();
      // "error" is only the envelope's type: the kind comes inside.
      boolean open = before.isEmpty() || before.equals("error");
      return scalar && open ? parser.getText() : before;
    }
  }
}
