package dev.admiral.simulator;

/**
 * The tokens of one call, by the way they are billed. The four kinds of input do not overlap: their
 * sum is the whole prompt.
 *
 * @param input prompt tokens at the plain price
 * @param cachedInput prompt tokens read from the provider's cache
 * @param cacheWrite5m prompt tokens written to the cache for five minutes (or of a vendor that
 *     knows only one kind of write)
 * @param cacheWrite1h prompt tokens written to the cache for an hour
 * @param output every generated token, those of reasoning and of all choices included
 * @param reasoning the share of {@code output} spent on reasoning
 */
public record Tokens(
    long input,
    long cachedInput,
    long cacheWrite5m,
    long cacheWrite1h,
    long output,
    long reasoning) {

  /** No tokens at all. */
  public static final Tokens NONE = new Tokens(0, 0, 0, 0, 0, 0);

  /** Returns the tokens of the whole prompt, however billed. */
  public long prompt() {
    return input + cachedInput + cacheWrite5m + cacheWrite1h;
  }

  /** Returns the sum of two calls. */
  public Tokens plus(Tokens other) {
    return new Tokens(
        input + other.input,
        cachedInput + other.cachedInput,
        cacheWrite5m + other.cacheWrite5m,
        cacheWrite1h + other.cacheWrite1h,
        output + other.output,
        reasoning + other.reasoning);
  }

  Tokens minus(Tokens other) {
    return new Tokens(
        input - other.input,
        cachedInput - other.cachedInput,
        cacheWrite5m - other.cacheWrite5m,
        cacheWrite1h - other.cacheWrite1h,
        output - other.output,
        reasoning - other.reasoning);
  }

  Tokens withOutput(long newOutput, long newReasoning) {
    return new Tokens(input, cachedInput, cacheWrite5m, cacheWrite1h, newOutput, newReasoning);
  }
}
