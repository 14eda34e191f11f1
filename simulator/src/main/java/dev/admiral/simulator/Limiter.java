package dev.admiral.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpFields;

/**
 * Counts what each key uses of each model over sliding windows, refuses what is too much, and says
 * in each vendor's headers what is left. A call is charged when it is accepted with the tokens its
 * answer will have, which the simulator knows by then. Safe for use by many threads.
 */
final class Limiter {
  /** Keys beyond this many share the windows of one. */
  private static final int MOST_KEYS = 10_000;

  private static final String OTHERS = "";
  private static final String OPENAI_LIMITS_PAGE =
      " Visit https://platform.openai.com/account/rate-limits to learn more.";

  private record Meter(String key, String provider, String model) {}

  private final InstantSource clock;
  private final ConcurrentHashMap<Meter, SlidingWindow> windows = new ConcurrentHashMap<>();

  Limiter(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Charges a call and writes what is left into the headers of its response, granted or not.
   *
   * @throws Rejected with a 429 if it is too much
   */
  void charge(String key, Dialect dialect, ModelProfile model, Tokens tokens, HttpFields.Mutable to)
      throws Rejected {
    RateLimit limit = model.limit();
    boolean anthropic = dialect == Dialect.ANTHROPIC;
    Instant now = clock.instant();
    // Anthropic does not count what was read from cache.
    long input = tokens.prompt() - (anthropic ? tokens.cachedInput() : 0);
    long output = tokens.output();
    SlidingWindow window = window(key, model, anthropic);
    SlidingWindow.Verdict verdict =
        anthropic
            ? window.take(now.toEpochMilli(), 1, input, output)
            : window.take(now.toEpochMilli(), 1, input + output);
    if (anthropic) {
      anthropicHeaders(to, limit, verdict, now);
    } else {
      openAiHeaders(to, dialect, limit, verdict);
    }
    if (!verdict.granted()) {
      throw anthropic
          ? anthropicRefusal(limit, verdict)
          : openAiRefusal(model, verdict, input + output);
    }
  }

  /** Writes the headers of a limit that is used up, for a refusal that was asked for. */
  static void exhausted(
      Dialect dialect, ModelProfile model, Rejected refusal, HttpFields.Mutable to, Instant now) {
    RateLimit limit = model.limit();
    long reset = refusal.retryAfter.orElse(Duration.ZERO).toMillis();
    if (dialect == Dialect.ANTHROPIC) {
      List<Long> used = List.of(limit.requests(), limit.inputTokens(), limit.outputTokens());
      anthropicHeaders(to, limit, new SlidingWindow.Verdict(0, reset, used, reset), now);
    } else {
      List<Long> used = List.of(limit.requests(), limit.tokens());
      openAiHeaders(to, dialect, limit, new SlidingWindow.Verdict(0, reset, used, reset));
    }
  }

  void reset() {
    windows.clear();
  }

  private SlidingWindow window(String key, ModelProfile model, boolean split) {
    Meter own = new Meter(key, model.provider(), model.name());
    SlidingWindow window = windows.get(own);
    if (window != null) {
      return window;
    }
    Meter meter =
        windows.size() < MOST_KEYS ? own : new Meter(OTHERS, model.provider(), model.name());
    RateLimit limit = model.limit();
    long millis = limit.window().toMillis();
    return windows.computeIfAbsent(
        meter,
        any ->
            split
                ? new SlidingWindow(
                    millis, limit.requests(), limit.inputTokens(), limit.outputTokens())
                : new SlidingWindow(millis, limit.requests(), limit.tokens()));
  }

  private static void openAiHeaders(
      HttpFields.Mutable to, Dialect dialect, RateLimit limit, SlidingWindow.Verdict verdict) {
    String requests = dialect == Dialect.MISTRAL ? "req-minute" : "requests";
    String tokens = dialect == Dialect.MISTRAL ? "tokens-minute" : "tokens";
    String reset = Durations.go(Duration.ofMillis(verdict.resetMillis()));
    to.put("x-ratelimit-limit-" + requests, limit.requests());
    to.put("x-ratelimit-limit-" + tokens, limit.tokens());
    to.put("x-ratelimit-remaining-" + requests, limit.requests() - verdict.used(0));
    to.put("x-ratelimit-remaining-" + tokens, limit.tokens() - verdict.used(1));
    if (dialect != Dialect.MISTRAL) {
      to.put("x-ratelimit-reset-" + requests, reset);
      to.put("x-ratelimit-reset-" + tokens, reset);
    }
  }

  private static void anthropicHeaders(
      HttpFields.Mutable to, RateLimit limit, SlidingWindow.Verdict verdict, Instant now) {
    String reset =
        now.plusMillis(verdict.resetMillis())
            .plusMillis(999)
            .truncatedTo(ChronoUnit.SECONDS)
            .toString();
    anthropicHeader(to, "requests", limit.requests(), limit.requests() - verdict.used(0), reset);
    anthropicHeader(
        to,
        "input-tokens",
        limit.inputTokens(),
        thousands(limit.inputTokens() - verdict.used(1)),
        reset);
    anthropicHeader(
        to,
        "output-tokens",
        limit.outputTokens(),
        thousands(limit.outputTokens() - verdict.used(2)),
        reset);
    anthropicHeader(
        to,
        "tokens",
        limit.tokens(),
        thousands(limit.tokens() - verdict.used(1) - verdict.used(2)),
        reset);
  }

  private static void anthropicHeader(
      HttpFields.Mutable to, String what, long limit, long remaining, String reset) {
    to.put("anthropic-ratelimit-" + what + "-limit", limit);
    to.put("anthropic-ratelimit-" + what + "-remaining", remaining);
    to.put("anthropic-ratelimit-" + what + "-reset", reset);
  }

  /** Anthropic tells remaining tokens to the nearest thousand. */
  private static long thousands(long tokens) {
    return (tokens + 500) / 1000 * 1000;
  }

  private static Rejected openAiRefusal(
      ModelProfile model, SlidingWindow.Verdict verdict, long requested) {
    boolean requests = verdict.blockedBy() == 0;
    RateLimit limit = model.limit();
    if (verdict.waitMillis() < 0) {
      return tooLarge(model, requested);
    }
    Duration wait = Duration.ofMillis(verdict.waitMillis());
    return openAiLimit(
        model,
        requests,
        requests ? limit.requests() : limit.tokens(),
        verdict.used(verdict.blockedBy()),
        requests ? 1 : requested,
        wait);
  }

  /** OpenAI's words for a limit that passes by itself. */
  static Rejected openAiLimit(
      ModelProfile model, boolean requests, long limit, long used, long requested, Duration wait) {
    return new Rejected(
        429,
        requests ? "requests" : "tokens",
        "rate_limit_exceeded",
        null,
        "Rate limit reached for "
            + model.name()
            + " in organization org-simulator on "
            + (requests ? "requests per min (RPM)" : "tokens per min (TPM)")
            + ": Limit "
            + limit
            + ", Used "
            + used
            + ", Requested "
            + requested
            + ". Please try again in "
            + Durations.go(wait)
            + "."
            + OPENAI_LIMITS_PAGE,
        Optional.of(wait));
  }

  /** OpenAI's words for a request that no waiting helps. */
  static Rejected tooLarge(ModelProfile model, long requested) {
    return new Rejected(
        429,
        "tokens",
        "rate_limit_exceeded",
        null,
        "Request too large for "
            + model.name()
            + " in organization org-simulator on tokens per min (TPM): Limit "
            + model.limit().tokens()
            + ", Requested "
            + requested
            + ". The input or output tokens must be reduced in order to run successfully."
            + OPENAI_LIMITS_PAGE);
  }

  private static Rejected anthropicRefusal(RateLimit limit, SlidingWindow.Verdict verdict) {
    String what =
        switch (verdict.blockedBy()) {
          case 0 -> amount(limit.requests()) + " requests";
          case 1 -> amount(limit.inputTokens()) + " input tokens";
          default -> amount(limit.outputTokens()) + " output tokens";
        };
    Optional<Duration> wait =
        verdict.waitMillis() < 0
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(verdict.waitMillis()));
    return anthropicLimit(what, wait);
  }

  /** Anthropic's words for every limit of its own. */
  static Rejected anthropicLimit(String what, Optional<Duration> wait) {
    return new Rejected(
        429,
        "rate_limit_error",
        null,
        null,
        "This request would exceed the rate limit for your organization of "
            + what
            + " per minute. For details, refer to: https://docs.anthropic.com/en/api/rate-limits."
            + " You can see the response headers for current usage. Please reduce the prompt"
            + " length or the maximum tokens requested, or try again later.",
        wait);
  }

  private static String amount(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
