package dev.admiral.simulator;

import java.time.Duration;

/**
 * What one key may use of one model in any window of time. Refused calls do not count.
 *
 * @param requests calls per window
 * @param inputTokens prompt tokens per window; OpenAI-like providers count prompt and output
 *     together against {@code inputTokens + outputTokens}
 * @param outputTokens generated tokens per window
 * @param window the length of the sliding window
 */
public record RateLimit(long requests, long inputTokens, long outputTokens, Duration window) {

  /** So much that no test meets it by accident, yet counted down and shown in headers. */
  public static final RateLimit AMPLE = perMinute(10_000_000, 40_000_000_000L, 10_000_000_000L);

  /** Checks that every number is positive. */
  public RateLimit {
    if (requests <= 0 || inputTokens < 0 || outputTokens < 0 || window.toNanos() <= 0) {
      throw new IllegalArgumentException(
          "A rate limit must allow at least one request in a positive window, but is "
              + requests
              + " in "
              + window
              + '.');
    }
  }

  /** Returns limits over sliding minutes. */
  public static RateLimit perMinute(long requests, long inputTokens, long outputTokens) {
    return new RateLimit(requests, inputTokens, outputTokens, Duration.ofMinutes(1));
  }

  long tokens() {
    return Math.addExact(inputTokens, outputTokens);
  }
}
