package dev.admiral.optimizer.telemetry;

/**
 * What became of the spans since the server started; each span is in one of them in the end.
 *
 * @param exported a collector took them
 * @param failed no collector took them in time
 * @param dropped too many waited
 */
public record SpanCounts(long exported, long failed, long dropped) {
  /** Where traces are off. */
  public static final SpanCounts NONE = new SpanCounts(0, 0, 0);
}
