package dev.admiral.simulator;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A call refused with an error in the vendor's words. Carries no stack trace: it is an answer. */
final class Rejected extends Exception {
  final int status;
  final String type;
  final @Nullable String code;
  final @Nullable String param;
  final Optional<Duration> retryAfter;

  Rejected(
      int status,
      String type,
      @Nullable String code,
      @Nullable String param,
      String message,
      Optional<Duration> retryAfter) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  Rejected(int status, String type, @Nullable String code, @Nullable String param, String message) {
    this(status, type, code, param, message, Optional.empty());
  }

  /** A request that can never succeed as it is. */
  static Rejected invalid(@Nullable String param, @Nullable String code, String message) {
    return new Rejected(400, "invalid_request_error", code, param, message);
  }

  String message() {
    String message = getMessage();
    return message == null ? type : message;
  }
}
