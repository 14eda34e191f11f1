package dev.admiral.optimizer.flight;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One flight. {@link Flights} tells the whole story, {@link SingleFlight} that of the locks. */
final class Flight implements Runnable, Leader, FlightLog {
  private static final Logger logger = LoggerFactory.getLogger(Flight.class);

  /** A reader's lag is looked at each time the log grew by this part of its bound. */
  private static final int LAG_CHECKS_PER_WINDOW = 8;

  /** Whether a caller got a seat. */
  enum Boarding {
    SEATED,
    FULL,
    /** The flight takes nobody any more; another must be started. */
    OVER
  }

  private enum State {
    RUNNING,
    LANDED,
    CANCELLED
  }

  /**
   * How the flight ended.
   *
   * @param payer who paid
   * @param nanos when
   */
  record Landing(Outcome outcome, Seat payer, long nanos) {}

  /** What followed from a waiter giving up its seat; to be acted on once no lock is held. */
  sealed interface Unseated {
    /** Returns true if the flight now has no waiter and waits for another. */
    default boolean wasLast() {
      return this instanceof Grace;
    }

    /** Nothing is left to do. */
    record Nothing() implements Unseated {}

    /**
     * The last waiter left; the flight is to be cancelled after the grace unless another came.
     *
     * @param round of the flight; another waiter begins another
     */
    record Grace(long round) implements Unseated {}

    /** The last waiter left and no other can come: the flight was cancelled. */
    record Cancelled() implements Unseated {}
  }

  private static final Unseated NOTHING = new Unseated.Nothing();

  final CallKey key;
  private final Tower tower;
  private final FlightSettings settings;
  private final Time time;
  private final PieceLog log = new PieceLog();
  private final StepLog steps = new StepLog();
  private final Object lock = new Object();

  /** True once others can find the flight by content or request_id. */
  private volatile boolean known;

  /** Changes with {@code lock} held. */
  private volatile Seat leader;

  /** Changes with {@code lock} held, once. */
  private volatile @Nullable Landing landing;

  private volatile @Nullable Begun begun;

  /** True from just before the first piece can be read. */
  private volatile boolean shown;

  /**
   * An alias without seats through which the flight may be rescued; guarded by the table's lock.
   */
  private @Nullable Alias kept;

  // Of the flight's own thread alone.
  private boolean whole;
  private boolean letGo;
  private long nextLagCheck;

  @GuardedBy("lock")
  private final LinkedHashSet<Seat> seated = new LinkedHashSet<>();

  @GuardedBy("lock")
  private State state = State.RUNNING;

  /** Takes joiners by content. */
  @GuardedBy("lock")
  private boolean open;

  @GuardedBy("lock")
  private int promotions;

  /** Counts the times the flight got a first or a rescuing waiter. */
  @GuardedBy("lock")
  private long round;

  /** The thread that flies; null while none does, so that nobody else's work is interrupted. */
  @GuardedBy("lock")
  private @Nullable Thread runner;

  @GuardedBy("lock")
  private @Nullable Seat payer;

  /** The answer cut in pieces, for those who cannot read the log. */
  @GuardedBy("lock")
  private @Nullable PieceLog replay;

  Flight(Tower tower, FlightSettings settings, Time time, Seat first, boolean open) {
    this.tower = tower;
    this.settings = settings;
    this.time = time;
    this.key = first.call.key();
    this.leader = first;
    this.open = open;
    this.known = open || first.call.repeatKey() != null;
    this.nextLagCheck = settings.logBytes();
    seated.add(first);
    if (first.call.streamed()) {
      first.read(log.open(first.wake));
    }
  }

  // Seats.

  /**
   * Seats a waiter.
   *
   * @param by the request_id it gave; null if none
   * @param repeat true if it came by that request_id: it is also taken where others are not
   */
  Boarding seat(Seat waiter, @Nullable Alias by, boolean repeat) {
    synchronized (lock) {
      if (repeat && state == State.LANDED) {
        return seatLanded(waiter, by);
      }
      if (state != State.RUNNING || !(open || repeat)) {
        return Boarding.OVER;
      }
      if (seated.size() >= settings.waiters()) {
        return Boarding.FULL;
      }
      if (by != null) {
        known = true;
      }
      if (seated.isEmpty()) {
        round++;
        leader = waiter;
      }
      seated.add(waiter);
      waiter.board(this, by);
      if (waiter.call.streamed()) {
        waiter.read(log.open(waiter.wake));
      }
      return Boarding.SEATED;
    }
  }

  @GuardedBy("lock")
  private Boarding seatLanded(Seat waiter, @Nullable Alias by) {
    Landing end = landing;
    if (end == null || !(end.outcome() instanceof Outcome.Answered answered)) {
      return Boarding.OVER;
    }
    waiter.board(this, by);
    if (waiter.call.streamed()) {
      waiter.read(readerOfAll(waiter, answered.answer()));
    }
    return Boarding.SEATED;
  }

  /** A waiter leaves. No lock may be held. */
  void leave(Seat waiter) {
    tower.leave(waiter, this);
  }

  /** Takes a waiter's seat, if it has one. */
  void unseat(Seat waiter) {
    Unseated unseated;
    synchronized (lock) {
      unseated = remove(waiter);
    }
    after(unseated);
  }

  /** As {@link #unseat}, for callers that hold the table's lock and call {@link #after} without. */
  Unseated unseatHoldingTable(Seat waiter) {
    synchronized (lock) {
      return remove(waiter);
    }
  }

  /** Acts on a freed seat. No lock may be held. */
  void after(Unseated unseated) {
    switch (unseated) {
      case Unseated.Nothing() -> {}
      case Unseated.Grace(long left) -> tower.startGrace(() -> endGrace(left));
      case Unseated.Cancelled() -> tower.forget(this);
    }
  }

  @GuardedBy("lock")
  private Unseated remove(Seat waiter) {
    if (!seated.remove(waiter)) {
      return NOTHING;
    }
    if (!seated.isEmpty()) {
      if (waiter == leader) {
        leader = seated.getFirst();
      }
      return NOTHING;
    }
    if (known) {
      return new Unseated.Grace(round);
    }
    cancel();
    return new Unseated.Cancelled();
  }

  private void endGrace(long left) {
    synchronized (lock) {
      if (state != State.RUNNING || round != left || !seated.isEmpty()) {
        return;
      }
      cancel();
    }
    tower.forget(this);
  }

  @GuardedBy("lock")
  private void cancel() {
    state = State.CANCELLED;
    if (runner != null) {
      runner.interrupt();
    }
  }

  /** Remembers the one alias without seats, and returns the one before. Needs the table's lock. */
  @Nullable Alias keep(@Nullable Alias alias) {
    Alias before = kept;
    kept = alias;
    return before;
  }

  /** Takes no further joiners by content, and lets go of what all have read. */
  void close() {
    synchronized (lock) {
      open = false;
      log.close();
    }
  }

  boolean isKnown() {
    return known;
  }

  /** Returns how a waiter without a task of its own flies. */
  FlightTask task() {
    return leader.task;
  }

  // What waiters see.

  @Nullable Begun begun() {
    if (!shown && landing == null) {
      return null;
    }
    Begun said = begun;
    Landing end = landing;
    if (said == null && end != null && end.outcome() instanceof Outcome.Answered answered) {
      Answer answer = answered.answer();
      return new Begun(answer.provider(), answer.model(), answered.source());
    }
    return said;
  }

  boolean isLeader(Seat waiter) {
    Landing end = landing;
    return waiter == (end == null ? leader : end.payer());
  }

  @Nullable Landing landing() {
    return landing;
  }

  List<Step> stepsUntil(long nanos) {
    return steps.until(nanos);
  }

  /** Returns the call for which the flight is made, or was. */
  String leaderId() {
    Landing end = landing;
    return (end == null ? leader : end.payer()).call.id();
  }

  // What the task sees.

  @Override
  public Call call() {
    return leader.call;
  }

  @Override
  public long deadlineNanos() {
    synchronized (lock) {
      long latest = leader.call.deadlineNanos();
      for (Seat waiter : seated) {
        if (waiter.call.deadlineNanos() - latest > 0) {
          latest = waiter.call.deadlineNanos();
        }
      }
      return latest;
    }
  }

  @Override
  public Call bill() {
    synchronized (lock) {
      if (payer == null) {
        payer = leader;
      }
      return payer.call;
    }
  }

  @Override
  public void begun(String provider, String model, Source source) {
    begun = new Begun(provider, model, source);
  }

  @Override
  public void stepBegan(Step.Kind kind, String detail) {
    steps.began(kind, detail, time.nanos());
  }

  @Override
  public void stepEnded(ErrorReason failure) {
    steps.ended(failure, time.nanos());
  }

  @Override
  public void append(ContentDelta delta) {
    shown = true;
    log.add(delta);
    log.wakeParked(Flight::wake);
    if (log.bytes() > settings.logBytes()) {
      bound();
    }
  }

  private void bound() {
    if (!letGo) {
      letGo = true;
      tower.closeToJoiners(this);
    }
    if (whole || log.bytes() < nextLagCheck) {
      return;
    }
    long window = settings.logBytes();
    nextLagCheck = log.bytes() + window / LAG_CHECKS_PER_WINDOW;
    List<Seat> slow = new ArrayList<>();
    Unseated unseated = NOTHING;
    synchronized (lock) {
      for (Seat waiter : seated) {
        PieceLog.Cursor reader = waiter.cursor();
        if (reader != null && reader.lag() > window) {
          slow.add(waiter);
        }
      }
      for (Seat waiter : slow) {
        waiter.fail(new Outcome.Failed(tooSlow(window), List.of()), waiter == payer);
        unseated = remove(waiter);
      }
    }
    wake(slow);
    after(unseated);
  }

  private static Failure tooSlow(long window) {
    return new Failure.Refused(
        ErrorReason.ERROR_REASON_READER_TOO_SLOW,
        "the stream was read so slowly that more than "
            + window
            + " bytes waited to be read; read faster, or ask for the whole answer");
  }

  // The flight itself.

  @Override
  public void run() {
    try {
      boolean again = true;
      while (again) {
        again = fly();
      }
    } finally {
      tower.landed();
    }
  }

  /** Flies once; returns true if another leader is to try. */
  private boolean fly() {
    Seat first;
    synchronized (lock) {
      if (state == State.CANCELLED) {
        return false;
      }
      runner = Thread.currentThread();
      first = leader;
    }
    whole = !first.call.streamed();
    return land(fly(first));
  }

  private Outcome fly(Seat first) {
    try {
      return first.task.fly(this, this);
    } catch (InterruptedException e) {
      // If the flight was cancelled, nobody is left to be told. Else the server stops its threads.
      return new Outcome.Failed(draining(), List.of());
    } catch (RuntimeException | Error e) {
      String id = first.call.id();
      logger.error(
          "the flight of call {} failed by a fault of this server", id, Faults.withoutMessages(e));
      return new Outcome.Failed(new Failure.Internal(id), List.of());
    }
  }

  static Failure draining() {
    return new Failure.Refused(
        ErrorReason.ERROR_REASON_SERVER_DRAINING, "the server is shutting down; ask another one");
  }

  /**
   * Gives the outcome to the leader alone, or to everybody.
   *
   * @return true if the flight is to fly again for the next leader
   */
  boolean land(Outcome flown) {
    boolean again;
    Collection<Seat> told;
    long now = time.nanos();
    steps.ended(ErrorReason.ERROR_REASON_UNSPECIFIED, now);
    Outcome outcome = flown.withSteps(steps.until(now));
    synchronized (lock) {
      runner = null;
      if (state == State.CANCELLED) {
        // If the interrupt came too late, it is not to hit whatever this thread does next.
        var _ = Thread.interrupted();
        return false;
      }
      again = outcome instanceof Outcome.Failed failed && handsOver(failed);
      if (again) {
        Seat failed = leader;
        seated.remove(failed);
        failed.fail((Outcome.Failed) outcome, true);
        told = List.of(failed);
        leader = seated.getFirst();
        promotions++;
        payer = null;
        begun = null;
      } else {
        told = List.copyOf(seated);
        landAll(outcome, now);
      }
    }
    if (!again) {
      tower.forget(this);
    }
    wake(told);
    return again;
  }

  @GuardedBy("lock")
  private boolean handsOver(Outcome.Failed failed) {
    return log.isEmpty()
        && seated.size() > 1
        && promotions < settings.promotions()
        && (failed.failure().retryable() || concernsLeader(failed.failure()));
  }

  private static boolean concernsLeader(Failure failure) {
    return failure instanceof Failure.LimitReached || failure instanceof Failure.DeadlineExceeded;
  }

  @GuardedBy("lock")
  private void landAll(Outcome outcome, long now) {
    state = State.LANDED;
    if (outcome instanceof Outcome.Answered answered) {
      for (Seat waiter : seated) {
        if (waiter.call.streamed() && (waiter.cursor() == null || log.isEmpty())) {
          waiter.read(readerOfAll(waiter, answered.answer()));
        }
      }
    }
    seated.clear();
    // After the readers: who sees the landing must find all there is to read.
    landing = new Landing(outcome, payer == null ? leader : payer, now);
  }

  /** Returns a cursor over the whole answer once it is there. */
  @GuardedBy("lock")
  private PieceLog.@Nullable Cursor readerOfAll(Seat waiter, Answer answer) {
    PieceLog.Cursor reader = log.isEmpty() ? null : log.open(waiter.wake);
    if (reader != null) {
      return reader;
    }
    if (replay == null) {
      replay = new PieceLog();
      Completions.replay(answer.completion()).forEach(replay::add);
    }
    return replay.open(waiter.wake);
  }

  private static void wake(Collection<Seat> waiters) {
    for (Seat waiter : waiters) {
      wake(waiter.wake);
    }
  }

  /** Wakes one waiter; what goes wrong there must not keep the next one asleep. */
  private static void wake(Runnable wake) {
    try {
      wake.run();
    } catch (RuntimeException e) {
      logger.error("a caller could not be woken", e);
    }
  }
}
