package dev.admiral.simulator;

import java.time.Duration;
import java.util.Optional;

/** What each vendor says when a fault makes it refuse a call. */
final class Refusals {
  private Refusals() {}

  /** Returns the refusal that a fault asks for; empty when it does not refuse. */
  static Optional<Rejected> of(Fault fault, ModelProfile model, Dialect dialect, Answer answer) {
    boolean anthropic = dialect == Dialect.ANTHROPIC;
    return switch (fault) {
      case Fault.Status(int status, Optional<Duration> wait) ->
          Optional.of(anthropic ? anthropicStatus(status, wait) : openAiStatus(status, wait));
      case Fault.Overloaded(Optional<Duration> wait) ->
          Optional.of(anthropic ? anthropicStatus(529, wait) : openAiStatus(503, wait));
      case Fault.RateLimited(Fault.RateLimited.Kind kind, Optional<Duration> wait) ->
          Optional.of(
              anthropic
                  ? anthropicLimit(kind, wait)
                  : openAiLimit(kind, wait, model, answer.tokens()));
      default -> Optional.empty();
    };
  }

  private static Rejected anthropicStatus(int status, Optional<Duration> wait) {
    String type =
        switch (status) {
          case 400 -> "invalid_request_error";
          case 401 -> "authentication_error";
          case 402 -> "billing_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 409 -> "conflict_error";
          case 413 -> "request_too_large";
          case 429 -> "rate_limit_error";
          case 504 -> "timeout_error";
          case 529 -> "overloaded_error";
          default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    String message =
        switch (status) {
          case 529 -> "Overloaded";
          case 500 -> "Internal server error";
          default -> "The simulator was asked for status " + status + '.';
        };
    return new Rejected(status, type, null, null, message, wait);
  }

  private static Rejected openAiStatus(int status, Optional<Duration> wait) {
    return switch (status) {
      case 503 ->
          new Rejected(
              503,
              "service_unavailable_error",
              "server_is_overloaded",
              null,
              "The server is currently overloaded with other requests. Sorry about that! You can"
                  + " retry your request.",
              wait);
      case 401 ->
          new Rejected(
              401,
              "invalid_request_error",
              "invalid_api_key",
              null,
              "Incorrect API key provided.",
              wait);
      default ->
          status >= 500
              ? new Rejected(
                  status,
                  "server_error",
                  null,
                  null,
                  "The server had an error while processing your request. Sorry about that!",
                  wait)
              : new Rejected(
                  status,
                  "invalid_request_error",
                  null,
                  null,
                  "The simulator was asked for status " + status + '.',
                  wait);
    };
  }

  private static Rejected anthropicLimit(Fault.RateLimited.Kind kind, Optional<Duration> wait) {
    RateLimit limit = RateLimit.perMinute(50, 20_000, 8_000);
    return switch (kind) {
      case REQUESTS -> Limiter.anthropicLimit(limit.requests() + " requests", oneSecond(wait));
      case TOKENS -> Limiter.anthropicLimit("20,000 input tokens", oneSecond(wait));
      case TOO_LARGE -> Limiter.anthropicLimit("20,000 input tokens", Optional.empty());
      case QUOTA ->
          new Rejected(
              400,
              "invalid_request_error",
              null,
              null,
              "Your credit balance is too low to access the Anthropic API. Please go to Plans &"
                  + " Billing to upgrade or purchase credits.");
      case SLOW_DOWN ->
          new Rejected(
              429,
              "rate_limit_error",
              null,
              null,
              "Your organization's usage increase rate exceeds the acceleration limit for input"
                  + " tokens per minute. Please scale up your input tokens usage more gradually.",
              oneSecond(wait));
    };
  }

  private static Rejected openAiLimit(
      Fault.RateLimited.Kind kind, Optional<Duration> wait, ModelProfile model, Tokens tokens) {
    Duration pause = wait.orElse(Duration.ofSeconds(1));
    RateLimit limit = model.limit();
    long requested = tokens.prompt() + tokens.output();
    return switch (kind) {
      case REQUESTS ->
          Limiter.openAiLimit(model, true, limit.requests(), limit.requests(), 1, pause);
      case TOKENS ->
          Limiter.openAiLimit(
              model, false, limit.tokens(), limit.tokens() - requested / 2, requested, pause);
      case TOO_LARGE -> Limiter.tooLarge(model, requested + limit.tokens());
      case QUOTA ->
          new Rejected(
              429,
              "insufficient_quota",
              "insufficient_quota",
              null,
              "You exceeded your current quota, please check your plan and billing details. For"
                  + " more information on this error, read the docs:"
                  + " https://platform.openai.com/docs/guides/error-codes/api-errors.");
      case SLOW_DOWN ->
          new Rejected(
              429,
              "requests",
              "slow_down",
              null,
              "Your request rate increased too quickly. Reduce it and increase it slowly.",
              Optional.of(pause));
    };
  }

  private static Optional<Duration> oneSecond(Optional<Duration> wait) {
    return Optional.of(wait.orElse(Duration.ofSeconds(1)));
  }
}
