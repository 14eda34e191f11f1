package dev.admiral.optimizer.flight;

import static dev.admiral.optimizer.call.Samples.answered;
import static dev.admiral.optimizer.call.Samples.failed;
import static dev.admiral.optimizer.call.Samples.key;
import static dev.admiral.optimizer.call.Samples.piece;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.CacheUse.Mode;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.flight.ScriptedFlights.Pilot;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Flights moved step by step. What threads may do to each other is tested elsewhere. */
class SingleFlightTest {
  private static final Duration GRACE = Duration.ofMillis(200);
  private static final ErrorReason NONE = ErrorReason.ERROR_REASON_UNSPECIFIED;
  private static final CallKey REPEAT = key(77);

  private final VirtualTime time = VirtualTime.atZero();
  private final ScriptedFlights script = new ScriptedFlights();
  private final List<Seat> seats = new ArrayList<>();
  private SingleFlight flights = flights(new FlightSettings(10_000, 100, GRACE, 2));

  private SingleFlight flights(FlightSettings settings) {
    return new SingleFlight(settings, script.executor(), time.timer(), time);
  }

  /** A caller that counts its wake-ups. */
  private record Seat(Waiter waiter, AtomicInteger wakes) {
    List<String> read() {
      List<String> texts = new ArrayList<>();
      ContentDelta piece = waiter.poll();
      while (piece != null) {
        texts.add(piece.getText().getText());
        piece = waiter.poll();
      }
      return texts;
    }

    Failure failure() {
      return ((Outcome.Failed) waiter.outcome()).failure();
    }

    Source source() {
      return ((Outcome.Answered) waiter.outcome()).source();
    }

    void leave() {
      waiter.leave();
    }
  }

  private Seat join(Call call) {
    AtomicInteger wakes = new AtomicInteger();
    Seat seat = new Seat(flights.join(call, script::fly, wakes::incrementAndGet), wakes);
    seats.add(seat);
    return seat;
  }

  private Seat stream(String id) {
    return join(Samples.call(id, key(1), true));
  }

  private Seat whole(String id) {
    return join(Samples.call(id, key(1), false));
  }

  @AfterEach
  void nothingIsLeftBehind() {
    seats.forEach(Seat::leave);
    time.advance(GRACE);
    while (script.waiting() > 0) {
      script.startCancelled();
    }
    assertThat(flights.remembered()).isZero();
  }

  // Sharing.

  @Test
  void equalCalls_shareOneFlight() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    pilot.begin("openai");
    pilot.append(piece("Hel"));
    Seat second = stream("b");
    Seat third = whole("c");
    pilot.append(piece("lo"));
    pilot.end(answered("Hello"));

    assertThat(script.waiting()).isZero();
    assertThat(first.read()).containsExactly("Hel", "lo");
    assertThat(second.read()).containsExactly("Hel", "lo");
    assertThat(third.read()).isEmpty();
    assertThat(first.waiter.led()).isTrue();
    assertThat(second.waiter.led()).isFalse();
    assertThat(third.waiter.led()).isFalse();
    assertThat(first.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(third.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(flights.inFlight()).isZero();
  }

  @Test
  void differentCalls_flyApart() {
    stream("a");
    join(Samples.call("b", key(2), true));

    assertThat(script.waiting()).isEqualTo(2);
    assertThat(flights.inFlight()).isEqualTo(2);
    script.start().end(answered("x"));
    script.start().end(answered("y"));
  }

  @Test
  void callsThatMayNotBeShared_flyApart() {
    join(Samples.call("a", key(1), null, Mode.BYPASS, true));
    join(Samples.call("b", key(1), null, Mode.BYPASS, true));
    join(Samples.call("c", key(1), null, Mode.REFRESH, true));
    stream("d");

    assertThat(script.waiting()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      script.start().end(answered("x"));
    }
  }

  @Test
  void joinerAfterTheLanding_startsAnew() {
    stream("a");
    script.start().end(answered("x"));

    stream("b");

    assertThat(script.waiting()).isEqualTo(1);
    script.start().end(answered("y"));
  }

  @Test
  void outcome_comesOnlyAfterTheLastPiece() {
    Seat seat = stream("a");
    Pilot pilot = script.start();
    pilot.append(piece("x"));
    pilot.end(answered("x"));

    assertThat(seat.waiter.outcome()).isNull();
    assertThat(seat.waiter.poll()).isEqualTo(piece("x"));
    assertThat(seat.waiter.poll()).isNull();
    assertThat(seat.waiter.outcome()).isInstanceOf(Outcome.Answered.class);
  }

  @Test
  void streamOnAFlightWithoutPieces_getsTheAnswerInPieces() {
    Seat first = whole("a");
    Pilot pilot = script.start();
    Seat second = stream("b");
    assertThat(second.read()).isEmpty();
    pilot.end(answered("Hello"));

    assertThat(second.waiter.outcome()).isNull();
    assertThat(second.read()).containsExactly("Hello");
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(second.waiter.begun())
        .isEqualTo(new Begun("openai", "gpt", Source.SOURCE_COALESCED));
    assertThat(first.waiter.begun()).isEqualTo(new Begun("openai", "gpt", Source.SOURCE_UPSTREAM));
  }

  @Test
  void follower_waitedNoLongerThanItWasThere() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    time.advance(Duration.ofSeconds(5));
    Call late =
        new Call(
            "b",
            Samples.call("b", key(1), true).caller(),
            Samples.call("b", key(1), true).prompt(),
            key(1),
            true,
            null,
            Samples.call("b", key(1), true).cacheUse(),
            Samples.call("b", key(1), true).routing(),
            Samples.call("b", key(1), true).priority(),
            "",
            true,
            time.now(),
            time.nanos(),
            Long.MAX_VALUE);
    Seat second = join(late);
    time.advance(Duration.ofSeconds(1));
    Outcome.Timing timing = new Outcome.Timing(null, Duration.ofSeconds(3), Duration.ofSeconds(3));
    pilot.end(
        new Outcome.Answered(
            Samples.answer("x"), Source.SOURCE_UPSTREAM, timing, List.of(), "entry"));
    first.read();
    second.read();

    Outcome.Answered paid = (Outcome.Answered) first.waiter.outcome();
    Outcome.Answered joined = (Outcome.Answered) second.waiter.outcome();
    assertThat(paid.timing()).isEqualTo(timing);
    assertThat(paid.ledgerEntryId()).isEqualTo("entry");
    assertThat(joined.timing())
        .isEqualTo(new Outcome.Timing(null, Duration.ZERO, Duration.ofSeconds(1)));
    assertThat(joined.ledgerEntryId()).isEmpty();
  }

  @Test
  void steps_areToldToEveryCallerFromItsOwnArrival() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    long begin = time.nanos();
    pilot.stepBegins(Step.Kind.ROUTE, "");
    time.advance(Duration.ofMillis(1));
    pilot.stepEnds(NONE);
    pilot.stepBegins(Step.Kind.ATTEMPT, "openai/gpt");
    time.advance(Duration.ofMillis(2));
    Seat second = join(Samples.arrivingAt(Samples.call("b", key(1), true), time.nanos()));
    time.advance(Duration.ofMillis(4));
    pilot.stepEnds(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED);
    pilot.stepBegins(Step.Kind.SETTLE, "");
    time.advance(Duration.ofMillis(8));
    pilot.end(answered("x"));
    first.read();
    second.read();

    List<Step> flown = first.waiter.outcome().steps();
    List<Step> joined = second.waiter.outcome().steps();
    assertThat(flown)
        .containsExactly(
            step(Step.Kind.ROUTE, begin, 0, 1, "", NONE),
            step(
                Step.Kind.ATTEMPT,
                begin,
                1,
                7,
                "openai/gpt",
                ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED),
            step(Step.Kind.SETTLE, begin, 7, 15, "", NONE));
    assertThat(joined)
        .containsExactly(
            flown.get(0),
            flown.get(1),
            step(Step.Kind.JOIN, begin, 3, 15, "a", NONE),
            flown.get(2));
  }

  @Test
  void callerThatLeaves_isToldTheStepsUnderWayUntilThen() {
    Seat seat = stream("a");
    Pilot pilot = script.start();
    long begin = time.nanos();
    pilot.stepBegins(Step.Kind.ATTEMPT, "openai/gpt");
    time.advance(Duration.ofMillis(5));

    assertThat(seat.waiter.steps())
        .containsExactly(step(Step.Kind.ATTEMPT, begin, 0, 5, "openai/gpt", NONE));
    pilot.end(answered("x"));
  }

  @Test
  void failedLeader_isToldItsStepsAndTheNextHasThemToo() {
    Seat first = whole("a");
    Seat second = whole("b");
    Pilot pilot = script.start();
    pilot.stepBegins(Step.Kind.ATTEMPT, "first try");
    pilot.endForLeader(failed(Samples.OVERLOADED));
    pilot.stepBegins(Step.Kind.ATTEMPT, "second try");
    pilot.end(answered("x"));

    assertThat(first.waiter.outcome().steps())
        .extracting(Step::detail)
        .containsExactly("first try");
    assertThat(second.waiter.outcome().steps())
        .extracting(Step::detail)
        .containsExactly("first try", "second try");
  }

  @Test
  void stepsWithoutEnd_areBounded() {
    Seat seat = whole("a");
    Pilot pilot = script.start();
    for (int i = 0; i < 2 * StepLog.MOST_STEPS; i++) {
      pilot.stepBegins(Step.Kind.QUEUE, "" + i);
    }
    pilot.end(answered("x"));

    assertThat(seat.waiter.outcome().steps()).hasSize(StepLog.MOST_STEPS);
  }

  private static Step step(
      Step.Kind kind, long begin, int fromMillis, int toMillis, String detail, ErrorReason why) {
    return new Step(
        kind,
        begin + Duration.ofMillis(fromMillis).toNanos(),
        begin + Duration.ofMillis(toMillis).toNanos(),
        detail,
        why);
  }

  @Test
  void whoAnswers_isToldWithTheFirstPiece() {
    Seat seat = stream("a");
    Pilot pilot = script.start();
    pilot.begin("first choice");
    assertThat(seat.waiter.begun()).isNull();
    pilot.begin("second choice");
    pilot.append(piece("x"));

    assertThat(seat.waiter.begun())
        .isEqualTo(new Begun("second choice", "model", Source.SOURCE_UPSTREAM));
    pilot.end(answered("x"));
  }

  // Waking.

  @Test
  void reader_isWokenOnceForWhatItHasNotSeen() {
    Seat seat = stream("a");
    Pilot pilot = script.start();
    assertThat(seat.read()).isEmpty();
    pilot.append(piece("1"));
    pilot.append(piece("2"));
    assertThat(seat.wakes).hasValue(1);
    assertThat(seat.read()).containsExactly("1", "2");
    pilot.append(piece("3"));
    assertThat(seat.wakes).hasValue(2);
    pilot.end(answered("123"));
    assertThat(seat.wakes).hasValue(3);
  }

  @Test
  void callerOfTheWhole_isWokenAtTheLandingAlone() {
    Seat seat = whole("a");
    Pilot pilot = script.start();
    pilot.append(piece("1"));
    pilot.append(piece("2"));
    assertThat(seat.wakes).hasValue(0);
    pilot.end(answered("12"));
    assertThat(seat.wakes).hasValue(1);
  }

  @Test
  void callerThatCannotBeWoken_keepsNobodyAsleep() {
    Waiter faulty =
        flights.join(
            Samples.call("a", key(1), false),
            script::fly,
            () -> {
              throw new IllegalStateException("no");
            });
    Seat sound = whole("b");
    script.start().end(answered("x"));

    assertThat(sound.wakes).hasValue(1);
    assertThat(faulty.outcome()).isNotNull();
    faulty.leave();
  }

  @Test
  void callerThatLeft_isNotWokenAtTheLanding() {
    Seat first = whole("a");
    Seat second = whole("b");
    Pilot pilot = script.start();
    second.leave();
    pilot.end(answered("x"));

    assertThat(first.wakes).hasValue(1);
    assertThat(second.wakes).hasValue(0);
  }

  // Leaders.

  @Test
  void leaderThatLeaves_handsOverToTheOldest() {
    Seat first = stream("a");
    Seat second = stream("b");
    Seat third = stream("c");
    Pilot pilot = script.start();
    Leader leader = pilot.leader();
    assertThat(leader.call().id()).isEqualTo("a");
    first.leave();
    assertThat(leader.call().id()).isEqualTo("b");
    third.leave();
    pilot.append(piece("x"));
    pilot.end(answered("x"));

    assertThat(second.read()).containsExactly("x");
    assertThat(second.waiter.led()).isTrue();
    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void payer_staysWhoWasBilled() {
    Seat first = stream("a");
    Seat second = stream("b");
    Pilot pilot = script.start();
    assertThat(pilot.leader().bill().id()).isEqualTo("a");
    first.leave();
    assertThat(pilot.leader().call().id()).isEqualTo("b");
    assertThat(pilot.leader().bill().id()).isEqualTo("a");
    pilot.end(answered("x"));
    second.read();

    assertThat(first.waiter.led()).isTrue();
    assertThat(second.waiter.led()).isFalse();
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void deadline_isTheLatestOfThoseWhoWait() {
    join(Samples.withDeadline(Samples.call("a", key(1), true), 100));
    Seat patient = join(Samples.withDeadline(Samples.call("b", key(1), true), 300));
    join(Samples.withDeadline(Samples.call("c", key(1), true), 200));
    Pilot pilot = script.start();

    assertThat(pilot.leader().deadlineNanos()).isEqualTo(300);
    patient.leave();
    assertThat(pilot.leader().deadlineNanos()).isEqualTo(200);
    pilot.end(answered("x"));
  }

  @Test
  void deadline_isComparedBySubtraction() {
    join(Samples.withDeadline(Samples.call("a", key(1), true), Long.MAX_VALUE - 1));
    join(Samples.withDeadline(Samples.call("b", key(1), true), Long.MIN_VALUE + 5));
    Pilot pilot = script.start();

    assertThat(pilot.leader().deadlineNanos()).isEqualTo(Long.MIN_VALUE + 5);
    pilot.end(answered("x"));
  }

  // Failures.

  @Test
  void failureBeforeTheFirstPiece_concernsTheLeaderAlone() {
    Seat first = stream("a");
    Seat second = whole("b");
    Pilot pilot = script.start();
    pilot.endForLeader(failed(Samples.OVERLOADED));

    assertThat(first.failure()).isEqualTo(Samples.OVERLOADED);
    assertThat(first.waiter.led()).isTrue();
    assertThat(first.wakes).hasValue(1);
    assertThat(second.waiter.outcome()).isNull();
    assertThat(pilot.leader().call().id()).isEqualTo("b");
    pilot.end(answered("x"));
    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void limitOrDeadlineOfTheLeader_concernsTheLeaderAlone() {
    Seat first = whole("a");
    Seat second = whole("b");
    Seat third = whole("c");
    Pilot pilot = script.start();
    pilot.endForLeader(failed(Samples.LIMITED));
    pilot.endForLeader(failed(new Failure.DeadlineExceeded(null)));
    pilot.end(answered("x"));

    assertThat(first.failure()).isEqualTo(Samples.LIMITED);
    assertThat(second.failure()).isEqualTo(new Failure.DeadlineExceeded(null));
    assertThat(third.source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void thirdLeaderThatFails_takesEverybodyAlong() {
    for (String id : List.of("a", "b", "c", "d", "e")) {
      whole(id);
    }
    Pilot pilot = script.start();
    pilot.endForLeader(failed(Samples.OVERLOADED));
    pilot.endForLeader(failed(Samples.OVERLOADED));
    pilot.end(failed(Samples.OVERLOADED));

    assertThat(seats).allSatisfy(seat -> assertThat(seat.failure()).isEqualTo(Samples.OVERLOADED));
    assertThat(seats).filteredOn(seat -> seat.waiter.led()).hasSize(3);
  }

  @Test
  void failureThatWouldHappenAgain_isEverybodys() {
    Seat first = whole("a");
    Seat second = whole("b");
    script.start().end(failed(Samples.MALFORMED));

    assertThat(first.failure()).isEqualTo(Samples.MALFORMED);
    assertThat(second.failure()).isEqualTo(Samples.MALFORMED);
  }

  @Test
  void failureAfterTheFirstPiece_isEverybodysAfterWhatCame() {
    Seat first = stream("a");
    Seat second = stream("b");
    Pilot pilot = script.start();
    pilot.append(piece("x"));
    pilot.end(failed(Samples.OVERLOADED));

    assertThat(second.waiter.outcome()).isNull();
    assertThat(second.read()).containsExactly("x");
    assertThat(second.failure()).isEqualTo(Samples.OVERLOADED);
    assertThat(first.read()).containsExactly("x");
    assertThat(first.failure()).isEqualTo(Samples.OVERLOADED);
  }

  @Test
  void faultOfTheTask_isAnInternalFailureOfAll() {
    Seat first = stream("a");
    Seat second = whole("b");
    script.start().crash(new IllegalStateException("planted by the test"));

    assertThat(first.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
    assertThat(first.failure().message()).contains("a").doesNotContain("planted");
    assertThat(second.failure()).isEqualTo(first.failure());
    assertThat(flights.inFlight()).isZero();
  }

  @Test
  void serverThatStopsItsThreads_tellsItIsDraining() {
    SingleFlight stopped =
        new SingleFlight(
            FlightSettings.DEFAULT,
            command -> {
              throw new RejectedExecutionException("stopped");
            },
            time.timer(),
            time);
    Waiter waiter = stopped.join(Samples.call("a", key(1), true), script::fly, () -> {});

    assertThat(((Outcome.Failed) waiter.outcome()).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_SERVER_DRAINING);
    assertThat(stopped.remembered()).isZero();
    assertThat(stopped.inFlight()).isZero();
  }

  // Leaving.

  @Test
  void lastCallerThatLeaves_cancelsAfterTheGrace() {
    Seat first = stream("a");
    Seat second = stream("b");
    Pilot pilot = script.start();
    pilot.append(piece("x"));
    first.leave();
    time.advance(GRACE.multipliedBy(5));
    second.leave();
    time.advance(GRACE.minusNanos(1));
    assertThat(pilot.ended()).isFalse();
    time.advance(Duration.ofNanos(1));

    pilot.awaitEnd();
    assertThat(flights.inFlight()).isZero();
    assertThat(flights.remembered()).isZero();
  }

  @Test
  void joinerInTheGrace_rescuesTheFlight() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    pilot.append(piece("x"));
    first.leave();
    time.advance(GRACE.minusNanos(1));
    Seat second = stream("b");
    time.advance(GRACE.multipliedBy(5));
    assertThat(pilot.leader().call().id()).isEqualTo("b");
    pilot.append(piece("y"));
    pilot.end(answered("xy"));

    assertThat(second.read()).containsExactly("x", "y");
    assertThat(second.waiter.led()).isTrue();
  }

  @Test
  void secondGrace_isAWholeOne() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    first.leave();
    time.advance(Duration.ofMillis(150));
    stream("b").leave();
    time.advance(Duration.ofMillis(150));
    assertThat(pilot.ended()).isFalse();
    time.advance(Duration.ofMillis(50));
    pilot.awaitEnd();
  }

  @Test
  void joinerAfterTheGrace_startsAnew() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    first.leave();
    time.advance(GRACE);
    Seat second = stream("b");

    assertThat(script.waiting()).isEqualTo(1);
    pilot.awaitEnd();
    script.start().end(answered("x"));
    assertThat(second.read()).containsExactly("x");
  }

  @Test
  void flightThatLandsInItsGrace_leavesNothing() {
    Seat first = stream("a");
    Pilot pilot = script.start();
    first.leave();
    pilot.end(answered("x"));
    assertThat(flights.remembered()).isZero();
    time.advance(GRACE);
  }

  @Test
  void flightCancelledBeforeItStarted_neverFlies() {
    stream("a").leave();
    time.advance(GRACE);

    script.startCancelled();
    assertThat(flights.inFlight()).isZero();
  }

  @Test
  void callNobodyCouldJoin_isCancelledAtOnce() {
    Seat seat = join(Samples.call("a", key(1), null, Mode.BYPASS, true));
    Pilot pilot = script.start();
    seat.leave();

    pilot.awaitEnd();
    assertThat(flights.inFlight()).isZero();
  }

  @Test
  void leavingTwice_isLeavingOnce() {
    Seat first = stream("a");
    Seat second = stream("b");
    Pilot pilot = script.start();
    first.leave();
    first.leave();
    time.advance(GRACE);
    pilot.end(answered("x"));

    assertThat(second.read()).containsExactly("x");
  }

  // Bounds.

  @Test
  void slowReader_failsAloneAndOthersGoOn() {
    flights = flights(new FlightSettings(1_000, 100, GRACE, 2));
    Seat slow = stream("a");
    Seat quick = stream("b");
    Seat whole = whole("c");
    Pilot pilot = script.start();
    int appended = 0;
    while (slow.waiter.outcome() == null) {
      pilot.append(piece("x"));
      appended++;
      assertThat(quick.read()).containsExactly("x");
    }
    pilot.end(answered("x".repeat(appended)));

    assertThat(appended * 1L * PieceLog.PIECE_OVERHEAD_BYTES).isBetween(900L, 1_500L);
    assertThat(slow.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_READER_TOO_SLOW);
    assertThat(slow.read()).isEmpty();
    assertThat(slow.wakes.get()).isPositive();
    assertThat(quick.waiter.outcome()).isInstanceOf(Outcome.Answered.class);
    assertThat(quick.waiter.led()).isTrue();
    assertThat(whole.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void onlyReaderBeingTooSlow_endsTheFlight() {
    flights = flights(new FlightSettings(1_000, 100, Duration.ofMillis(200), 2));
    Seat slow = stream("a");
    Pilot pilot = script.start();
    while (slow.waiter.outcome() == null) {
      pilot.append(piece("x"));
    }
    time.advance(GRACE);

    pilot.awaitEnd();
  }

  @Test
  void longLog_takesNoNewReaders() {
    flights = flights(new FlightSettings(1_000, 100, GRACE, 2));
    Seat first = stream("a");
    Pilot pilot = script.start();
    for (int i = 0; i < 10; i++) {
      pilot.append(piece("x"));
      first.read();
    }
    Seat second = stream("b");

    assertThat(script.waiting()).isEqualTo(1);
    script.start().end(answered("y"));
    pilot.end(answered("x".repeat(10)));
    assertThat(second.read()).containsExactly("y");
    assertThat(second.waiter.led()).isTrue();
    assertThat(first.waiter.led()).isTrue();
  }

  @Test
  void wholeAnswerInOneBurst_cutsNobodyOff() {
    flights = flights(new FlightSettings(1_000, 100, GRACE, 2));
    whole("a");
    Seat stream = stream("b");
    Pilot pilot = script.start();
    for (int i = 0; i < 50; i++) {
      pilot.append(piece("x"));
    }
    pilot.end(answered("x".repeat(50)));

    assertThat(stream.read()).hasSize(50);
    assertThat(stream.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void callerTooMany_isRefused() {
    flights = flights(new FlightSettings(1_000, 2, GRACE, 2));
    stream("a");
    Seat second = stream("b");
    Seat third = stream("c");

    assertThat(third.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED);
    assertThat(third.failure().retryAfter()).isPositive();
    assertThat(third.waiter.led()).isFalse();
    second.leave();
    Seat fourth = stream("d");
    assertThat(fourth.waiter.outcome()).isNull();
    script.start().end(answered("x"));
  }

  // Repeats.

  private Seat repeat(String id, CallKey body, Mode mode, boolean streamed) {
    return join(Samples.call(id, body, REPEAT, mode, streamed));
  }

  @Test
  void repeatInFlight_joinsWhateverTheMode() {
    for (Mode mode : List.of(Mode.BYPASS, Mode.REFRESH, Mode.USE)) {
      Seat first = repeat("a", key(1), mode, true);
      Pilot pilot = script.start();
      pilot.append(piece("x"));
      Seat second = repeat("b", key(1), mode, true);
      assertThat(script.waiting()).isZero();
      pilot.end(answered("x"));

      assertThat(first.read()).containsExactly("x");
      assertThat(second.read()).containsExactly("x");
      assertThat(second.waiter.led()).isFalse();
      first.leave();
      second.leave();
    }
  }

  @Test
  void repeatWithAnotherBody_isRefusedAtOnce() {
    Seat first = repeat("a", key(1), Mode.USE, true);
    Seat second = repeat("b", key(2), Mode.USE, true);

    assertThat(second.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    second.leave();
    script.start().end(answered("x"));
    assertThat(first.read()).containsExactly("x");
  }

  @Test
  void repeatByAFollower_isKnownToo() {
    stream("a");
    repeat("b", key(1), Mode.USE, false);
    Seat wrong = repeat("c", key(3), Mode.USE, false);

    assertThat(wrong.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    script.start().end(answered("x"));
  }

  @Test
  void repeatBetweenLandingAndLeaving_getsTheSameAnswer() {
    Seat first = repeat("a", key(1), Mode.BYPASS, false);
    script.start().end(answered("Hello"));
    Seat whole = repeat("b", key(1), Mode.BYPASS, false);
    Seat stream = repeat("c", key(1), Mode.BYPASS, true);

    assertThat(script.waiting()).isZero();
    assertThat(whole.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(stream.read()).containsExactly("Hello");
    assertThat(stream.source()).isEqualTo(Source.SOURCE_COALESCED);
    first.leave();
    whole.leave();
    assertThat(flights.remembered()).isEqualTo(1);
    stream.leave();
    assertThat(flights.remembered()).isZero();
  }

  @Test
  void repeatOfACallThatFailed_isMadeAgain() {
    Seat first = repeat("a", key(1), Mode.USE, false);
    script.start().end(failed(Samples.MALFORMED));
    Seat second = repeat("b", key(1), Mode.USE, false);
    Pilot again = script.start();
    first.leave();
    Seat third = repeat("c", key(1), Mode.USE, false);
    again.end(answered("x"));

    assertThat(second.waiter.led()).isTrue();
    assertThat(third.source()).isEqualTo(Source.SOURCE_COALESCED);
  }

  @Test
  void repeatInTheGrace_rescuesACallNobodyElseCouldJoin() {
    Seat first = repeat("a", key(1), Mode.BYPASS, true);
    Pilot pilot = script.start();
    pilot.append(piece("x"));
    first.leave();
    time.advance(GRACE.minusNanos(1));
    Seat second = repeat("b", key(1), Mode.BYPASS, true);
    time.advance(GRACE);
    pilot.end(answered("x"));

    assertThat(second.read()).containsExactly("x");
    assertThat(second.waiter.led()).isTrue();
  }

  @Test
  void repeatOnALongLog_getsAllAtTheLanding() {
    flights = flights(new FlightSettings(1_000, 100, GRACE, 2));
    Seat first = repeat("a", key(1), Mode.USE, true);
    Pilot pilot = script.start();
    for (int i = 0; i < 10; i++) {
      pilot.append(piece("x"));
      first.read();
    }
    Seat second = repeat("b", key(1), Mode.USE, true);
    assertThat(second.read()).isEmpty();
    pilot.end(answered("x".repeat(10)));

    assertThat(second.waiter.outcome()).isNull();
    assertThat(String.join("", second.read())).isEqualTo("x".repeat(10));
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    Seat afterwards = repeat("c", key(1), Mode.USE, true);
    assertThat(String.join("", afterwards.read())).isEqualTo("x".repeat(10));
  }

  // Repeats that must not begin a flight.

  private Seat rejoin(String id, CallKey body, CallKey repeatKey, boolean streamed) {
    AtomicInteger wakes = new AtomicInteger();
    Call call = Samples.call(id, body, repeatKey, Mode.USE, streamed);
    Waiter waiter = flights.rejoin(call, wakes::incrementAndGet);
    if (waiter == null) {
      return null;
    }
    Seat seat = new Seat(waiter, wakes);
    seats.add(seat);
    return seat;
  }

  @Test
  void rejoiningARequestIdNobodyUses_doesNothing() {
    stream("a");

    assertThat(rejoin("b", key(1), REPEAT, true)).isNull();
    assertThat(rejoin("c", key(1), null, true)).isNull();
    assertThat(flights.remembered()).isEqualTo(1);
    assertThat(flights.inFlight()).isEqualTo(1);
    Pilot pilot = script.start();
    assertThat(seats.getFirst().waiter.outcome()).isNull();
    pilot.end(answered("x"));
  }

  @Test
  void rejoiningACallInFlight_takesASeat() {
    Seat first = repeat("a", key(1), Mode.BYPASS, true);
    Pilot pilot = script.start();
    pilot.append(piece("Hel"));
    Seat second = rejoin("b", key(1), REPEAT, true);
    pilot.append(piece("lo"));
    pilot.end(answered("Hello"));

    assertThat(script.waiting()).isZero();
    assertThat(first.read()).containsExactly("Hel", "lo");
    assertThat(second.read()).containsExactly("Hel", "lo");
    assertThat(second.wakes.get()).isPositive();
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    assertThat(second.waiter.led()).isFalse();
  }

  @Test
  void rejoiningBetweenLandingAndLeaving_getsTheSameAnswer() {
    Seat first = repeat("a", key(1), Mode.BYPASS, false);
    script.start().end(answered("Hello"));
    Seat second = rejoin("b", key(1), REPEAT, true);
    first.leave();

    assertThat(second.read()).containsExactly("Hello");
    assertThat(second.source()).isEqualTo(Source.SOURCE_COALESCED);
    second.leave();
    assertThat(rejoin("c", key(1), REPEAT, true)).isNull();
  }

  @Test
  void rejoiningWithAnotherBody_isRefusedAtOnce() {
    repeat("a", key(1), Mode.USE, false);
    Seat wrong = rejoin("b", key(2), REPEAT, false);

    assertThat(wrong.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    assertThat(wrong.waiter.led()).isFalse();
    script.start().end(answered("x"));
  }

  @Test
  void rejoiningAFullFlight_isRefusedAtOnce() {
    flights = flights(new FlightSettings(1_000, 1, GRACE, 2));
    repeat("a", key(1), Mode.USE, false);
    Seat second = rejoin("b", key(1), REPEAT, false);

    assertThat(second.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED);
    script.start().end(answered("x"));
  }

  @Test
  void rejoiningACallThatFailed_doesNothing() {
    repeat("a", key(1), Mode.USE, false);
    script.start().end(failed(Samples.MALFORMED));

    assertThat(rejoin("b", key(1), REPEAT, false)).isNull();
  }

  @Test
  void rejoinedCallThatComesToLead_fliesByTheFlightsTask() {
    Seat first = repeat("a", key(1), Mode.BYPASS, false);
    Pilot pilot = script.start();
    Seat second = rejoin("b", key(1), REPEAT, false);
    pilot.endForLeader(failed(Samples.OVERLOADED));
    assertThat(first.failure()).isEqualTo(Samples.OVERLOADED);
    assertThat(pilot.leader().call().id()).isEqualTo("b");
    pilot.end(answered("x"));

    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(second.waiter.led()).isTrue();
  }

  @Test
  void rejoiningInTheGrace_rescuesTheFlight() {
    repeat("a", key(1), Mode.BYPASS, true).leave();
    time.advance(GRACE.minusNanos(1));
    Seat second = rejoin("b", key(1), REPEAT, true);
    time.advance(GRACE);
    script.start().end(answered("x"));

    assertThat(second.read()).containsExactly("x");
    assertThat(second.waiter.led()).isTrue();
  }

  @Test
  void requestIdsOfCallersThatLeft_doNotPile() {
    stream("a");
    Pilot pilot = script.start();
    for (int i = 0; i < 50; i++) {
      join(Samples.call("b" + i, key(1), key(1_000 + i), Mode.USE, true)).leave();
    }
    assertThat(flights.remembered()).isEqualTo(1);
    seats.getFirst().leave();
    for (int i = 0; i < 50; i++) {
      join(Samples.call("c" + i, key(1), key(2_000 + i), Mode.USE, true)).leave();
    }
    assertThat(flights.remembered()).isEqualTo(2);
    pilot.end(answered("x"));
    assertThat(flights.remembered()).isZero();
  }
}
