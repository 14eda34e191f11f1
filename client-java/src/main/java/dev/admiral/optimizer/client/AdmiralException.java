package dev.admiral.optimizer.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed: why, as the server classified it, and what may be done about it. The message
 * says what was wrong and what to do; it holds nothing of prompts, answers or keys.
 */
public final class AdmiralException extends RuntimeException {
  private static final String DOMAIN = "optimizer.admiral.dev";
  private static final String PREFIX = "ERROR_REASON_";

  private final String message;
  private final ErrorReason reason;
  private final String reasonName;
  private final Status.Code code;
  private final transient Details details;

  /** What a status tells beyond its code and message. */
  private record Details(
      Optional<Duration> retryAfter,
      List<BadRequest.FieldViolation> violations,
      List<QuotaFailure.Violation> quotaViolations,
      Map<String, String> metadata) {
    static final Details NONE = new Details(Optional.empty(), List.of(), List.of(), Map.of());
  }

  private AdmiralException(
      String message,
      @Nullable Throwable cause,
      ErrorReason reason,
      String reasonName,
      Status.Code code,
      Details details) {
    super(message, cause);
    this.message = message;
    this.reason = reason;
    this.reasonName = reasonName;
    this.code = code;
    this.details = details;
  }

  /** Makes a failure that this client found by itself. */
  static AdmiralException of(ErrorReason reason, Status.Code code, String message) {
    return new AdmiralException(message, null, reason, shortName(reason), code, Details.NONE);
  }

  /** Reads the failure of a call to the server called {@code target}. */
  static AdmiralException of(Status status, @Nullable Metadata trailers, String target) {
    com.google.rpc.Status rich = StatusProto.fromStatusAndTrailers(status, trailers);
    ErrorInfo info = detail(rich, ErrorInfo.class).orElse(ErrorInfo.getDefaultInstance());
    Details details =
        new Details(
            detail(rich, RetryInfo.class).map(AdmiralException::duration),
            detail(rich, BadRequest.class)
                .map(BadRequest::getFieldViolationsList)
                .orElse(List.of()),
            detail(rich, QuotaFailure.class).map(QuotaFailure::getViolationsList).orElse(List.of()),
            Map.copyOf(info.getMetadataMap()));
    boolean told = !info.getReason().isEmpty();
    ErrorReason reason = told ? reason(info) : implied(status.getCode());
    return new AdmiralException(
        told ? rich.getMessage() : describe(status, target),
        status.getCause(),
        reason,
        told ? info.getReason() : shortName(reason),
        status.getCode(),
        details);
  }

  @Override
  public String getMessage() {
    return message;
  }

  /**
   * Returns why the call failed. {@link ErrorReason#UNRECOGNIZED} is a reason that this client is
   * too old to know, whose name {@link #reasonName} tells; {@link
   * ErrorReason#ERROR_REASON_UNSPECIFIED} is a failure that the server did not classify, such as a
   * lost connection.
   */
  public ErrorReason reason() {
    return reason;
  }

  /**
   * Returns the reason as it was sent, such as {@code RATE_LIMITED}; empty if none was. Use it
   * where reasons are printed or where a newer server's must be told apart.
   */
  public String reasonName() {
    return reasonName;
  }

  /** Returns the gRPC status code. */
  public Status.Code code() {
    return code;
  }

  /** Returns how long to wait before a repeat, where the server knows. */
  public Optional<Duration> retryAfter() {
    return details.retryAfter();
  }

  /** Returns the fields at fault, for a malformed call; else nothing. */
  public List<BadRequest.FieldViolation> violations() {
    return details.violations();
  }

  /** Returns which limits refused and whose they are; else nothing. */
  public List<QuotaFailure.Violation> quotaViolations() {
    return details.quotaViolations();
  }

  /** Returns every variable of the message by name, such as {@code model} and {@code nearest}. */
  public Map<String, String> metadata() {
    return details.metadata();
  }

  /** Whether an equal call may succeed later, for no cause but the time that went by. */
  boolean mayPass() {
    if (code != Status.Code.UNAVAILABLE) {
      return false;
    }
    return switch (reason) {
      // Waiting mends none of these, and a broken stream was paid for: its repeat is the caller's.
      case ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED,
          ERROR_REASON_PROVIDER_KEY_INVALID,
          ERROR_REASON_PROVIDER_NOT_PERMITTED,
          ERROR_REASON_STORE_UNAVAILABLE,
          ERROR_REASON_STREAM_BROKEN ->
          false;
      default -> true;
    };
  }

  private static ErrorReason reason(ErrorInfo info) {
    if (!info.getDomain().equals(DOMAIN)) {
      return ErrorReason.UNRECOGNIZED;
    }
    try {
      return ErrorReason.valueOf(PREFIX + info.getReason());
    } catch (IllegalArgumentException newer) {
      return ErrorReason.UNRECOGNIZED;
    }
  }

  private static ErrorReason implied(Status.Code code) {
    return switch (code) {
      case DEADLINE_EXCEEDED -> ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
      case CANCELLED -> ErrorReason.ERROR_REASON_CALL_CANCELLED;
      case UNIMPLEMENTED -> ErrorReason.ERROR_REASON_NOT_IMPLEMENTED;
      default -> ErrorReason.ERROR_REASON_UNSPECIFIED;
    };
  }

  private static String shortName(ErrorReason reason) {
    return reason == ErrorReason.ERROR_REASON_UNSPECIFIED
        ? ""
        : reason.name().substring(PREFIX.length());
  }

  /**
   * Says what happened where no server spoke: the words of gRPC's own transport are for engineers.
   */
  private static String describe(Status status, String target) {
    String detail = status.getDescription();
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      detail = t.getMessage() == null ? detail : t.getMessage();
    }
    String reason = detail == null ? status.getCode().name() : detail;
    return switch (status.getCode()) {
      case UNAVAILABLE -> "Admiral at " + target + " cannot be reached: " + reason;
      case DEADLINE_EXCEEDED -> "The deadline passed before Admiral at " + target + " answered.";
      case CANCELLED -> "The call was cancelled.";
      case UNIMPLEMENTED -> "Admiral at " + target + " does not know this method: " + reason;
      default -> reason;
    };
  }

  private static <T extends Message> Optional<T> detail(
      com.google.rpc.Status status, Class<T> type) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException garbled) {
          // The status itself still stands.
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Duration duration(RetryInfo info) {
    var delay = info.getRetryDelay();
    return Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
  }
}
