package dev.admiral.optimizer.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves messages from a source to one caller at the caller's own pace. It may be run by any thread
 * at any time: whoever comes first pumps, the others leave a note and go. The source is pulled by
 * one thread at a time, and only while the caller can take more.
 */
final class Pump<T> implements Runnable {
  private final ServerCallStreamObserver<T> caller;
  private final Source<T> source;
  private final AtomicInteger wanted = new AtomicInteger();
  private boolean ended;

  Pump(ServerCallStreamObserver<T> caller, Source<T> source) {
    this.caller = caller;
    this.source = source;
  }

  /** Where messages come from. */
  @FunctionalInterface
  interface Source<T> {
    /** Returns the next step, or null if there is none now. */
    @Nullable Step<T> next();
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
      pump();
      seen = wanted.addAndGet(-seen);
    } while (seen != 0);
  }

  private void pump() {
    while (!ended && caller.isReady() && !caller.isCancelled()) {
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
