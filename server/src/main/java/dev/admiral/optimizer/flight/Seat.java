package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A seat on a {@link Flight} of this node. */
final class Seat implements Waiter {
  final Call call;
  final FlightTask task;
  final Runnable wake;
  private final Time time;
  private final AtomicBoolean left = new AtomicBoolean();

  /** Null if the call was refused a seat. Set before the waiter is visible to others. */
  private @Nullable Flight flight;

  private @Nullable Alias alias;

  /** Null for callers of the whole answer, and for late ones until the flight has landed. */
  private volatile PieceLog.@Nullable Cursor cursor;

  /** The outcome of this waiter alone, whatever the flight comes to. */
  private volatile @Nullable Own own;

  private record Own(Outcome.Failed outcome, boolean led) {}

  Seat(Call call, FlightTask task, Runnable wake, Time time) {
    this.time = time;
    this.call = call;
    this.task = task;
    this.wake = wake;
  }

  @Override
  public @Nullable Begun begun() {
    Flight on = flight;
    if (on == null) {
      return null;
    }
    Begun begun = on.begun();
    return begun == null || on.isLeader(this)
        ? begun
        : new Begun(begun.provider(), begun.model(), seenByFollower(begun.source()));
  }

  @Override
  public @Nullable ContentDelta poll() {
    PieceLog.Cursor reader = cursor;
    return reader == null ? null : reader.poll();
  }

  @Override
  public @Nullable Outcome outcome() {
    Own alone = own;
    if (alone != null) {
      return alone.outcome();
    }
    Flight.Landing landing = flight == null ? null : flight.landing();
    if (landing == null) {
      return null;
    }
    PieceLog.Cursor reader = cursor;
    if (reader != null && !reader.atEnd()) {
      return null;
    }
    return landing.payer() == this ? landing.outcome() : asFollower(landing);
  }

  @Override
  public boolean led() {
    Own alone = own;
    if (alone != null) {
      return alone.led();
    }
    Flight.Landing landing = flight == null ? null : flight.landing();
    return landing != null && landing.payer() == this;
  }

  @Override
  public List<Step> steps() {
    Flight on = flight;
    if (on == null) {
      return List.of();
    }
    long now = time.nanos();
    List<Step> flown = on.stepsUntil(now);
    return on.isLeader(this) ? flown : joined(on.leaderId(), flown, now);
  }

  @Override
  public void leave() {
    Flight on = flight;
    if (on != null && left.compareAndSet(false, true)) {
      on.leave(this);
      PieceLog.Cursor reader = cursor;
      if (reader != null) {
        reader.cut();
      }
    }
  }

  /** Takes a seat. Called before anybody else knows the waiter, or with the flight's lock held. */
  void board(Flight boarded, @Nullable Alias by) {
    flight = boarded;
    alias = by;
  }

  void read(PieceLog.@Nullable Cursor from) {
    cursor = from;
  }

  PieceLog.@Nullable Cursor cursor() {
    return cursor;
  }

  @Nullable Alias alias() {
    return alias;
  }

  /** Ends this call before it had a seat. */
  void refuse(Failure failure) {
    own = new Own(new Outcome.Failed(failure, List.of()), false);
  }

  /** Ends this call alone. */
  void fail(Outcome.Failed outcome, boolean led) {
    own = new Own(outcome, led);
    PieceLog.Cursor reader = cursor;
    if (reader != null) {
      reader.cut();
    }
  }

  private Outcome asFollower(Flight.Landing landing) {
    return switch (landing.outcome()) {
      case Outcome.Failed failed -> failed.withSteps(joined(landing));
      case Outcome.Answered(var answer, var source, var timing, var attempts, var _, var _) -> {
        // It cannot have waited for longer than it was here.
        Duration here = Duration.ofNanos(Math.max(0, landing.nanos() - call.arrivalNanos()));
        Duration upstream = shorter(timing.upstream(), here);
        Duration queued = shorter(timing.queued(), here.minus(upstream));
        yield new Outcome.Answered(
            answer,
            seenByFollower(source),
            new Outcome.Timing(timing.age(), queued, upstream),
            attempts,
            "",
            joined(landing));
      }
    };
  }

  private List<Step> joined(Flight.Landing landing) {
    return joined(landing.payer().call.id(), landing.outcome().steps(), landing.nanos());
  }

  /** Puts this caller's own step among those of the flight, by their beginning. */
  private List<Step> joined(String leaderId, List<Step> flown, long endNanos) {
    long start = call.arrivalNanos();
    long end = endNanos - start < 0 ? start : endNanos;
    Step join =
        new Step(Step.Kind.JOIN, start, end, leaderId, ErrorReason.ERROR_REASON_UNSPECIFIED);
    List<Step> all = new ArrayList<>(flown.size() + 1);
    int before = 0;
    while (before < flown.size() && flown.get(before).startNanos() - start <= 0) {
      before++;
    }
    all.addAll(flown.subList(0, before));
    all.add(join);
    all.addAll(flown.subList(before, flown.size()));
    return List.copyOf(all);
  }

  private static Source seenByFollower(Source source) {
    return source == Source.SOURCE_UPSTREAM ? Source.SOURCE_COALESCED : source;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
