package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;

/** Takes the pieces of the answer. Used by the flight's own thread alone; never blocks. */
public interface FlightLog {
  /**
   * Says who is about to answer. May be said again until the first piece; waiters are told with the
   * first piece.
   */
  void begun(String provider, String model, Source source);

  /**
   * Says that a step begins, for those who want to know where the time went; one that is under way
   * ends.
   *
   * @param detail as {@link Step#detail()}
   */
  void stepBegan(Step.Kind kind, String detail);

  /**
   * Says that the step under way has ended.
   *
   * @param failure why it failed; ERROR_REASON_UNSPECIFIED if it did not
   */
  void stepEnded(ErrorReason failure);

  /** Shows the next piece to every streaming waiter. The first one ends all second tries. */
  void append(ContentDelta delta);
}
