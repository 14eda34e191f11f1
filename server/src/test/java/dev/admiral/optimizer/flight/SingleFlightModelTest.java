package dev.admiral.optimizer.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.CacheUse.Mode;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.flight.ScriptedFlights.Pilot;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Runs random schedules of joins, pieces, landings, failures, leaving and time, and compares every
 * caller after every step with a model that is too simple to be wrong: plain lists, one thread.
 */
class SingleFlightModelTest {
  private static final int LOG_BYTES = 1_000;
  private static final int WAITERS = 4;
  private static final int PROMOTIONS = 2;
  private static final Duration GRACE = Duration.ofMillis(200);
  private static final FlightSettings SETTINGS =
      new FlightSettings(LOG_BYTES, WAITERS, GRACE, PROMOTIONS);

  @Property(tries = 10_000)
  void anySchedule_goesAsTheModelSays(
      @ForAll @Size(max = 50) List<@IntRange(max = 999_999) Integer> schedule) {
    World world = new World();
    for (int step : schedule) {
      world.step(step % 100, step / 100);
      world.check();
    }
    world.leaveAll();
  }

  private enum State {
    RUNNING,
    LANDED,
    CANCELLED
  }

  private static final class ModelFlight {
    CallKey key;
    boolean open;
    boolean known;
    State state = State.RUNNING;
    final List<String> log = new ArrayList<>();
    final List<Integer> sizes = new ArrayList<>();
    boolean letGo;
    boolean whole;
    int nextCheck = LOG_BYTES;
    final List<ModelSeat> seated = new ArrayList<>();
    ModelSeat leader;
    ModelSeat payer;
    int promotions;
    long graceEnd = Long.MAX_VALUE;
    Outcome end;
    ModelSeat landedFor;
    ModelAlias kept;
    Pilot pilot;
    Leader view;

    int bytes() {
      return sizes.stream().mapToInt(Integer::intValue).sum();
    }

    boolean flies() {
      return pilot != null && state == State.RUNNING;
    }
  }

  private static final class ModelAlias {
    final CallKey body;
    final ModelFlight flight;
    int seats;

    ModelAlias(CallKey body, ModelFlight flight) {
      this.body = body;
      this.flight = flight;
    }
  }

  private static final class ModelSeat {
    Call call;
    ModelFlight flight;
    ModelAlias alias;
    boolean left;

    /** What it reads; null if it joined too late to read the log. */
    List<String> pieces;

    int read;
    ErrorReason alone;
    boolean aloneLed;

    Waiter real;
    final AtomicInteger wakes = new AtomicInteger();

    /** Wake-ups at the time it found nothing to read; -1 if it is not to be woken. */
    int asleepSince = -1;

    boolean streamed() {
      return call.streamed();
    }
  }

  /** The real thing and the model, moved together. */
  private static final class World {
    final VirtualTime time = VirtualTime.atZero();
    final ScriptedFlights script = new ScriptedFlights();
    final SingleFlight real = new SingleFlight(SETTINGS, script.executor(), time.timer(), time);
    final List<ModelFlight> all = new ArrayList<>();
    final Deque<ModelFlight> waiting = new ArrayDeque<>();
    final List<ModelSeat> seats = new ArrayList<>();
    final Map<CallKey, ModelAlias> aliases = new HashMap<>();
    int texts;

    void step(int what, int which) {
      if (what < 25) {
        join(which);
      } else if (what < 35) {
        start();
      } else if (what < 60) {
        append(which);
      } else if (what < 72) {
        poll(which);
      } else if (what < 84) {
        if (!seats.isEmpty()) {
          leave(seats.get(which % seats.size()));
        }
      } else if (what < 88) {
        advance(Duration.ofMillis(50 + 40 * (which % 6)));
      } else if (what < 90) {
        bill(which);
      } else {
        end(which);
      }
    }

    // Joining.

    void join(int which) {
      ModelSeat seat = new ModelSeat();
      CallKey key = Samples.key(which % 2);
      CallKey repeat = (which / 2) % 3 == 0 ? null : Samples.key(100 + (which / 2) % 3);
      Mode mode =
          List.of(Mode.USE, Mode.USE, Mode.USE, Mode.BYPASS, Mode.REFRESH).get(which / 6 % 5);
      seat.call = Samples.call("call-" + seats.size(), key, repeat, mode, which / 30 % 2 == 0);
      if (which / 60 % 3 == 0) {
        boolean seated = seatRepeatInModel(seat);
        seat.real = real.rejoin(seat.call, seat.wakes::incrementAndGet);
        assertThat(seat.real != null).isEqualTo(seated);
        if (seated) {
          seats.add(seat);
        }
        return;
      }
      seats.add(seat);
      seatInModel(seat);
      seat.real = real.join(seat.call, script::fly, seat.wakes::incrementAndGet);
    }

    /** Returns false if the call repeats none that takes it. */
    boolean seatRepeatInModel(ModelSeat seat) {
      Call call = seat.call;
      ModelAlias alias = call.repeatKey() == null ? null : aliases.get(call.repeatKey());
      if (alias != null) {
        ModelFlight flight = alias.flight;
        if (!alias.body.equals(call.key())) {
          seat.alone = ErrorReason.ERROR_REASON_REQUEST_ID_REUSED;
          return true;
        }
        boolean landed = flight.state == State.LANDED && flight.end instanceof Outcome.Answered;
        if (landed || flight.state == State.RUNNING) {
          if (!landed && flight.seated.size() == WAITERS) {
            seat.alone = ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED;
            return true;
          }
          seat.flight = flight;
          seat.alias = alias;
          alias.seats++;
          if (landed) {
            seat.pieces = flight.log.isEmpty() || flight.letGo ? replay(flight) : flight.log;
          } else {
            sit(seat, flight);
          }
          return true;
        }
      }
      return false;
    }

    void seatInModel(ModelSeat seat) {
      if (seatRepeatInModel(seat)) {
        return;
      }
      Call call = seat.call;
      boolean shared = call.cacheUse().mode() == Mode.USE;
      for (ModelFlight flight : all) {
        if (shared
            && flight.open
            && flight.state == State.RUNNING
            && flight.key.equals(call.key())) {
          if (flight.seated.size() == WAITERS) {
            seat.alone = ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED;
            return;
          }
          seat.flight = flight;
          name(seat, flight);
          sit(seat, flight);
          return;
        }
      }
      ModelFlight fresh = new ModelFlight();
      fresh.key = call.key();
      fresh.open = shared;
      fresh.known = shared;
      all.add(fresh);
      waiting.add(fresh);
      seat.flight = fresh;
      name(seat, fresh);
      sit(seat, fresh);
    }

    void name(ModelSeat seat, ModelFlight flight) {
      if (seat.call.repeatKey() != null) {
        seat.alias = new ModelAlias(seat.call.key(), flight);
        seat.alias.seats = 1;
        aliases.put(seat.call.repeatKey(), seat.alias);
        flight.known = true;
      }
    }

    void sit(ModelSeat seat, ModelFlight flight) {
      if (flight.seated.isEmpty()) {
        flight.leader = seat;
        flight.graceEnd = Long.MAX_VALUE;
      }
      flight.seated.add(seat);
      if (seat.streamed() && !flight.letGo) {
        seat.pieces = flight.log;
      }
    }

    static List<String> replay(ModelFlight flight) {
      return List.of(
          ((Outcome.Answered) flight.end)
              .answer()
              .completion()
              .getMessage()
              .getParts(0)
              .getText()
              .getText());
    }

    // Flying.

    void start() {
      if (waiting.isEmpty()) {
        return;
      }
      ModelFlight flight = waiting.remove();
      if (flight.state == State.CANCELLED) {
        script.startCancelled();
        return;
      }
      flight.whole = !flight.leader.streamed();
      flight.pilot = script.start();
      flight.view = flight.pilot.leader();
    }

    ModelFlight flying(int which) {
      List<ModelFlight> flying = all.stream().filter(ModelFlight::flies).toList();
      return flying.isEmpty() ? null : flying.get(which % flying.size());
    }

    void append(int which) {
      ModelFlight flight = flying(which);
      if (flight == null) {
        return;
      }
      String text = texts++ + "-" + "x".repeat(which / 7 % 3 * 150);
      ContentDelta piece = Samples.piece(text);
      flight.log.add(text);
      flight.sizes.add(piece.getSerializedSize() + PieceLog.PIECE_OVERHEAD_BYTES);
      if (flight.bytes() > LOG_BYTES) {
        flight.letGo = true;
        flight.open = false;
        if (!flight.whole && flight.bytes() >= flight.nextCheck) {
          flight.nextCheck = flight.bytes() + LOG_BYTES / 8;
          cut(flight);
        }
      }
      if (flight.state == State.CANCELLED) {
        flight.pilot.appendLast(piece);
      } else {
        flight.pilot.append(piece);
      }
      for (ModelSeat seat : seats) {
        if (seat.flight == flight && seat.pieces != null) {
          expectWoken(seat);
        }
      }
    }

    void cut(ModelFlight flight) {
      for (ModelSeat seat : List.copyOf(flight.seated)) {
        int lag =
            seat.pieces == null
                ? 0
                : flight.sizes.stream().skip(seat.read).mapToInt(Integer::intValue).sum();
        if (lag > LOG_BYTES) {
          seat.alone = ErrorReason.ERROR_REASON_READER_TOO_SLOW;
          seat.aloneLed = seat == flight.payer;
          stand(seat);
        }
      }
    }

    void bill(int which) {
      ModelFlight flight = flying(which);
      if (flight != null) {
        if (flight.payer == null) {
          flight.payer = flight.leader;
        }
        assertThat(flight.view.bill().id()).isEqualTo(flight.payer.call.id());
      }
    }

    void end(int which) {
      ModelFlight flight = flying(which);
      if (flight == null) {
        return;
      }
      String text = String.join("", flight.log) + (flight.log.isEmpty() ? texts++ : "");
      Outcome outcome =
          switch (which / 11 % 6) {
            case 0 -> Samples.failed(Samples.OVERLOADED);
            case 1 -> Samples.failed(Samples.MALFORMED);
            case 2 -> Samples.failed(Samples.LIMITED);
            default -> Samples.answered(text);
          };
      boolean again =
          outcome instanceof Outcome.Failed failed
              && !failed.failure().equals(Samples.MALFORMED)
              && flight.log.isEmpty()
              && flight.seated.size() > 1
              && flight.promotions < PROMOTIONS;
      if (again) {
        ModelSeat failed = flight.leader;
        failed.alone = ((Outcome.Failed) outcome).failure().reason();
        failed.aloneLed = true;
        flight.seated.remove(failed);
        flight.leader = flight.seated.getFirst();
        flight.promotions++;
        flight.payer = null;
        flight.whole = !flight.leader.streamed();
        flight.pilot.endForLeader(outcome);
        assertThat(failed.wakes.get()).isPositive();
        return;
      }
      List<ModelSeat> told = List.copyOf(flight.seated);
      Map<ModelSeat, Integer> before = new HashMap<>();
      told.forEach(seat -> before.put(seat, seat.wakes.get()));
      land(flight, outcome);
      flight.pilot.end(outcome);
      told.forEach(seat -> assertThat(seat.wakes.get()).isGreaterThan(before.get(seat)));
    }

    void land(ModelFlight flight, Outcome outcome) {
      flight.state = State.LANDED;
      flight.end = outcome;
      flight.landedFor = flight.payer == null ? flight.leader : flight.payer;
      if (outcome instanceof Outcome.Answered) {
        for (ModelSeat seat : flight.seated) {
          if (seat.streamed() && (seat.pieces == null || flight.log.isEmpty())) {
            seat.pieces = replay(flight);
          }
        }
      }
      flight.seated.clear();
      forget(flight);
    }

    void forget(ModelFlight flight) {
      if (flight.kept != null && flight.kept.seats == 0) {
        aliases.values().remove(flight.kept);
      }
      flight.kept = null;
    }

    // Reading and leaving.

    void poll(int which) {
      if (seats.isEmpty()) {
        return;
      }
      ModelSeat seat = seats.get(which % seats.size());
      if (seat.left) {
        return;
      }
      for (int i = 0; i <= which / 13 % 4; i++) {
        ContentDelta piece = seat.real.poll();
        boolean more =
            seat.streamed()
                && seat.alone == null
                && seat.pieces != null
                && seat.read < seat.pieces.size();
        assertThat(piece == null ? null : piece.getText().getText())
            .isEqualTo(more ? seat.pieces.get(seat.read) : null);
        if (more) {
          seat.read++;
          seat.asleepSince = -1;
        } else {
          seat.asleepSince = seat.wakes.get();
        }
      }
    }

    static void expectWoken(ModelSeat seat) {
      if (seat.asleepSince >= 0 && !seat.left && seat.streamed() && seat.alone == null) {
        assertThat(seat.wakes.get()).isGreaterThan(seat.asleepSince);
      }
    }

    void leave(ModelSeat seat) {
      if (!seat.left) {
        seat.left = true;
        if (seat.flight != null) {
          leaveInModel(seat);
        }
      }
      seat.real.leave();
      if (seat.flight != null
          && seat.flight.state == State.CANCELLED
          && seat.flight.pilot != null) {
        seat.flight.pilot.awaitEnd();
      }
    }

    void leaveInModel(ModelSeat seat) {
      ModelFlight flight = seat.flight;
      boolean last = stand(seat);
      if (seat.alias == null) {
        return;
      }
      seat.alias.seats--;
      if (seat.alias.seats > 0) {
        return;
      }
      if (last && flight.state == State.RUNNING) {
        if (flight.kept != null && flight.kept != seat.alias && flight.kept.seats == 0) {
          aliases.values().remove(flight.kept);
        }
        flight.kept = seat.alias;
      } else {
        aliases.values().remove(seat.alias);
      }
    }

    /** Gives a seat up; returns true if it was the last. */
    boolean stand(ModelSeat seat) {
      ModelFlight flight = seat.flight;
      if (!flight.seated.remove(seat)) {
        return false;
      }
      if (!flight.seated.isEmpty()) {
        if (flight.leader == seat) {
          flight.leader = flight.seated.getFirst();
        }
        return false;
      }
      if (flight.known) {
        flight.graceEnd = time.nanos() + GRACE.toNanos();
      } else {
        flight.state = State.CANCELLED;
      }
      return true;
    }

    void advance(Duration by) {
      long until = time.nanos() + by.toNanos();
      time.advance(by);
      for (ModelFlight flight : all) {
        if (flight.state == State.RUNNING && flight.graceEnd <= until) {
          flight.state = State.CANCELLED;
          forget(flight);
          if (flight.pilot != null) {
            flight.pilot.awaitEnd();
          }
        }
      }
    }

    // Comparing.

    void check() {
      for (ModelSeat seat : seats) {
        if (!seat.left) {
          check(seat);
        }
      }
      for (ModelFlight flight : all) {
        if (flight.flies()) {
          assertThat(flight.view.call().id()).isEqualTo(flight.leader.call.id());
        }
      }
      long content = all.stream().filter(f -> f.open && f.state == State.RUNNING).count();
      assertThat(real.remembered()).isEqualTo(content + aliases.size());
    }

    void check(ModelSeat seat) {
      Outcome outcome = seat.real.outcome();
      if (seat.alone != null) {
        assertThat(reason(outcome)).isEqualTo(seat.alone);
        assertThat(seat.real.led()).isEqualTo(seat.aloneLed);
        return;
      }
      ModelFlight flight = seat.flight;
      boolean toRead = seat.pieces != null && seat.streamed() && seat.read < seat.pieces.size();
      if (flight.state != State.LANDED || toRead) {
        assertThat(outcome).isNull();
        return;
      }
      boolean led = flight.landedFor == seat;
      assertThat(seat.real.led()).isEqualTo(led);
      switch (flight.end) {
        case Outcome.Failed failed ->
            assertThat(reason(outcome)).isEqualTo(failed.failure().reason());
        case Outcome.Answered answered -> {
          Outcome.Answered got = (Outcome.Answered) outcome;
          assertThat(got.answer()).isSameAs(answered.answer());
          assertThat(got.source())
              .isEqualTo(led ? Source.SOURCE_UPSTREAM : Source.SOURCE_COALESCED);
        }
      }
    }

    static ErrorReason reason(Outcome outcome) {
      Failure failure = ((Outcome.Failed) outcome).failure();
      return failure.reason();
    }

    void leaveAll() {
      seats.forEach(this::leave);
      advance(GRACE);
      while (!waiting.isEmpty()) {
        start();
      }
      for (ModelFlight flight : all) {
        if (flight.flies()) {
          flight.pilot.end(Samples.failed(Samples.MALFORMED));
        }
      }
      assertThat(real.remembered()).isZero();
      assertThat(real.inFlight()).isZero();
    }
  }
}
