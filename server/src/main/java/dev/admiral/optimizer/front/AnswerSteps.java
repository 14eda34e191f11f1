package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.ContentDelta;
import org.jspecify.annotations.Nullable;

/**
 * A running call as a sequence: who answers, the pieces, the end; or the end alone if it fails
 * before anybody answers. Pulled by one thread at a time.
 */
public final class AnswerSteps implements Pump.Source<AnswerSteps.Step> {
  private final RunningCall running;
  private boolean begun;

  /** A piece that was pulled and not yet given. */
  private @Nullable ContentDelta held;

  public AnswerSteps(RunningCall running) {
    this.running = running;
  }

  /** The next thing to tell a caller. */
  public sealed interface Step {
    /** A model has begun to answer. */
    record Beginning(Begun begun) implements Step {}

    /** More of the answer. */
    record Piece(ContentDelta delta) implements Step {}

    /** The call has ended; nothing follows. */
    record End(Outcome outcome) implements Step {}
  }

  /** Returns the next step, or null if there is none now; then the call's wake-up tells. */
  @Override
  public @Nullable Step next() {
    // Pulled even before the beginning is told: only who found nothing to pull is woken for more.
    ContentDelta piece = held == null ? running.poll() : held;
    held = piece;
    if (!begun) {
      Begun now = running.begun();
      if (now != null) {
        begun = true;
        return new Step.Beginning(now);
      }
    }
    if (piece != null) {
      held = null;
      return new Step.Piece(piece);
    }
    return switch (running.outcome()) {
      case null -> null;
      // The flight landed between the two looks: its beginning and its pieces come first.
      case Outcome.Answered answered when !begun -> next();
      case Outcome outcome -> new Step.End(outcome);
    };
  }

  @Override
  public @Nullable Failure failure() {
    return running.outcome() instanceof Outcome.Failed failed ? failed.failure() : null;
  }

  @Override
  public void leave(Failure why) {
    running.leave(why);
  }
}
