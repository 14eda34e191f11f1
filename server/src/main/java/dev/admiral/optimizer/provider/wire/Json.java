package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;

/** Reads JSON token by token. Thread-safe. */
public final class Json {
  /**
   * Bounds on size are the settings': an answer is counted as it comes, a call before it is made.
   * Buffers come from one pool: the default keeps some 16 kB for every virtual thread.
   */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private static final long MOST = Integer.MAX_VALUE;

  /**
   * The most tokens that a vendor is believed: a hundred times the largest window on sale, which is
   * of ten million. Nine billion such counts have a sum in 64 bits.
   */
  public static final long MOST_TOKENS = 1_000_000_000;

  private Json() {}

  /** Returns the text of a string value, or empty for null and other kinds, which are skipped. */
  public static String text(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    parser.skipChildren();
    return "";
  }

  /** Returns a string's text, or any other value but null as compact JSON from the bytes read. */
  public static String textOrValue(JsonParser parser, byte[] source) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL) {
      return text(parser);
    }
    return rawFrom((int) parser.currentTokenLocation().getByteOffset(), parser, source);
  }

  /**
   * Returns any value as compact JSON from the bytes read; those inside it may have been read.
   *
   * @param from where the value begins
   */
  public static String rawFrom(int from, JsonParser parser, byte[] source) throws IOException {
    parser.skipChildren();
    // A text is read to its end only when it is asked for.
    parser.finishToken();
    int to = (int) parser.currentLocation().getByteOffset();
    return new Compactor().compact(new String(source, from, to - from, UTF_8)).strip();
  }

  /** Returns true if compact JSON says no more than if it were not there. */
  public static boolean isNothing(String json) {
    return switch (json) {
      case "null", "[]", "{}", "\"\"" -> true;
      default -> false;
    };
  }

  /**
   * Returns a count; zero for null, negative and other kinds, which are skipped.
   *
   * @throws WireFormat.MalformedException if no count can be so large
   */
  public static long count(JsonParser parser) throws IOException {
    double count = number(parser);
    if (count > MOST) {
      throw new WireFormat.MalformedException("a count is too large to be one");
    }
    return Math.max(0, (long) count);
  }

  /**
   * Returns tokens that a vendor counted; -1 for null, negative and other kinds, which are skipped.
   * More than {@link #MOST_TOKENS} are garbled: usage that holds such a count says no more than
   * none at all. The answer beside it is good, and is not to be bought again for it.
   */
  public static long tokens(JsonParser parser) throws IOException {
    return (long) Math.clamp(number(parser), -1.0, MOST_TOKENS + 1.0);
  }

  /** Returns tokens of a part of what is counted, as {@link #tokens} does, but zero for none. */
  public static long partialTokens(JsonParser parser) throws IOException {
    return Math.max(0, tokens(parser));
  }

  private static double number(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token != null && token.isNumeric()) {
      return parser.getDoubleValue();
    }
    parser.skipChildren();
    return -1;
  }

  /**
   * Takes the whitespace between tokens out of JSON text that arrives in fragments, so that text
   * which a vendor sends as the model wrote it equals the same text sent as a JSON value.
   */
  public static final class Compactor {
    private boolean inString;
    private boolean escaped;
    private boolean used;

    /** Returns true if nothing but whitespace came. */
    public boolean isUnused() {
      return !used;
    }

    public String compact(String fragment) {
      StringBuilder out = null;
      for (int i = 0; i < fragment.length(); i++) {
        char c = fragment.charAt(i);
        boolean dropped = false;
        if (inString) {
          inString = escaped || c != '"';
          escaped = !escaped && c == '\\';
        } else if (c == '"') {
          inString = true;
        } else {
          dropped = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        }
        used |= !dropped;
        if (dropped && out == null) {
          out = new StringBuilder(fragment.length()).append(fragment, 0, i);
        } else if (!dropped && out != null) {
          out.append(c);
        }
      }
      return out == null ? fragment : out.toString();
    }
  }
}
