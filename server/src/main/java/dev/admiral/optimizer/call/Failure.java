package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.LimitMetric;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a call, or one try of it, failed. Whoever meets the failure classifies it once; everybody
 * after reads only the kind. Messages are one English sentence that is safe to show: they may quote
 * a provider's error text, never a prompt, an answer or a key.
 */
public sealed interface Failure {

  /** Returns the stable reason callers see. */
  ErrorReason reason();

  /** Returns what was wrong and what to do, in one sentence. */
  String message();

  /** Returns true if the same model may succeed with the same call soon. */
  default boolean retryable() {
    return false;
  }

  /** Returns true if another model may succeed with the same call. */
  default boolean failsOver() {
    return false;
  }

  /**
   * Returns true if the same call to the same model will fail in the same way again: worth telling
   * the next agent at once.
   */
  default boolean deterministic() {
    return false;
  }

  /** Returns true if the failure speaks of the model's health rather than of the call. */
  default boolean unhealthy() {
    return false;
  }

  /** Returns how long to wait before another try, if that is known. */
  default @Nullable Duration retryAfter() {
    return null;
  }

  /** Returns the variables of the message for ErrorInfo, keys in lowerCamelCase. */
  default Map<String, String> metadata() {
    return Map.of();
  }

  // The caller's side.

  /**
   * The call is malformed.
   *
   * @param violations every field at fault, at least one
   */
  record Invalid(String message, List<Violation> violations) implements Failure {
    /**
     * Returns the failure of a call with one field at fault, whose name begins the message.
     *
     * @param field path of the field
     * @param description what is wrong and what to do
     */
    public static Invalid of(String field, String description) {
      return new Invalid(field + " " + description, List.of(new Violation(field, description)));
    }

    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_CALL_INVALID;
    }
  }

  /**
   * One field at fault.
   *
   * @param field path of the field, such as "prompt.messages[0].role"
   * @param description what is wrong and what to do
   */
  record Violation(String field, String description) {}

  /**
   * The call is larger than this server takes.
   *
   * @param limitBytes the limit
   */
  record TooLarge(String message, long limitBytes) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_CALL_TOO_LARGE;
    }

    @Override
    public Map<String, String> metadata() {
      return Map.of("limitBytes", Long.toString(limitBytes));
    }
  }

  /**
   * The model is not known here.
   *
   * @param nearest the nearest known names, best first
   */
  record UnknownModel(String model, List<String> nearest) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_MODEL_UNKNOWN;
    }

    @Override
    public String message() {
      return nearest.isEmpty()
          ? "unknown model '" + model + "'; ListModels tells the known ones"
          : "unknown model '" + model + "'; did you mean " + String.join(", ", nearest) + "?";
    }

    @Override
    public Map<String, String> metadata() {
      return Map.of("model", model, "nearest", String.join(",", nearest));
    }
  }

  /**
   * A failure of this side that has no variables worth a type of its own: a cache miss under
   * MODE_ONLY, a reused request_id, a cancelled call, a cost limit, a draining server, an
   * unavailable store.
   */
  record Refused(ErrorReason reason, String message) implements Failure {}

  /**
   * A fault of this server ended the call.
   *
   * @param id what its log tells more under
   */
  record Internal(String id) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_INTERNAL;
    }

    @Override
    public String message() {
      return "this server failed inside; its log tells more under the id " + id;
    }

    @Override
    public Map<String, String> metadata() {
      return Map.of("id", id);
    }
  }

  /**
   * The caller's deadline passed, or is too near for another try.
   *
   * @param last the failure of the last try; null if none failed
   */
  record DeadlineExceeded(@Nullable Failure last) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
    }

    @Override
    public String message() {
      return last == null
          ? "the call's deadline passed before an answer was complete"
          : "the call's deadline left no time for another try; the last one failed: "
              + last.message();
    }

    @Override
    public Map<String, String> metadata() {
      return last == null ? Map.of() : Map.of("lastReason", last.reason().name());
    }
  }

  /**
   * One of this server's limits refused the call.
   *
   * @param reason RATE_LIMITED, CONCURRENCY_LIMITED or BUDGET_EXHAUSTED
   * @param metric what it counts
   * @param period over which time; null if it counts what is under way
   * @param limit which limit, in words such as "requests per minute"
   * @param subject whose limit, such as "agent/council" or "provider/openai"
   * @param retryAfter the wait; null where waiting does not help
   */
  record LimitReached(
      ErrorReason reason,
      LimitMetric metric,
      @Nullable Duration period,
      String limit,
      String subject,
      @Nullable Duration retryAfter)
      implements Failure {

    /** A limit on what is under way at once. */
    public LimitReached(
        ErrorReason reason, String limit, String subject, @Nullable Duration retryAfter) {
      this(reason, LimitMetric.LIMIT_METRIC_CONCURRENCY, null, limit, subject, retryAfter);
    }

    @Override
    public String message() {
      return "the limit on "
          + limit
          + " of "
          + (subject.equals("server") ? "this server" : subject.replaceFirst("/", " "))
          + " is used up"
          + (retryAfter == null
              ? ""
              : "; try again in " + Math.max(1, retryAfter.toMillis()) + " ms");
    }

    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public Map<String, String> metadata() {
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put("limit", limit);
      metadata.put("metric", metric.name().substring("LIMIT_METRIC_".length()));
      if (period != null) {
        metadata.put("periodSeconds", Long.toString(period.toSeconds()));
      }
      metadata.put("subject", subject);
      return metadata;
    }
  }

  /**
   * No candidate could serve.
   *
   * @param message names each candidate and why it could not
   * @param retryAfter the shortest wait any of them gave; null if none did
   */
  record NoProviderAvailable(String message, @Nullable Duration retryAfter) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_NO_PROVIDER_AVAILABLE;
    }
  }

  // The provider's side.

  /**
   * The provider limits requests or tokens for now.
   *
   * @param longTerm true for limits by the day or longer: fail over, do not wait
   */
  record RateLimited(String message, @Nullable Duration retryAfter, boolean longTerm)
      implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED;
    }

    @Override
    public boolean retryable() {
      return !longTerm;
    }

    @Override
    public boolean failsOver() {
      return true;
    }
  }

  /** The account at the provider has no money or quota left. */
  record QuotaExhausted(String message) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED;
    }

    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public boolean unhealthy() {
      return true;
    }
  }

  /** The provider has too much to do. */
  record Overloaded(String message, @Nullable Duration retryAfter) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED;
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public boolean unhealthy() {
      return true;
    }
  }

  /**
   * The provider, or the way to it, failed; a try may work.
   *
   * @param reason PROVIDER_FAILED, PROVIDER_UNREACHABLE, PROVIDER_MALFORMED, or PROVIDER_TIMEOUT
   *     where the provider itself says so
   * @param retryAfter the wait the provider asked for; null if it asked for none
   */
  record Broken(ErrorReason reason, String message, @Nullable Duration retryAfter)
      implements Failure {
    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public boolean unhealthy() {
      return true;
    }
  }

  /**
   * The provider took the call and then said nothing for too long. It may have worked all the
   * while, so the same model is not asked once more: that would be paid twice.
   *
   * @param unhealthy true if it was silent for longer than its own setting allows, and not only for
   *     longer than this call could wait
   */
  record Silent(String message, boolean unhealthy) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT;
    }

    @Override
    public boolean failsOver() {
      return true;
    }
  }

  /**
   * The stream broke after its first piece: what came is incomplete and nothing may be tried again
   * behind the caller's back.
   */
  record StreamBroken(String message) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_STREAM_BROKEN;
    }

    @Override
    public boolean unhealthy() {
      return true;
    }
  }

  /**
   * This server's account may not do it.
   *
   * @param reason PROVIDER_KEY_INVALID or PROVIDER_NOT_PERMITTED
   */
  record AccessDenied(ErrorReason reason, String message) implements Failure {
    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public boolean unhealthy() {
      return reason == ErrorReason.ERROR_REASON_PROVIDER_KEY_INVALID;
    }
  }

  /**
   * The provider's wire format has no place for something the call asks for, so nothing was sent
   * and nothing is billed. Another vendor's format may have one.
   *
   * @param field path of the field, such as "prompt.sampling.seed"
   */
  record Inexpressible(String field, String message) implements Failure {
    @Override
    public ErrorReason reason() {
      return ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID;
    }

    @Override
    public boolean failsOver() {
      return true;
    }

    @Override
    public boolean deterministic() {
      return true;
    }

    @Override
    public Map<String, String> metadata() {
      return Map.of("field", field);
    }
  }

  /**
   * The provider rejects this call for what it is.
   *
   * @param reason PROVIDER_MODEL_UNKNOWN, PROVIDER_CALL_INVALID, CONTEXT_TOO_LONG,
   *     PROVIDER_CALL_TOO_LARGE or PROVIDER_REFUSED
   */
  record Rejected(ErrorReason reason, String message) implements Failure {
    @Override
    public boolean failsOver() {
      // A malformed call is malformed everywhere; the other kinds depend on the model asked.
      return reason != ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID
          && reason != ErrorReason.ERROR_REASON_PROVIDER_REFUSED;
    }

    @Override
    public boolean deterministic() {
      return reason != ErrorReason.ERROR_REASON_PROVIDER_REFUSED;
    }
  }
}
