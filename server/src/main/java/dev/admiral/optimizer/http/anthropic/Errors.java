package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.HttpFailure;
import java.io.IOException;

/** Failures in the vendor's words. */
final class Errors {
  private static final int NO_MONEY = 402;
  private static final int OVERLOADED = 529;

  private Errors() {}

  /**
   * Returns the status. It is the vendor's own for a service that has too much to do, and for an
   * account whose money is spent: 402 billing_error by the vendor's table of errors, which unlike
   * 429 no client tries again, whether it knows x-should-retry or not.
   */
  static int status(HttpFailure failure) {
    return switch (failure.failure().reason()) {
      case ERROR_REASON_PROVIDER_OVERLOADED,
          ERROR_REASON_NO_PROVIDER_AVAILABLE,
          ERROR_REASON_SERVER_DRAINING ->
          OVERLOADED;
      case ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED, ERROR_REASON_BUDGET_EXHAUSTED -> NO_MONEY;
      default -> failure.status();
    };
  }

  /** Writes an error, the same in a reply of its own and in the middle of a stream. */
  static void write(JsonGenerator json, HttpFailure failure) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "error");
    json.writeObjectFieldStart("error");
    json.writeNullField("details");
    json.writeStringField("type", type(status(failure)));
    json.writeStringField("message", message(failure));
    json.writeEndObject();
    json.writeStringField("request_id", failure.requestId());
    json.writeEndObject();
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 409 -> "conflict_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      case OVERLOADED -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  /** Programs look at the beginning of what the vendor says of a model it does not know. */
  private static String message(HttpFailure failure) {
    return failure.failure() instanceof Failure.UnknownModel unknown
        ? "model: "
            + unknown.model()
            + (unknown.nearest().isEmpty()
                ? ""
                : "; did you mean " + String.join(", ", unknown.nearest()) + "?")
        : failure.message();
  }
}
