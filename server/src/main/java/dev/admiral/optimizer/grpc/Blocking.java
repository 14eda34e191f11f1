package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles calls whose answer is made in one go: quick ones in place, others on a virtual thread
 * that the caller's leaving interrupts.
 */
final class Blocking {
  private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);

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
    } catch (CallException e) {
      caller.onError(Statuses.of(e.failure()));
      return;
    } catch (StatusRuntimeException e) {
      caller.onError(e);
      return;
    } catch (IOException e) {
      LOG.warn("a store failed while a caller waited: {}", e.getClass().getName());
      caller.onError(
          Statuses.of(
              ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
              "a store of this server failed; Health tells which and why"));
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      caller.onError(
          Statuses.of(ErrorReason.ERROR_REASON_CALL_CANCELLED, "the caller cancelled the call"));
      return;
    } catch (RuntimeException e) {
      caller.onError(Statuses.of(internal(e)));
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

  /**
   * Logs a fault of this program under an id, and gives the caller the id alone: the fault's text
   * may quote content.
   */
  static Failure internal(RuntimeException fault) {
    String id = Long.toHexString(ThreadLocalRandom.current().nextLong());
    LOG.atError()
        .addKeyValue("fault_id", id)
        .setCause(Faults.withoutMessages(fault))
        .log("a fault of this server ended a call");
    return new Failure.Internal(id);
  }

  private static final class Interruptible implements Runnable {
    private final Runnable work;

    /** The thread at work; null before and after. */
    private @Nullable Thread thread;

    private boolean interrupted;

    Interruptible(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      synchronized (this) {
        thread = Thread.currentThread();
        if (interrupted) {
          thread.interrupt();
        }
      }
      try {
        work.run();
      } finally {
        synchronized (this) {
          thread = null;
        }
      }
    }

    /** Interrupts the work, also if it has yet to begin. */
    synchronized void interrupt() {
      interrupted = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
