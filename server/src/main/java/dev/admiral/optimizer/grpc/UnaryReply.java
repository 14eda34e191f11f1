package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.front.CallFaults;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers a unary caller once its call has an outcome, exactly once, on whichever thread brings it.
 */
final class UnaryReply<A> implements Runnable {
  private final Consumer<A> answer;
  private final Consumer<Failure> failure;
  private final AtomicBoolean answered = new AtomicBoolean();
  private volatile @Nullable Bound<A> bound;

  UnaryReply(Consumer<A> answer, Consumer<Failure> failure) {
    this.answer = answer;
    this.failure = failure;
  }

  /** Answers the caller of a unary method. */
  static <A> UnaryReply<A> to(StreamObserver<A> caller) {
    return new UnaryReply<>(
        answer -> {
          caller.onNext(answer);
          caller.onCompleted();
        },
        failure -> caller.onError(Statuses.of(failure)));
  }

  private record Bound<A>(Supplier<@Nullable Outcome> outcome, Function<Answered, A> message) {}

  /**
   * Names the call to answer; wake-ups before this find nothing to do, so it looks at once.
   *
   * @param outcome how the call ended, null as long as it runs
   * @param message makes the reply of an answered call
   */
  void bind(Supplier<@Nullable Outcome> outcome, Function<Answered, A> message) {
    bound = new Bound<>(outcome, message);
    run();
  }

  @Override
  public void run() {
    Bound<A> call = bound;
    Outcome outcome = call == null ? null : call.outcome().get();
    if (call == null || outcome == null || !answered.compareAndSet(false, true)) {
      return;
    }
    switch (outcome) {
      case Answered done -> answer(call, done);
      case Failed failed -> failure.accept(failed.failure());
    }
  }

  private void answer(Bound<A> call, Answered done) {
    A reply;
    try {
      reply = call.message().apply(done);
    } catch (RuntimeException e) {
      // Nobody else answers any more.
      failure.accept(CallFaults.of(e));
      return;
    }
    answer.accept(reply);
  }
}
