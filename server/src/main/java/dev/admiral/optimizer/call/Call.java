package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RoutingPreferences;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One checked call on its way through the pipeline.
 *
 * @param id identifier, unique on all servers; seen by the caller, events and logs
 * @param caller who asks
 * @param body everything that can change the answer
 * @param key digest of the body within the tenant and scope: the key under which equal calls meet
 * @param shareable false if the call must neither be cached nor joined, whatever its key
 * @param repeatKey the key of the caller's request_id within the tenant; null if none was given
 * @param cacheUse how the cache is used
 * @param routing wishes as to which model answers
 * @param priority how urgent it is
 * @param taskType kind of work, empty if none was named
 * @param streamed true if the caller wants the answer piece by piece
 * @param arrival when it arrived
 * @param arrivalNanos when it arrived, on {@link Time#nanos()}'s scale
 * @param deadlineNanos when the caller stops waiting, on the same scale
 * @param traceParent the caller's place in its own trace, as W3C's trace context writes it, not
 *     checked; null if it gave none or calls are not traced
 */
public record Call(
    String id,
    Caller caller,
    Body body,
    CallKey key,
    boolean shareable,
    @Nullable CallKey repeatKey,
    CacheUse cacheUse,
    RoutingPreferences routing,
    Priority priority,
    String taskType,
    boolean streamed,
    Instant arrival,
    long arrivalNanos,
    long deadlineNanos,
    @Nullable String traceParent) {

  /** A typed call whose caller has no trace, or whose trace is of no interest. */
  public Call(
      String id,
      Caller caller,
      Prompt prompt,
      CallKey key,
      boolean shareable,
      @Nullable CallKey repeatKey,
      CacheUse cacheUse,
      RoutingPreferences routing,
      Priority priority,
      String taskType,
      boolean streamed,
      Instant arrival,
      long arrivalNanos,
      long deadlineNanos) {
    this(
        id,
        caller,
        new Body.Typed(prompt),
        key,
        shareable,
        repeatKey,
        cacheUse,
        routing,
        priority,
        taskType,
        streamed,
        arrival,
        arrivalNanos,
        deadlineNanos,
        null);
  }

  /** Returns the body in the contract's words. */
  public Prompt prompt() {
    return body.prompt();
  }

  /** Returns this call within its caller's trace. */
  public Call within(@Nullable String otherTraceParent) {
    return new Call(
        id,
        caller,
        body,
        key,
        shareable,
        repeatKey,
        cacheUse,
        routing,
        priority,
        taskType,
        streamed,
        arrival,
        arrivalNanos,
        deadlineNanos,
        otherTraceParent);
  }
}
