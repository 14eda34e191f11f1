package dev.admiral.optimizer.call;

/**
 * Tokens of one upstream call, each counted once whatever the vendor's own way of counting.
 *
 * @param input all tokens of the prompt, cached and written ones included
 * @param cachedInput part of the input read from the vendor's prompt cache
 * @param cacheWrite part of the input written to the vendor's prompt cache for its usual duration
 * @param cacheWrite1h part of the input written to the vendor's prompt cache for an hour
 * @param output all tokens of the answer, reasoning included
 * @param reasoning part of the output that was reasoning
 * @param estimated true if the vendor did not report and these are our own numbers
 */
public record Usage(
    long input,
    long cachedInput,
    long cacheWrite,
    long cacheWrite1h,
    long output,
    long reasoning,
    boolean estimated) {

  /** Usage of a call that used nothing. */
  public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, false);

  public Usage {
    if ((input | cachedInput | cacheWrite | cacheWrite1h | output | reasoning) < 0) {
      throw new IllegalArgumentException("token counts must not be negative");
    }
  }

  /** Returns usage the vendor reported, without prompt caching or reasoning. */
  public static Usage reported(long input, long output) {
    return new Usage(input, 0, 0, 0, output, 0, false);
  }

  /** Returns our own estimate for a call whose usage never came. */
  public static Usage estimated(long input, long output) {
    return new Usage(input, 0, 0, 0, output, 0, true);
  }

  /**
   * Returns what a vendor's later counts of the same call make of these. They are totals, so the
   * later ones hold, but for zeros, which vendors put in where they have nothing more to say.
   */
  public Usage updatedBy(Usage later) {
    // Equal counts without their details say less, not something else.
    boolean in = later.input > 0 && (later.input != input || later.hasInputDetails());
    boolean out = later.output > 0 && (later.output != output || later.reasoning > 0);
    return new Usage(
        in ? later.input : input,
        in ? later.cachedInput : cachedInput,
        in ? later.cacheWrite : cacheWrite,
        in ? later.cacheWrite1h : cacheWrite1h,
        out ? later.output : output,
        out ? later.reasoning : reasoning,
        later.estimated);
  }

  private boolean hasInputDetails() {
    return (cachedInput | cacheWrite | cacheWrite1h) > 0;
  }

  /**
   * Returns the input tokens that were neither read from nor written to a prompt cache; never
   * negative.
   */
  public long plainInput() {
    return Math.max(0, input - cachedInput - cacheWrite - cacheWrite1h);
  }
}
