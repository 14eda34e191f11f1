package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Brings what a door knows of a call to the pipeline: who sends it, until when, and what is to
 * happen then. Thread-safe; never blocks but where it says so.
 */
public final class CallStart {
  private final CallPipeline pipeline;
  private final CallIntake intake;
  private final TokenCounts tokens;
  private final ScheduledExecutorService timer;
  private final Time time;
  private final Live<Duration> defaultDeadline;

  /**
   * @param tokens counts the tokens of prompts
   * @param timer ends calls at their deadlines
   * @param defaultDeadline how long a call may last whose caller does not say
   */
  public CallStart(
      CallPipeline pipeline,
      CallIntake intake,
      TokenCounts tokens,
      ScheduledExecutorService timer,
      Time time,
      Live<Duration> defaultDeadline) {
    this.pipeline = pipeline;
    this.intake = intake;
    this.tokens = tokens;
    this.timer = timer;
    this.time = time;
    this.defaultDeadline = defaultDeadline;
  }

  /** Returns when a call ends that comes now, and whose caller does not say, on the clock. */
  public long deadlineNanos() {
    return deadlineNanos(defaultDeadline.get().toNanos());
  }

  /** Returns when a call ends that comes now and may last so many nanoseconds, on the clock. */
  public long deadlineNanos(long waitNanos) {
    return time.nanos() + waitNanos;
  }

  /**
   * Checks a call.
   *
   * @param requestId the caller's idempotency key; may be empty
   */
  public Accepted accept(
      Sender sender,
      Prompt prompt,
      CallOptions options,
      String requestId,
      boolean streamed,
      long deadlineNanos) {
    Accepted accepted =
        intake.accept(
            sender.identity(), sender.agent(), prompt, options, requestId, streamed, deadlineNanos);
    String trace = sender.traceParent();
    return trace == null ? accepted : accepted.within(trace);
  }

  /** Checks a call for vectors. */
  public Accepted accept(
      Sender sender, VectorRequest request, CallOptions options, long deadlineNanos) {
    return intake.acceptVectors(sender.identity(), sender.agent(), request, options, deadlineNanos);
  }

  /**
   * Starts a call.
   *
   * @param wake run, on any thread, whenever the call may have something new
   */
  public RunningCall start(Call call, Runnable wake) {
    return pipeline.start(call, wake);
  }

  /**
   * Starts a call for vectors.
   *
   * @param wake as in {@link #start}
   */
  public RunningVectors startVectors(Call call, VectorRequest request, Runnable wake) {
    return pipeline.startVectors(call, request, wake);
  }

  /** Counts the tokens of a call's prompt. Blocks. */
  public TokenCounts.Counted countTokens(Call call) throws InterruptedException {
    return tokens.count(call);
  }

  /** Ends calls of one caller at the deadline of the last, unless that is called off. */
  public CallEnd end(List<RunningCall> calls, Runnable thereafter) {
    CallEnd end = new CallEnd(calls, thereafter);
    end.due(at(calls.getLast().call().deadlineNanos(), end));
    return end;
  }

  /** Does something at a deadline. */
  public Future<?> at(long deadlineNanos, Runnable late) {
    return timer.schedule(late, deadlineNanos - time.nanos(), TimeUnit.NANOSECONDS);
  }
}
