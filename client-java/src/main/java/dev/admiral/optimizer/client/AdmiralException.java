package dev.admiral.optimizer.client;

import com.google.rpc.BadRequest;
import com.google.rpc.QuotaFailure;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that failed. Its kind is what the caller may do about it: mend the call ({@link
 * CallRefused}), wait ({@link LimitReached}), ask later or elsewhere ({@link Unavailable}); or
 * nothing, as the caller's own time was up or it left ({@link CallEnded}). There are no other
 * kinds.
 *
 * <p>{@link #reason} says why, as the server classified it. The message says what was wrong and
 * what to do; it holds nothing of prompts, answers or keys. Immutable, so safe to use by many
 * threads.
 *
 * {@snippet :
 * try {
 *   return admiral.ask("fast", question);
 * } catch (AdmiralException.LimitReached limit) {
 *   return later(question, limit.retryAfter());
 * } catch (AdmiralException.Unavailable away) {
 *   return elsewhere(question);
 * }
 * }
 */
public abstract sealed class AdmiralException extends RuntimeException {
  private final String message;
  private final ErrorReason reason;
  private final String reasonName;
  private final Status.Code code;
  private final Details details;

  /**
   * The same call would be refused again: the call, the key or the name of the model is at fault.
   */
  public static final class CallRefused extends AdmiralException {
    private CallRefused(Failure failure) {
      super(failure);
    }
  }

  /**
   * A limit or a budget is used up; {@link #retryAfter} says how long to wait and {@link
   * #quotaViolations} whose limit it is. Waiting does not refill a budget, which has no wait.
   */
  public static final class LimitReached extends AdmiralException {
    private LimitReached(Failure failure) {
      super(failure);
    }
  }

  /** Admiral, or every provider behind it, could not answer: ask later or elsewhere. */
  public static final class Unavailable extends AdmiralException {
    private Unavailable(Failure failure) {
      super(failure);
    }

    /**
     * Returns whether no server decided this: Admiral could not be reached, was lost before it
     * answered, or is shutting down.
     */
    public boolean isAway() {
      return code() == Status.Code.UNAVAILABLE
          && (reasonName().isEmpty() || reason() == ErrorReason.ERROR_REASON_SERVER_DRAINING);
    }
  }

  /** The deadline passed, or the caller left, before there was an answer. */
  public static final class CallEnded extends AdmiralException {
    private CallEnded(Failure failure) {
      super(failure);
    }
  }

  /** What a status tells beyond its code, reason and message. */
  record Details(
      @Nullable Duration retryAfter,
      List<BadRequest.FieldViolation> violations,
      List<QuotaFailure.Violation> quotaViolations,
      Map<String, String> metadata)
      implements Serializable {
    static final Details NONE = new Details(null, List.of(), List.of(), Map.of());

    Details {
      violations = List.copyOf(violations);
      quotaViolations = List.copyOf(quotaViolations);
      metadata = Map.copyOf(metadata);
    }
  }

  /** All of a failure, before its kind is chosen. */
  record Failure(
      String message,
      @Nullable Throwable cause,
      ErrorReason reason,
      String reasonName,
      Status.Code code,
      Details details) {}

  private AdmiralException(Failure failure) {
    super(failure.message(), failure.cause());
    message = failure.message();
    reason = failure.reason();
    reasonName = failure.reasonName();
    code = failure.code();
    details = failure.details();
  }

  /** Makes an exception of the kind that suits a failure. */
  static AdmiralException of(Failure failure) {
    return switch (failure.code()) {
      case CANCELLED -> new CallEnded(failure);
      case DEADLINE_EXCEEDED ->
          failure.reason() == ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT
              ? new Unavailable(failure)
              : new CallEnded(failure);
      case RESOURCE_EXHAUSTED ->
          // Without a reason it is this client's own bound, on the size of messages.
          failure.reasonName().isEmpty()
                  || failure.reason() == ErrorReason.ERROR_REASON_READER_TOO_SLOW
              ? new CallRefused(failure)
              : new LimitReached(failure);
      case OK, UNAVAILABLE, INTERNAL, UNKNOWN, DATA_LOSS -> new Unavailable(failure);
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          UNAUTHENTICATED ->
          new CallRefused(failure);
    };
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
    return Optional.ofNullable(details.retryAfter());
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
}
