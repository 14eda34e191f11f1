package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Failure;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves messages from a source to one caller at the caller's own pace. It may be run by any thread
 * at any time: whoever comes first pumps, the others leave a note and go. The source is pulled by
 * one thread at a time, and only while the caller can take more; its failure is told at once.
 */
final class Pump<T> implements Runnable {
  private final ServerCallStreamObserver<T> caller;
  private final Source<T> source;
  private final AtomicInteger wanted = new AtomicInteger();
  private volatile @Nullable StatusRuntimeException cutOff;
  private volatile boolean ended;

  Pump(ServerCallStreamObserver<T> caller, Source<T> source) {
    this.caller = caller;
    this.source = source;
  }

  /** Where messages come from. */
  @FunctionalInterface
  interface Source<T> {
    /** Returns the next step, or null if there is none now. */
    @Nullable Step<T> next();

    /**
     * Returns why the stream fails, whatever is left to send; null if it does not. Asked while the
     * caller can take nothing, so that a stalled one is not kept for ever.
     */
    default @Nullable StatusRuntimeException failure() {
      return null;
    }

    /** Gives the source up, as a message could not be made or sent. */
    default void leave(Failure why) {}
  }

  /** The next thing to happen on a stream. */
  sealed interface Step<T> {
    /** One more message. */
    record Send<T>(T message) implements Step<T> {}

    /** The last message; the stream ends well. */
    record Finish<T>(T message) implements Step<T> {}

    /** The stream fails. */
    record Fail<T>(StatusRuntimeException status) implements Step<T> {}
  }

  @Override
  public void run() {
    if (wanted.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      try {
        pump();
      } catch (RuntimeException e) {
        breakOff(Blocking.internal(e));
      }
      seen = wanted.addAndGet(-seen);
    } while (seen != 0);
  }

  /** Ends the stream with a failure, even if the caller can take nothing now. */
  void fail(StatusRuntimeException status) {
    cutOff = status;
    run();
  }

  /** Returns true once the stream has ended for this side. */
  boolean ended() {
    return ended;
  }

  private void breakOff(Failure fault) {
    ended = true;
    source.leave(fault);
    caller.onError(Statuses.of(fault));
  }

  private void pump() {
    while (!ended && !caller.isCancelled()) {
      boolean ready = caller.isReady();
      StatusRuntimeException failure = ready || cutOff != null ? cutOff : source.failure();
      if (failure != null) {
        ended = true;
        caller.onError(failure);
        return;
      }
      if (!ready) {
        return;
      }
      switch (source.next()) {
        case null -> {
          return;
        }
        case Step.Send<T> send -> caller.onNext(send.message());
        case Step.Finish<T> finish -> {
          ended = true;
          caller.onNext(finish.message());
          caller.onCompleted();
        }
        case Step.Fail<T> fail -> {
          ended = true;
          caller.onError(fail.status());
        }
      }
    }
  }
}
