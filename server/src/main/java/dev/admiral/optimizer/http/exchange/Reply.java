package dev.admiral.optimizer.http.exchange;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A whole reply.
 *
 * @param status HTTP status
 * @param contentType media type of the body
 * @param headers further headers
 * @param body the body; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Written once, compared never.
public record Reply(int status, String contentType, Map<String, String> headers, byte[] body) {
  public static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Returns a reply in JSON. */
  public static Reply json(int status, byte[] body) {
    return new Reply(status, JSON, Map.of(), body);
  }

  /** Returns a reply in plain text. */
  public static Reply text(int status, String text) {
    return new Reply(status, TEXT, Map.of(), (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Returns this reply with further headers. */
  public Reply with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new Reply(status, contentType, all, body);
  }

  /** Returns this reply with another status. */
  public Reply withStatus(int other) {
    return new Reply(other, contentType, headers, body);
  }
}
