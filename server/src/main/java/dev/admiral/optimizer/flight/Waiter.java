package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.v1.ContentDelta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One caller's seat on a flight, with its own place in the answer. Nothing here blocks. Reading
 * ({@link #begun()}, {@link #poll()}, {@link #outcome()}) is for one thread at a time; the wake
 * callback given with the call says when to read again after a null. {@link #leave()} may be called
 * from anywhere at any time, and must be in the end.
 */
public interface Waiter {

  /** Returns who answers; null until the first piece or the answer is there. */
  @Nullable Begun begun();

  /**
   * Returns the next piece and moves on; null if there is none for now, or none at all. Callers of
   * the whole answer get none.
   */
  @Nullable ContentDelta poll();

  /**
   * Returns how the call ended, as this caller sees it; null as long as it goes on or pieces are
   * left to read. A failure of this caller alone (refused, too slow, a leader's failed try) comes
   * before pieces that are left.
   */
  @Nullable Outcome outcome();

  /**
   * Returns true if the upstream call was made for this caller: it paid, or would have. Meaningful
   * once there is an outcome.
   */
  boolean led();

  /**
   * Returns where the time has gone so far, as this caller sees it: for one who does not stay for
   * the outcome.
   */
  List<Step> steps();

  /**
   * Gives the seat back: the caller cancelled, its deadline passed, or it has all it wanted and has
   * noted the answer under its request_id. A second call does nothing.
   */
  void leave();
}
