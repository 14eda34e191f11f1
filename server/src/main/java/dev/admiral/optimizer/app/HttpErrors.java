package dev.admiral.optimizer.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that are no HTTP, or that the server gave up, in a shape that clients of every
 * vendor can read; a web page of the library's would tell them nothing.
 */
final class HttpErrors extends ErrorHandler {

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
    body.putObject("error")
        .put("type", code < 500 ? "invalid_request_error" : "api_error")
        .put("message", sentence(code))
        .putNull("param")
        .putNull("code");
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    // As the front has it: clients of the vendors act on this before anything else.
    response.getHeaders().put("x-should-retry", Boolean.toString(code == 503));
    response.write(
        true, ByteBuffer.wrap(body.toString().getBytes(StandardCharsets.UTF_8)), callback);
  }

  /** The library's own message may quote what was sent. */
  private static String sentence(int code) {
    return switch (code) {
      case 400 -> "the request is no valid HTTP; check its request line, path and headers";
      case 408 -> "the request did not come in time; send it in one go";
      case 414 -> "the request's address is too long; send what is long in the body";
      case 431 -> "the request's headers are too large; send fewer, or raise http.max_header_bytes";
      case 505 -> "the request is of no version of HTTP that is spoken here: HTTP/1.1 or HTTP/2";
      case 503 -> "this server is shutting down; ask another replica";
      default -> "the request failed: " + HttpStatus.getMessage(code);
    };
  }
}
