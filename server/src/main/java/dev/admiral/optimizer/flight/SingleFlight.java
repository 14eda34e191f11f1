package dev.admiral.optimizer.flight;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
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
 * Joins the calls of this node, in memory.
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
public final class SingleFlight implements Flights {
  private static final Logger log = LoggerFactory.getLogger(SingleFlight.class);

  /** What a caller refused for want of a seat is told to wait: most calls last longer than that. */
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(1);

  /** Between two looks whether a task still runs. */
  private static final Duration LOOK = Duration.ofMillis(5);

  private final FlightSettings settings;
  private final Time time;
  private final Executor virtualThreads;
  private final ScheduledExecutorService timer;
  private final AtomicInteger flying = new AtomicInteger();

  private final Object table = new Object();

  @GuardedBy("table")
  private final Map<CallKey, Flight> byContent = new HashMap<>();

  @GuardedBy("table")
  private final Map<CallKey, Alias> byRepeat = new HashMap<>();

  private final Tower tower = new Control();

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

  @Override
  public Waiter join(Call call, FlightTask task, Runnable wake) {
    Seat waiter = new Seat(call, task, wake, time);
    Flight fresh;
    if (call.repeatKey() == null && !shared(call)) {
      fresh = new Flight(tower, settings, time, waiter, false);
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

  @Override
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
      Seat waiter = new Seat(call, alias.flight.task(), wake, time);
      return seatRepeat(waiter, alias) ? waiter : null;
    }
  }

  @Override
  public int inFlight() {
    return flying.get();
  }

  @Override
  public boolean awaitNone(Duration atMost) throws InterruptedException {
    long end = time.nanos() + atMost.toNanos();
    while (inFlight() > 0) {
      if (time.nanos() - end >= 0) {
        return false;
      }
      time.sleep(LOOK);
    }
    return true;
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
  private @Nullable Flight seat(Seat waiter) {
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
    Flight fresh = new Flight(tower, settings, time, waiter, shared);
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
  private boolean seatRepeat(Seat waiter, Alias alias) {
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

  private void refuseForWantOfSeats(Seat waiter) {
    waiter.refuse(
        new Failure.LimitReached(
            ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED,
            "callers waiting for one answer",
            "this server",
            FULL_RETRY_AFTER));
  }

  private void launch(Flight flight) {
    flying.incrementAndGet();
    try {
      virtualThreads.execute(flight);
    } catch (RejectedExecutionException e) {
      log.debug("a flight was refused a thread", e);
      flight.land(new Outcome.Failed(Flight.draining(), List.of()));
      tower.landed();
    }
  }

  /** What flights ask of this node. */
  private final class Control implements Tower {
    @Override
    public void landed() {
      flying.decrementAndGet();
    }

    @Override
    public void leave(Seat waiter, Flight flight) {
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
            // A repeat may still rescue the flight. One such alias is kept, so that they cannot
            // pile.
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

    @Override
    public void closeToJoiners(Flight flight) {
      synchronized (table) {
        byContent.remove(flight.key, flight);
        flight.close();
      }
    }

    @Override
    public void forget(Flight flight) {
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

    @Override
    public void startGrace(Runnable end) {
      try {
        var _ = timer.schedule(end, settings.grace().toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("the server is shutting down: no grace", e);
        end.run();
      }
    }
  }
}
