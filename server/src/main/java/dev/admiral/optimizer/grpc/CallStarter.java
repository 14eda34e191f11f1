package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.front.AnswerSteps;
import dev.admiral.optimizer.front.CallEnd;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.front.Pump;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.Prompt;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells what gRPC knows of a call: who sends it, until when, and that the caller has left. To be
 * used on the thread that handles the call.
 */
final class CallStarter {
  private final CallStart calls;

  CallStarter(CallStart calls) {
    this.calls = calls;
  }

  /** Checks a call of the current context. */
  Accepted accept(Prompt prompt, CallOptions options, String requestId, boolean streamed) {
    return calls.accept(
        CallIdentity.sender(), prompt, options, requestId, streamed, deadlineNanos());
  }

  /** Checks a call for vectors of the current context. */
  Accepted accept(VectorRequest request, CallOptions options) {
    return calls.accept(CallIdentity.sender(), request, options, deadlineNanos());
  }

  private long deadlineNanos() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? calls.deadlineNanos()
        : calls.deadlineNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  /** Starts a call whose reply is told of its end. */
  RunningCall start(Call call, Runnable reply) {
    return calls.start(call, reply);
  }

  /** Starts a call for vectors, whose reply is told of its end. */
  RunningVectors startVectors(Call call, VectorRequest request, Runnable reply) {
    return calls.startVectors(call, request, reply);
  }

  /**
   * Starts a call whose answer is pumped to its caller. It ends with its deadline even if the
   * caller does not read, and also if it was answered and its end waits to be read.
   */
  void stream(Call call, Pump<AnswerSteps.Step> pump, ServerCallStreamObserver<?> caller) {
    RunningCall running = calls.start(call, pump);
    caller.setOnReadyHandler(pump);
    // A hit is as a rule sent at once, and needs no alarm.
    pump.bind(new AnswerSteps(running));
    if (!pump.ended()) {
      bindEnd(List.of(running), () -> pump.fail(CallEnd.LATE), caller);
    }
  }

  /** Lets a call end when its caller leaves or its deadline passes. */
  void bindEnd(RunningCall running, ServerCallStreamObserver<?> caller) {
    if (running.outcome() == null) {
      bindEnd(List.of(running), caller);
    }
  }

  /** Lets calls of one caller end together, when it leaves or their deadline passes. */
  void bindEnd(List<RunningCall> running, ServerCallStreamObserver<?> caller) {
    if (!running.isEmpty()) {
      bindEnd(running, () -> {}, caller);
    }
  }

  private void bindEnd(
      List<RunningCall> running, Runnable late, ServerCallStreamObserver<?> caller) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline != null) {
      // The transport ends the call at its deadline; what is left to tell is which of the two it
      // was.
      caller.setOnCancelHandler(
          () -> CallEnd.leave(running, deadline.isExpired() ? CallEnd.LATE : CallEnd.CANCELLED));
      return;
    }
    CallEnd end = calls.end(running, late);
    caller.setOnCancelHandler(end::left);
    caller.setOnCloseHandler(end::over);
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
                  throw new CallException(CallEnd.LATE);
                }
                throw e;
              }
            });
    if (Context.current().getDeadline() != null) {
      // The transport ends the call then, which interrupts it.
      return;
    }
    Future<?> alarm =
        calls.at(
            calls.deadlineNanos(),
            () -> {
              late.set(true);
              interrupt.run();
            });
    caller.setOnCancelHandler(() -> {
      alarm.cancel(false);
      interrupt.run();
    });
    caller.setOnCloseHandler(() -> alarm.cancel(false));
  }
}
