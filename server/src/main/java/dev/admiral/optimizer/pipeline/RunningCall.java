package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.flight.Waiter;
import dev.admiral.optimizer.v1.ContentDelta;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One caller's view of its call. The caller pulls: {@link #begun}, then {@link #poll} until it
 * gives null, then {@link #outcome}; when both give null there is nothing yet, and the wake-up will
 * tell. Pulling is for one thread at a time; {@link #leave} for any.
 */
public final class RunningCall {
  private static final Logger log = LoggerFactory.getLogger(RunningCall.class);

  private final Finish finish;
  private final Call call;
  private final Runnable wake;

  // Guarded by this until the call is landed; volatile so that the puller reads without the lock.
  private volatile @Nullable Waiter waiter;
  private volatile @Nullable Outcome landed;
  private @Nullable Permit permit;

  // The puller's own.
  private boolean piecesSeen;
  private @Nullable Iterator<ContentDelta> replay;

  RunningCall(Finish finish, Call call, Runnable wake) {
    this.finish = finish;
    this.call = call;
    this.wake = wake;
  }

  /** Returns the call. */
  public Call call() {
    return call;
  }

  /** Returns who answers, once a model has begun or the answer is there; else null. */
  public @Nullable Begun begun() {
    if (landed instanceof Answered answered) {
      return new Begun(answered.answer().provider(), answered.answer().model(), answered.source());
    }
    Waiter seat = waiter;
    return seat == null ? null : seat.begun();
  }

  /** Returns the next piece of the answer, or null if there is none now. */
  public @Nullable ContentDelta poll() {
    Waiter seat = waiter;
    ContentDelta piece = seat == null ? null : seat.poll();
    if (piece != null) {
      piecesSeen = true;
      return piece;
    }
    // An answer that did not come in pieces (a hit, or a flight flown whole) is given in pieces all
    // the same.
    if (replay == null && !piecesSeen && outcome() instanceof Answered answered) {
      replay = Completions.replay(answered.answer().completion()).iterator();
    }
    return replay != null && replay.hasNext() ? replay.next() : null;
  }

  /**
   * Returns how the call ended for this caller, or null while it runs. Of a streamed call: once its
   * pieces were pulled.
   */
  public @Nullable Outcome outcome() {
    Outcome now = landed;
    if (now != null) {
      return now;
    }
    Waiter seat = waiter;
    Outcome flown = seat == null ? null : seat.outcome();
    if (seat == null || flown == null) {
      return null;
    }
    land(flown);
    seat.leave();
    return landed;
  }

  /**
   * Ends the call for this caller; others in the same flight go on. Does nothing once the call has
   * ended. Wakes the caller.
   */
  public void leave(Failure why) {
    Waiter seat;
    Outcome left;
    Permit held;
    synchronized (this) {
      if (landed != null) {
        return;
      }
      seat = waiter;
      left = new Failed(why, List.of(), seat == null ? List.of() : seat.steps());
      landed = left;
      held = permit;
    }
    finish.ended(call, left, held);
    if (seat != null) {
      seat.leave();
    }
    wake.run();
  }

  void land(Outcome outcome) {
    Permit held;
    synchronized (this) {
      if (landed != null) {
        return;
      }
      landed = outcome;
      held = permit;
    }
    finish.ended(call, outcome, held);
  }

  /** Ends the call by a fault of this server. Does not wake: on the way in nobody waits yet. */
  void broke(Throwable fault) {
    log.error("call {} failed by a fault of this server", call.id(), Faults.withoutMessages(fault));
    land(new Failed(new Failure.Internal(call.id()), List.of()));
  }

  /**
   * Remembers what to settle when the call ends; if it has ended already, gives it back at once.
   */
  void holds(Permit reserved) {
    synchronized (this) {
      if (landed == null) {
        permit = reserved;
        return;
      }
    }
    reserved.cancel();
  }

  /** Takes the seat in a flight; if the caller has left meanwhile, leaves it again. */
  void bind(Waiter seat) {
    boolean left;
    synchronized (this) {
      waiter = seat;
      left = landed != null;
    }
    if (left) {
      seat.leave();
    }
  }

  /** Returns true once the call has ended, its caller gone included. */
  boolean hasEnded() {
    return landed != null;
  }

  void wake() {
    wake.run();
  }
}
