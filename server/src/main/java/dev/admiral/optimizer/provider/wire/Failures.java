package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.provider.Vendor.LimitHeaders;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a vendor's refusal means. A status alone does not tell: a 429 is a limit that passes in
 * seconds, one that passes tomorrow, an empty account, an overload, or a call that is too large for
 * ever; a 400 may be any of these too. So codes are read first, then the words vendors are known to
 * use, then the status.
 */
final class Failures {
  /** A limit with a longer wait than this is not worth waiting for. */
  private static final Duration LONG_TERM = Duration.ofMinutes(15);

  private static final Set<String> QUOTA_CODES =
      Set.of(
          "insufficient_quota",
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded",
          "billing_hard_limit_reached",
          "billing_not_active",
          "billing_error",
          "payment_required",
          "insufficient_credits");

  private static final Set<String> OVERLOAD_CODES =
      Set.of(
          "slow_down",
          "server_is_overloaded",
          "service_unavailable_error",
          "service_unavailable",
          "overloaded_error",
          "overloaded",
          "engine_overloaded",
          "engine_overloaded_error",
          "no_capacity",
          "capacity_exceeded");

  private static final Set<String> FILTER_CODES =
      Set.of(
          "content_filter",
          "content_policy_violation",
          "moderation_blocked",
          "responsibleaipolicyviolation");

  private static final Set<String> MODEL_CODES =
      Set.of("model_not_found", "invalid_model", "deploymentnotfound", "model_not_available");

  private static final Set<String> LENGTH_CODES =
      Set.of("context_length_exceeded", "string_above_max_length", "context_window_exceeded");

  private static final Pattern TOO_LONG =
      Pattern.compile(
          "maximum context length|context[ _]length|context window|prompt is too long"
              + "|input is too long|too many (input )?tokens|reduce the length of the messages"
              + "|exceeds the (model's )?(maximum )?context|input length and `?max_tokens");

  private static final Pattern NO_MONEY =
      Pattern.compile(
          "credit balance is too low|insufficient (balance|credits|funds|quota)"
              + "|exceeded your current quota|spend(ing)? limit|out of credits");

  private static final Pattern FILTERED =
      Pattern.compile(
          "content filter|content management policy|content policy|flagged (as|by|for)"
              + "|requires moderation|blocked by .{0,40}polic");

  private static final Pattern NO_MODEL =
      Pattern.compile(
          "model:? .{0,120}(does not exist|not found|not exist|is not available|not supported)"
              + "|not a valid model|invalid model|unknown model|no such model|^model: ");

  private static final Pattern DAY_OR_LONGER =
      Pattern.compile("per day|per month|per week|\\b(tpd|rpd)\\b|daily|monthly|per-day");

  private static final Pattern BAD_KEY =
      Pattern.compile("api key not valid|invalid api key|incorrect api key|invalid x-api-key");

  private final String provider;
  private final Scrubber scrubber;
  private final RetryHints hints;

  Failures(String provider, List<LimitHeaders> limitHeaders, Scrubber scrubber) {
    this.provider = provider;
    this.scrubber = scrubber;
    this.hints = new RetryHints(limitHeaders);
  }

  /** Classifies a refusal with a status that is no success. */
  Failure ofStatus(int status, Map<String, String> headers, byte[] body, Instant now) {
    VendorError error = VendorError.parse(body);
    String said = said("answered " + status, error);
    if (status >= 300 && status < 400) {
      return new Failure.Broken(
          ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
          "provider '"
              + provider
              + "' answered "
              + status
              + ", a redirect, which is not followed; check its base URL",
          null);
    }
    Duration wait = hints.longest(headers, error, now);
    if (error.isEmpty() && !isTelling(status)) {
      String what = looksLikeHtml(body) ? "a page of HTML" : "no error in JSON";
      return new Failure.Broken(
          status >= 500
              ? ErrorReason.ERROR_REASON_PROVIDER_FAILED
              : ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
          "provider '"
              + provider
              + "' answered "
              + status
              + " with "
              + what
              + "; if this lasts, check its base URL",
          wait);
    }
    Failure known = known(status, error, said, wait);
    return known != null ? known : byStatus(status, headers, error, said, wait);
  }

  /** Classifies an error that came inside an answer whose status was a success. */
  Failure inside(VendorError error) {
    String said = said("reported an error", error);
    int status = statusOf(error);
    Duration wait = hints.longest(Map.of(), error, Instant.EPOCH);
    Failure known = known(status, error, said, wait);
    if (known != null) {
      return known;
    }
    // A vendor that had accepted the call blames itself unless it names one of the limits.
    return status == 429 || status == 529 || status == 503
        ? byStatus(status, Map.of(), error, said, wait)
        : new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_FAILED, said, wait);
  }

  /** Returns the sentence for a stream that broke by an error of the vendor. */
  String insideMessage(VendorError error) {
    return said("broke its stream off with an error", error);
  }

  /** Statuses whose meaning needs no body. */
  private static boolean isTelling(int status) {
    return switch (status) {
      case 401, 402, 403, 408, 413, 429, 498, 502, 503, 504, 529 -> true;
      default -> false;
    };
  }

  private static boolean looksLikeHtml(byte[] body) {
    for (byte b : body) {
      if (b > ' ') {
        return b == '<';
      }
    }
    return false;
  }

  private @Nullable Failure known(
      int status, VendorError error, String said, @Nullable Duration wait) {
    String words = error.message().toLowerCase(Locale.ROOT);
    if (names(QUOTA_CODES, error) || status == 402 || NO_MONEY.matcher(words).find()) {
      return new Failure.QuotaExhausted(said);
    } else if (names(OVERLOAD_CODES, error)) {
      return new Failure.Overloaded(said, wait);
    } else if (names(LENGTH_CODES, error) || (isClient(status) && TOO_LONG.matcher(words).find())) {
      return new Failure.Rejected(ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG, said);
    } else if (names(FILTER_CODES, error) || (isClient(status) && FILTERED.matcher(words).find())) {
      return new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_REFUSED, said);
    } else if (names(Set.of("tool_use_failed"), error)) {
      // Groq's word for a model that wrote an invalid call: another draw may be valid.
      return new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_FAILED, said, wait);
    } else if (names(Set.of("invalid_api_key"), error)
        || (isClient(status) && BAD_KEY.matcher(words).find())) {
      return new Failure.AccessDenied(ErrorReason.ERROR_REASON_PROVIDER_KEY_INVALID, said);
    } else if (names(MODEL_CODES, error)
        || ((status == 400 || status == 404) && NO_MODEL.matcher(words).find())) {
      return new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_MODEL_UNKNOWN, said);
    }
    return null;
  }

  /** The caller's side of the statuses, without limits and access. */
  private static boolean isClient(int status) {
    return status == 400 || status == 403 || status == 413 || status == 422;
  }

  private Failure byStatus(
      int status,
      Map<String, String> headers,
      VendorError error,
      String said,
      @Nullable Duration wait) {
    return switch (status) {
      case 401 -> new Failure.AccessDenied(ErrorReason.ERROR_REASON_PROVIDER_KEY_INVALID, said);
      case 403 -> new Failure.AccessDenied(ErrorReason.ERROR_REASON_PROVIDER_NOT_PERMITTED, said);
      case 404 -> new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_MODEL_UNKNOWN, said);
      case 408, 504, 522, 524 ->
          new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT, said, wait);
      case 409 -> new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_FAILED, said, wait);
      case 413 -> new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_TOO_LARGE, said);
      case 429 -> limited(headers, error, said, wait);
      case 498, 503, 529 -> new Failure.Overloaded(said, wait);
      default ->
          status >= 500
              ? new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_FAILED, said, wait)
              : new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID, said);
    };
  }

  private Failure limited(
      Map<String, String> headers, VendorError error, String said, @Nullable Duration wait) {
    String words = error.message().toLowerCase(Locale.ROOT);
    if (words.startsWith("request too large")) {
      // It has the code of a rate limit and can never succeed.
      return new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_TOO_LARGE, said);
    }
    boolean longTerm =
        DAY_OR_LONGER.matcher(words).find()
            || (wait != null && wait.compareTo(LONG_TERM) > 0)
            || hints.usedUpForLong(headers);
    return new Failure.RateLimited(said, wait, longTerm);
  }

  /** Some put a status into the error itself. */
  private static int statusOf(VendorError error) {
    String code = error.code();
    if (code.length() == 3 && code.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Integer.parseInt(code);
    }
    return switch (error.type()) {
      case "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED" -> 429;
      case "overloaded_error" -> 529;
      default -> code.equals("rate_limit_exceeded") ? 429 : 0;
    };
  }

  private static boolean names(Set<String> codes, VendorError error) {
    return codes.contains(error.code().toLowerCase(Locale.ROOT))
        || codes.contains(error.type().toLowerCase(Locale.ROOT));
  }

  private String said(String did, VendorError error) {
    StringBuilder text = new StringBuilder("provider '" + provider + "' " + did);
    String kind = error.code().isEmpty() ? error.type() : error.code();
    if (!kind.isEmpty()) {
      text.append(' ').append(scrubber.scrub(kind));
    }
    if (!error.message().isEmpty()) {
      text.append(": ").append(scrubber.scrub(error.message()));
    }
    return text.toString();
  }
}
