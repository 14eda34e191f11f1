package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets equal calls that are under way at the same time share one upstream call.
 *
 * <h2>The model</h2>
 *
 * A <em>flight</em> is one run of a {@link FlightTask} on a thread of its own. Callers
 * <em>join</em> it and get a {@link Waiter}, a seat with a cursor of its own. The task appends
 * pieces to the flight's log and at last returns the outcome: the flight <em>lands</em>. Every
 * waiter sees the same pieces from the first on, then the outcome, each at its own speed; the task
 * never waits for a reader. A caller of the whole answer is woken at the landing alone.
 *
 * <h2>Who meets whom</h2>
 *
 * <ul>
 *   <li>By content: calls with equal {@link Call#key()}, if both are {@link Call#shareable()} and
 *       of mode USE. A call of mode BYPASS or REFRESH neither joins nor is joined.
 *   <li>By {@link Call#repeatKey()}, whatever the mode: a repeat of a call in flight takes a seat
 *       on that flight, since it must cost nothing. A repeat with another key is refused with
 *       REQUEST_ID_REUSED. So that no repeat falls between the landing and the caller's note of it,
 *       a request_id leads to the landed answer until each of its waiters has left: write the note
 *       first, then {@link Waiter#leave()}. A call that failed may be made again.
 * </ul>
 *
 * A repeat goes before cache, limits and draining, for it is no call of its own: a cache that was
 * filled meanwhile may hold another answer, and a refusal would make a caller pay again for what is
 * about to land. So {@link #rejoin} comes before those are asked and {@link #join} after them.
 *
 * <p>The scope (fleet or agent) and the tenant are part of the key. A flight's answer is newer than
 * any caller of it, so {@link CacheUse#maxAge()} plays no part.
 *
 * <p>A caller that looked in the cache in vain may join just after the flight it would have met has
 * landed. Tasks therefore look in the cache once more before they ask a provider, and fill it
 * before they return.
 *
 * <h2>Who leads</h2>
 *
 * The oldest waiter leads: the call is made with its options and billed to it. When it leaves, the
 * next oldest leads. {@link Leader#bill()} fixes who pays. If the leader's try fails before the
 * first piece with a failure that is worth another try or concerns the leader alone, others
 * waiting, then only the leader is told; the next oldest is promoted and the flight flies again, by
 * default twice at most. After the first piece everybody shares the failure, for a piece once shown
 * cannot be taken back.
 *
 * <h2>How it ends early</h2>
 *
 * When the last waiter leaves, the flight goes on for a grace and can be rescued by a joiner; then
 * its thread is interrupted, on which the task closes the upstream connection. A flight nobody
 * could find is interrupted at once. From then on joiners start a new flight.
 *
 * <p>Safe for use from any thread.
 */
public interface Flights {

  /**
   * Gives the call a seat on the flight of an equal call, or on a new flight. Never blocks and
   * never fails: a refusal is an outcome the waiter has at once.
   *
   * @param task flies if this call leads
   * @param wake called when there may be something new for this waiter, perhaps already before this
   *     method returns: by any thread, with no lock held, more often than needed. It must be quick,
   *     as the next waiter is woken after it
   * @return the seat; it must be left in the end, whatever happened
   */
  Waiter join(Call call, FlightTask task, Runnable wake);

  /**
   * Gives a repeat of a call in flight, or landed with waiters that have not left, a seat on that
   * flight. Does nothing if there is none. Never blocks and never fails: a refusal for another body
   * or for want of a seat is an outcome the waiter has at once.
   *
   * <p>If the repeat comes to lead, it flies by the task of the flight it came to.
   *
   * @param wake as for {@link #join}
   * @return the seat, to be left in the end; null if the call repeats none that is known here
   */
  @Nullable Waiter rejoin(Call call, Runnable wake);

  /** Returns the number of tasks running, those being cancelled included. */
  int inFlight();

  /**
   * Waits until no task runs. Blocks.
   *
   * @return false if some still run after the time
   */
  boolean awaitNone(Duration atMost) throws InterruptedException;
}
