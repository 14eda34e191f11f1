package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Prompt;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings what gRPC knows of a call to the pipeline: who sends it, until when, and that the caller
 * has left. Thread-safe.
 */
final class CallStarter {
  private static final Failure CANCELLED =
      new Failure.Refused(ErrorReason.ERROR_REASON_CALL_CANCELLED, "the caller cancelled the call");
  private static final Failure LATE = new Failure.DeadlineExceeded(null);

  private final CallPipeline pipeline;
  private final CallIntake intake;
  private final Live<Duration> defaultDeadline;
  private final ScheduledExecutorService timer;
  private final Time time;

  CallStarter(
      CallPipeline pipeline,
      CallIntake intake,
      Live<Duration> defaultDeadline,
      ScheduledExecutorService timer,
      Time time) {
    this.pipeline = pipeline;
    this.intake = intake;
    this.defaultDeadline = defaultDeadline;
    this.timer = timer;
    this.time = time;
  }

  CallPipeline pipeline() {
    return pipeline;
  }

  Time time() {
    return time;
  }

  /** Checks a call of the current context. */
  CallIntake.Accepted accept(
      Prompt prompt, CallOptions options, String requestId, boolean streamed) {
    CallIdentity.Sender sender = CallIdentity.sender();
    CallIntake.Accepted accepted =
        intake.accept(
            sender.identity(),
            sender.agent(),
            prompt,
            options,
            requestId,
            streamed,
            deadlineNanos());
    return sender.traceParent() == null ? accepted : accepted.within(sender.traceParent());
  }

  /** Checks a call for vectors of the current context. */
  CallIntake.Accepted accept(VectorRequest request, CallOptions options) {
    CallIdentity.Sender sender = CallIdentity.sender();
    return intake.acceptVectors(
        sender.identity(), sender.agent(), request, options, deadlineNanos());
  }

  private long deadlineNanos() {
    Deadline deadline = Context.current().getDeadline();
    return time.nanos()
        + (deadline == null
            ? defaultDeadline.get().toNanos()
            : deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  /**
   * Lets a call end when its caller leaves or its deadline passes. To be called on the thread that
   * handles the call.
   */
  void bindEnd(RunningCall running, ServerCallStreamObserver<?> caller) {
    if (running.outcome() == null) {
      bindEnd(List.of(running), caller);
    }
  }

  /**
   * As {@link #bindEnd(RunningCall, ServerCallStreamObserver)}; the stream ends with its call even
   * if the caller does not read, and also if the call was answered and its end waits to be read.
   */
  void bindEnd(RunningCall running, Pump<?> pump, ServerCallStreamObserver<?> caller) {
    if (!pump.ended()) {
      bindEnd(List.of(running), () -> pump.fail(Statuses.of(LATE)), caller);
    }
  }

  /**
   * Answers on a virtual thread, which is interrupted when the caller leaves or its deadline
   * passes.
   */
  <A> void run(Executor virtualThreads, ServerCallStreamObserver<A> caller, Blocking.Work<A> work) {
    AtomicBoolean late = new AtomicBoolean();
    Runnable interrupt =
        Blocking.run(
            virtualThreads,
            caller,
            () -> {
              try {
                return work.answer();
              } catch (InterruptedException e) {
                if (late.get()) {
                  throw new CallException(LATE);
                }
                throw e;
              }
            });
    if (Context.current().getDeadline() != null) {
      // The transport ends the call then, which interrupts it.
      return;
    }
    ScheduledFuture<?> alarm =
        timer.schedule(
            () -> {
              late.set(true);
              interrupt.run();
            },
            defaultDeadline.get().toNanos(),
            TimeUnit.NANOSECONDS);
    caller.setOnCancelHandler(() -> {
      alarm.cancel(false);
      interrupt.run();
    });
    caller.setOnCloseHandler(() -> alarm.cancel(false));
  }

  /**
   * Lets calls of one caller end together; as {@link #bindEnd(RunningCall,
   * ServerCallStreamObserver)}.
   */
  void bindEnd(List<RunningCall> running, ServerCallStreamObserver<?> caller) {
    bindEnd(running, () -> {}, caller);
  }

  private void bindEnd(
      List<RunningCall> running, Runnable late, ServerCallStreamObserver<?> caller) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null) {
      // The transport ends the call at its deadline; what is left to tell is which of the two it
      // was.
      caller.setOnCancelHandler(() -> leave(running, deadline.isExpired() ? LATE : CANCELLED));
      return;
    }
    ScheduledFuture<?> alarm =
        timer.schedule(
            () -> {
              leave(running, LATE);
              late.run();
            },
            defaultDeadline.get().toNanos(),
            TimeUnit.NANOSECONDS);
    caller.setOnCancelHandler(() -> {
      alarm.cancel(false);
      leave(running, CANCELLED);
    });
    caller.setOnCloseHandler(() -> alarm.cancel(false));
  }

  private static void leave(List<RunningCall> running, Failure why) {
    for (RunningCall call : running) {
      call.leave(why);
    }
  }
}
