package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A failure as HTTP tells it.
 *
 * @param failure why the call failed
 * @param requestId what the client is told to ask about
 */
public record HttpFailure(Failure failure, String requestId) {
  /** Clients ignore a longer wait and come back at once instead. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** Returns the status. */
  public int status() {
    return switch (failure.reason()) {
      case ERROR_REASON_CALL_INVALID,
          ERROR_REASON_REQUEST_ID_REUSED,
          ERROR_REASON_PROVIDER_CALL_INVALID,
          ERROR_REASON_CONTEXT_TOO_LONG,
          ERROR_REASON_PROVIDER_REFUSED ->
          400;
      case ERROR_REASON_KEY_INVALID -> 401;
      case ERROR_REASON_COST_LIMIT -> 402;
      case ERROR_REASON_NOT_PERMITTED -> 403;
      case ERROR_REASON_MODEL_UNKNOWN,
          ERROR_REASON_CACHE_MISS,
          ERROR_REASON_PROVIDER_MODEL_UNKNOWN,
          ERROR_REASON_NOT_FOUND ->
          404;
      case ERROR_REASON_CALL_TOO_LARGE, ERROR_REASON_PROVIDER_CALL_TOO_LARGE -> 413;
      case ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_BUDGET_EXHAUSTED,
          ERROR_REASON_READER_TOO_SLOW,
          ERROR_REASON_PROVIDER_RATE_LIMITED,
          ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED ->
          429;
      case ERROR_REASON_CALL_CANCELLED -> 499;
      case ERROR_REASON_INTERNAL, ERROR_REASON_UNSPECIFIED, UNRECOGNIZED -> 500;
      case ERROR_REASON_NOT_IMPLEMENTED -> 501;
      // What the vendor holds against this server's key is not the client's doing.
      case ERROR_REASON_PROVIDER_FAILED,
          ERROR_REASON_PROVIDER_UNREACHABLE,
          ERROR_REASON_PROVIDER_MALFORMED,
          ERROR_REASON_STREAM_BROKEN,
          ERROR_REASON_PROVIDER_KEY_INVALID,
          ERROR_REASON_PROVIDER_NOT_PERMITTED ->
          502;
      case ERROR_REASON_NO_PROVIDER_AVAILABLE,
          ERROR_REASON_SERVER_DRAINING,
          ERROR_REASON_STORE_UNAVAILABLE,
          ERROR_REASON_PROVIDER_OVERLOADED ->
          503;
      case ERROR_REASON_DEADLINE_EXCEEDED, ERROR_REASON_PROVIDER_TIMEOUT -> 504;
    };
  }

  /** Returns the contract's name of the reason, in lower case. */
  public String code() {
    return Words.of(failure.reason());
  }

  /** Returns what was wrong and what to do. */
  public String message() {
    return failure.message();
  }

  /** Returns the headers that tell clients whether and when to try again. */
  Map<String, String> retryHeaders() {
    Map<String, String> headers = new LinkedHashMap<>();
    Duration wait = failure.retryAfter();
    if (wait != null) {
      long millis = Math.max(1, wait.toMillis());
      headers.put("retry-after-ms", Long.toString(millis));
      headers.put("retry-after", Long.toString((millis + 999) / 1000));
    }
    headers.put("x-should-retry", Boolean.toString(worthAnotherTry(wait)));
    return headers;
  }

  /**
   * Whoever must wait longer than clients do is not to come back at once, nor for what lasts: a key
   * that is rejected or not permitted, and a quota that is spent, have statuses (502, 429) that
   * clients try again by themselves. The header has the last word with the SDKs of both vendors
   * (openai-python and anthropic-sdk-python, {@code _base_client.py}, {@code _should_retry}).
   */
  private boolean worthAnotherTry(@Nullable Duration wait) {
    if (wait != null && wait.compareTo(LONGEST_WAIT) > 0) {
      return false;
    }
    ErrorReason reason = failure.reason();
    return switch (reason) {
      case ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_SERVER_DRAINING,
          ERROR_REASON_STORE_UNAVAILABLE,
          ERROR_REASON_NO_PROVIDER_AVAILABLE ->
          true;
      default -> failure.retryable();
    };
  }
}
