package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Failures in OpenAI's words: a type and a code that its clients act on.
 *
 * @param conversation what the API calls the conversation
 */
record OpenAiErrors(String conversation) {
  static final OpenAiErrors CHAT = new OpenAiErrors("messages");
  static final OpenAiErrors RESPONSES = new OpenAiErrors("input");

  private static final JsonFactory JSON = new JsonFactory();
  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";
  private static final String UNAVAILABLE = "service_unavailable_error";

  /** The name under which the frame reports what is wrong with a body as a whole. */
  private static final String BODY = "body";

  /** Returns an error as a whole reply. */
  Reply reply(HttpFailure failure) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      write(json, failure);
    } catch (IOException e) {
      throw new UncheckedIOException("the output is memory", e);
    }
    return Reply.json(failure.status(), body.toByteArray());
  }

  /** Writes an object that holds nothing but an error. */
  void write(JsonGenerator json, HttpFailure failure) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("error");
    json.writeStringField("type", type(failure.failure()));
    fields(json, failure);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Writes the fields of an error but its type; clients expect each of them to be there. */
  void fields(JsonGenerator json, HttpFailure failure) throws IOException {
    json.writeStringField("message", message(failure.failure()));
    json.writeStringField("param", param(failure.failure()));
    json.writeStringField("code", hasNoField(failure.failure()) ? null : code(failure));
  }

  /** Returns what was wrong and what to do. */
  static String message(Failure failure) {
    return failure instanceof Failure.UnknownModel unknown && unknown.nearest().isEmpty()
        ? "the model '" + unknown.model() + "' does not exist; GET /v1/models lists those that do"
        : failure.message();
  }

  /** Returns what kind of failure it is. */
  static String type(Failure failure) {
    return switch (failure.reason()) {
      case ERROR_REASON_CALL_INVALID,
          ERROR_REASON_CALL_TOO_LARGE,
          ERROR_REASON_MODEL_UNKNOWN,
          ERROR_REASON_REQUEST_ID_REUSED,
          ERROR_REASON_CACHE_MISS,
          ERROR_REASON_KEY_INVALID,
          ERROR_REASON_NOT_PERMITTED,
          ERROR_REASON_COST_LIMIT,
          ERROR_REASON_NOT_FOUND,
          ERROR_REASON_NOT_IMPLEMENTED,
          ERROR_REASON_CALL_CANCELLED,
          ERROR_REASON_PROVIDER_MODEL_UNKNOWN,
          ERROR_REASON_PROVIDER_CALL_INVALID,
          ERROR_REASON_CONTEXT_TOO_LONG,
          ERROR_REASON_PROVIDER_CALL_TOO_LARGE,
          ERROR_REASON_PROVIDER_REFUSED ->
          INVALID;
      case ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_READER_TOO_SLOW,
          ERROR_REASON_PROVIDER_RATE_LIMITED ->
          failure instanceof Failure.LimitReached limit && limit.limit().contains("token")
              ? "tokens"
              : "requests";
      case ERROR_REASON_BUDGET_EXHAUSTED, ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED ->
          "insufficient_quota";
      case ERROR_REASON_NO_PROVIDER_AVAILABLE,
          ERROR_REASON_SERVER_DRAINING,
          ERROR_REASON_STORE_UNAVAILABLE,
          ERROR_REASON_PROVIDER_OVERLOADED ->
          UNAVAILABLE;
      case ERROR_REASON_INTERNAL,
          ERROR_REASON_DEADLINE_EXCEEDED,
          ERROR_REASON_PROVIDER_FAILED,
          ERROR_REASON_PROVIDER_UNREACHABLE,
          ERROR_REASON_PROVIDER_MALFORMED,
          ERROR_REASON_STREAM_BROKEN,
          ERROR_REASON_PROVIDER_TIMEOUT,
          ERROR_REASON_PROVIDER_KEY_INVALID,
          ERROR_REASON_PROVIDER_NOT_PERMITTED,
          ERROR_REASON_UNSPECIFIED,
          UNRECOGNIZED ->
          SERVER;
    };
  }

  /** OpenAI's code where it has one, else the contract's reason. */
  static String code(HttpFailure failure) {
    return switch (failure.failure().reason()) {
      case ERROR_REASON_CALL_INVALID, ERROR_REASON_PROVIDER_CALL_INVALID -> "invalid_value";
      case ERROR_REASON_MODEL_UNKNOWN, ERROR_REASON_PROVIDER_MODEL_UNKNOWN -> "model_not_found";
      case ERROR_REASON_KEY_INVALID -> "invalid_api_key";
      case ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_PROVIDER_RATE_LIMITED ->
          "rate_limit_exceeded";
      case ERROR_REASON_BUDGET_EXHAUSTED, ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED ->
          "insufficient_quota";
      case ERROR_REASON_CONTEXT_TOO_LONG -> "context_length_exceeded";
      case ERROR_REASON_CALL_TOO_LARGE, ERROR_REASON_PROVIDER_CALL_TOO_LARGE -> "request_too_large";
      case ERROR_REASON_PROVIDER_REFUSED -> "content_filter";
      case ERROR_REASON_PROVIDER_OVERLOADED -> "server_is_overloaded";
      case ERROR_REASON_INTERNAL, ERROR_REASON_UNSPECIFIED, UNRECOGNIZED -> "server_error";
      default -> failure.code();
    };
  }

  private static boolean hasNoField(Failure failure) {
    return failure instanceof Failure.Invalid invalid
        && invalid.violations().getFirst().field().equals(BODY);
  }

  private @Nullable String param(Failure failure) {
    return switch (failure) {
      case Failure.Invalid invalid ->
          hasNoField(invalid) ? null : invalid.violations().getFirst().field();
      case Failure.Inexpressible cannot -> cannot.field();
      case Failure.UnknownModel unknown -> "model";
      case Failure.Rejected rejected
          when rejected.reason() == ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG ->
          conversation;
      case Failure.Rejected rejected
          when rejected.reason() == ErrorReason.ERROR_REASON_PROVIDER_MODEL_UNKNOWN ->
          "model";
      default -> null;
    };
  }
}
