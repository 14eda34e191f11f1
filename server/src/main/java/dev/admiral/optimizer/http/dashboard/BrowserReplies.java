package dev.admiral.optimizer.http.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.http.exchange.Reply;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Replies to a browser, with the headers that keep it from being tricked. */
final class BrowserReplies {
  /**
   * A page may load and ask nothing but this server, run nothing that is not a file of it, and be
   * framed by nobody.
   */
  static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private static final Map<String, String> NOT_KEPT = Map.of("Cache-Control", "no-store");

  private BrowserReplies() {}

  /** Returns JSON that no cache keeps. */
  static Reply json(int status, String body) {
    return Reply.json(status, body.getBytes(StandardCharsets.UTF_8)).with(HEADERS).with(NOT_KEPT);
  }

  /** Returns a refusal. */
  static Reply error(int status, String sentence) {
    return json(status, errorBody(sentence));
  }

  /** Returns what a service of the contract answered instead of an answer. */
  static Reply error(Status status) {
    return error(httpStatus(status.getCode()), sentence(status));
  }

  /** Returns the reply to another method than the one that is taken. */
  static Reply wrongMethod(String taken) {
    return error(405, "the method must be " + taken).with(Map.of("Allow", taken));
  }

  static String errorBody(String sentence) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    return body.put("error", sentence).toString();
  }

  static String sentence(Status status) {
    String description = status.getDescription();
    return description == null ? "the server answered " + status.getCode() : description;
  }

  /** As google.rpc.Code maps them. */
  private static int httpStatus(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ABORTED, ALREADY_EXISTS -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
    };
  }
}
