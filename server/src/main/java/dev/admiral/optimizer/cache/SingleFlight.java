package dev.admiral.optimizer.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets equal calls that are under way at the same time share one upstream call.
 *
 * <h2>The model</h2>
 *
 * A <em>flight</em> is one run of a {@link Task} on a thread of its own. Callers <em>join</em> it
 * and get a {@link Waiter}, a seat with a cursor of its own. The task appends pieces to the
 * flight's log and at last returns the outcome: the flight <em>lands</em>. Every waiter sees the
 * same pieces from the first on, then the outcome, each at its own speed; the task never waits for
 * a reader. A caller of the whole answer is woken at the landing alone.
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
 * <h2>Bounds</h2>
 *
 * Past {@link FlightSettings#logBytes()} the log's beginning is let go: new callers start a flight
 * of their own (repeats still join and get the pieces at the landing), and a reader that lags by
 * more than this window fails with READER_TOO_SLOW alone, its memory freed even if it never reads
 * again. The check is made each eighth of the window. A flight whose leader asked for the whole
 * answer cuts nobody off: its pieces come in one burst and the answer is in memory anyway. Past
 * {@link FlightSettings#waiters()} callers are refused with CONCURRENCY_LIMITED rather than sent
 * off on a second flight, which would pay twice for an answer that is about to be cached.
 *
 * <h2>Locks</h2>
 *
 * Two, always in this order:
 *
 * <ol>
 *   <li>{@code table}, one per SingleFlight, guards both maps and the counts of the aliases;
 *   <li>{@code Flight.lock}, one per flight, guards seats, leadership and state.
 * </ol>
 *
 * Both are held for a few steps only, and never while a task runs, a waiter is woken, a timer is
 * set or a thread is started. Reading and appending pieces takes neither (see {@link PieceLog}).
 * That a flight is over is known to the flight first and to the maps a moment later; who finds it
 * in between is told so by the flight and replaces it.
 *
 * <p>Safe for use from any thread.
 */
public final class SingleFlight {
  private static final Logger log = LoggerFactory.getLogger(SingleFlight.class);

  /** What a caller refused for want of a seat is told to wait: most calls last longer than that. */
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(1);

  /** Makes the call, on a thread of the flight's own. */
  @FunctionalInterface
  public interface Task {
    /**
     * Flies once. Ends soon after the thread is interrupted, with the upstream connection closed.
     *
     * @param leader for whom the call is made; ask it again at every step, it may change
     * @param log takes what is to be shown to the waiters
     * @return how it ended; everything that outlives the flight (cache, ledger) is written before.
     *     Its steps are those told to the log, whatever it says itself
     * @throws InterruptedException if it was interrupted
     */
    Outcome fly(Leader leader, FlightLog log) throws InterruptedException;
  }

  /** The view a task has of those it flies for. Safe for use from any thread. */
  public interface Leader {
    /** Returns the call of the oldest waiter, or of the last one if all have left. */
    Call call();

    /** Returns the latest deadline of all waiters, on the scale of {@link Time#nanos()}. */
    long deadlineNanos();

    /**
     * Fixes who pays for this try, even if that caller leaves: what is written to the ledger and
     * what {@link Waiter#led()} says are then the same. Without it the leader at landing pays.
     *
     * @return the call that pays
     */
    Call bill();
  }

  /** Takes the pieces of the answer. Used by the flight's own thread alone; never blocks. */
  public interface FlightLog {
    /**
     * Says who is about to answer. May be said again until the first piece; waiters are told with
     * the first piece.
     */
    void begun(String provider, String model, Source source);

    /**
     * Says that a step begins, for those who want to know where the time went; one that is under
     * way ends.
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

  /**
   * Who answers.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param source where the answer comes from, as this waiter sees it
   */
  public record Begun(String provider, String model, Source source) {}

  final FlightSettings settings;
  final Time time;
  private final Executor virtualThreads;
  private final ScheduledExecutorService timer;
  private final AtomicInteger flying = new AtomicInteger();

  private final Object table = new Object();

  @GuardedBy("table")
  private final Map<CallKey, Flight> byContent = new HashMap<>();

  @GuardedBy("table")
  private final Map<CallKey, Alias> byRepeat = new HashMap<>();

  /** A request_id in use. */
  static final class Alias {
    final CallKey repeatKey;
    final CallKey body;
    final Flight flight;

    /** Waiters that gave this request_id and have not left; guarded by {@code table}. */
    private int seats;

    private Alias(CallKey repeatKey, CallKey body, Flight flight) {
      this.repeatKey = repeatKey;
      this.body = body;
      this.flight = flight;
    }
  }

  /**
   * Assembles; starts nothing.
   *
   * @param virtualThreads runs each task on a thread that may be interrupted
   * @param timer ends graces; its thread is used for a few microseconds a time
   */
  public SingleFlight(
      FlightSettings settings, Executor virtualThreads, ScheduledExecutorService timer, Time time) {
    this.settings = settings;
    this.virtualThreads = virtualThreads;
    this.timer = timer;
    this.time = time;
  }

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
  public Waiter join(Call call, Task task, Runnable wake) {
    Waiter waiter = new Waiter(this, call, task, wake);
    Flight fresh;
    if (call.repeatKey() == null && !shared(call)) {
      fresh = new Flight(this, waiter, false);
      waiter.board(fresh, null);
    } else {
      synchronized (table) {
        fresh = seat(waiter);
      }
    }
    if (fresh != null) {
      launch(fresh);
    }
    return waiter;
  }

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
  public @Nullable Waiter rejoin(Call call, Runnable wake) {
    CallKey repeatKey = call.repeatKey();
    if (repeatKey == null) {
      return null;
    }
    synchronized (table) {
      Alias alias = byRepeat.get(repeatKey);
      if (alias == null) {
        return null;
      }
      Waiter waiter = new Waiter(this, call, alias.flight.task(), wake);
      return seatRepeat(waiter, alias) ? waiter : null;
    }
  }

  /** Returns the number of tasks running, those being cancelled included. */
  public int inFlight() {
    return flying.get();
  }

  /** Returns the number of keys remembered; zero when nothing flies and every waiter has left. */
  int remembered() {
    synchronized (table) {
      return byContent.size() + byRepeat.size();
    }
  }

  private static boolean shared(Call call) {
    return call.shareable() && call.cacheUse().mode() == CacheUse.Mode.USE;
  }

  /** Seats the waiter and returns the flight to be launched for it, if it needs one. */
  @GuardedBy("table")
  private @Nullable Flight seat(Waiter waiter) {
    Call call = waiter.call;
    CallKey repeatKey = call.repeatKey();
    Alias alias = repeatKey == null ? null : byRepeat.get(repeatKey);
    if (alias != null && seatRepeat(waiter, alias)) {
      return null;
    }
    boolean shared = shared(call);
    Flight met = shared ? byContent.get(call.key()) : null;
    if (met != null) {
      Alias added = repeatKey == null ? null : new Alias(repeatKey, call.key(), met);
      switch (met.seat(waiter, added, false)) {
        case SEATED -> {
          remember(added);
          return null;
        }
        case FULL -> {
          refuseForWantOfSeats(waiter);
          return null;
        }
        case OVER -> {}
      }
    }
    Flight fresh = new Flight(this, waiter, shared);
    Alias own = repeatKey == null ? null : new Alias(repeatKey, call.key(), fresh);
    waiter.board(fresh, own);
    if (shared) {
      byContent.put(call.key(), fresh);
    }
    remember(own);
    return fresh;
  }

  /** Seats or refuses a waiter by its request_id; returns false if that flight takes nobody. */
  @GuardedBy("table")
  private boolean seatRepeat(Waiter waiter, Alias alias) {
    if (!alias.body.equals(waiter.call.key())) {
      waiter.refuse(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
              "the request_id is in use for a call with another body; give each call its own"));
      return true;
    }
    return switch (alias.flight.seat(waiter, alias, true)) {
      case SEATED -> {
        alias.seats++;
        yield true;
      }
      case FULL -> {
        refuseForWantOfSeats(waiter);
        yield true;
      }
      case OVER -> false;
    };
  }

  @GuardedBy("table")
  private void remember(@Nullable Alias alias) {
    if (alias != null) {
      alias.seats = 1;
      byRepeat.put(alias.repeatKey, alias);
    }
  }

  private void refuseForWantOfSeats(Waiter waiter) {
    waiter.refuse(
        new Failure.LimitReached(
            ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED,
            "callers waiting for one answer",
            "server",
            FULL_RETRY_AFTER));
  }

  private void launch(Flight flight) {
    flying.incrementAndGet();
    try {
      virtualThreads.execute(flight);
    } catch (RejectedExecutionException e) {
      log.debug("a flight was refused a thread", e);
      flight.land(new Outcome.Failed(draining(), List.of()));
      landed();
    }
  }

  /** The flight's thread is done. */
  void landed() {
    flying.decrementAndGet();
  }

  static Failure draining() {
    return new Failure.Refused(
        ErrorReason.ERROR_REASON_SERVER_DRAINING, "the server is shutting down; ask another one");
  }

  /** Unseats a waiter that leaves. */
  void leave(Waiter waiter, Flight flight) {
    Alias alias = waiter.alias();
    if (alias == null) {
      flight.unseat(waiter);
      return;
    }
    Flight.Unseated unseated;
    synchronized (table) {
      unseated = flight.unseatHoldingTable(waiter);
      alias.seats--;
      if (alias.seats == 0) {
        if (unseated.wasLast()) {
          // A repeat may still rescue the flight. One such alias is kept, so that they cannot pile.
          Alias kept = flight.keep(alias);
          if (kept != null && kept != alias && kept.seats == 0) {
            byRepeat.remove(kept.repeatKey, kept);
          }
        } else {
          byRepeat.remove(alias.repeatKey, alias);
        }
      }
    }
    flight.after(unseated);
  }

  /** Takes no further joiners by content. */
  void closeToJoiners(Flight flight) {
    synchronized (table) {
      byContent.remove(flight.key, flight);
      flight.close();
    }
  }

  /** Forgets a flight that is over, but for the request_ids whose waiters have not left. */
  void forget(Flight flight) {
    if (!flight.isKnown()) {
      return;
    }
    synchronized (table) {
      byContent.remove(flight.key, flight);
      Alias kept = flight.keep(null);
      if (kept != null && kept.seats == 0) {
        byRepeat.remove(kept.repeatKey, kept);
      }
    }
  }

  void startGrace(Runnable end) {
    try {
      var _ = timer.schedule(end, settings.grace().toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the server is shutting down: no grace", e);
      end.run();
    }
  }
}
