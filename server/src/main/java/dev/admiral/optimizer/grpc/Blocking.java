package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.front.CallFaults;
import dev.admiral.optimizer.front.Interruptible;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Handles calls whose answer is made in one go: quick ones in place, others on a virtual thread
 * that the caller's leaving interrupts.
 */
final class Blocking {
  private Blocking() {}

  /** Makes an answer. */
  @FunctionalInterface
  interface Work<A> {
    A answer() throws CallException, IOException, InterruptedException;
  }

  /** Answers in place; for work that does not block. */
  static <A> void answer(StreamObserver<A> caller, Work<A> work) {
    A answer;
    try {
      answer = work.answer();
    } catch (CallException | IOException | InterruptedException | RuntimeException e) {
      caller.onError(Statuses.of(CallFaults.of(e)));
      return;
    }
    caller.onNext(answer);
    caller.onCompleted();
  }

  /**
   * Answers on a virtual thread; for work that blocks.
   *
   * @return interrupts the work
   */
  static <A> Runnable run(
      Executor virtualThreads, ServerCallStreamObserver<A> caller, Work<A> work) {
    Interruptible task = new Interruptible(() -> answer(caller, work));
    caller.setOnCancelHandler(task::interrupt);
    virtualThreads.execute(Context.current().wrap(task));
    return task::interrupt;
  }
}
