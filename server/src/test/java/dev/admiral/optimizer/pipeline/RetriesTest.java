package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.FakeProvider.piece;
import static dev.admiral.optimizer.pipeline.FakeProvider.reply;
import static dev.admiral.optimizer.pipeline.PipelineWorld.BACKOFF;
import static dev.admiral.optimizer.pipeline.PipelineWorld.DEADLINE;
import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a model is tried again, after which wait, and how the deadline bounds it all. */
class RetriesTest {
  private final PipelineWorld world = new PipelineWorld();
  private final long start = world.time.nanos();

  /** When red and blue were asked, since the start. */
  private final List<Duration> at = new ArrayList<>();

  private static Failure limited(Duration wait) {
    return new Failure.RateLimited("too many requests", wait, false);
  }

  private static Duration sec(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private FakeProvider.Script noting(FakeProvider.Script script) {
    return (call, sink) -> {
      at.add(Duration.ofNanos(world.time.nanos() - start));
      return script.play(call, sink);
    };
  }

  private FakeProvider.Script failing(Failure failure) {
    return noting((_, _) -> {
      throw FakeProvider.broken(failure);
    });
  }

  private FakeProvider.Script answering() {
    return noting((_, _) -> reply("fine"));
  }

  private Client orBlue() {
    Client client = world.ask("x").orBlue().start();
    world.run();
    return client;
  }

  @Test
  void retryableFailure_isTriedAgainAfterTheBackoff() {
    world.red.then(failing(OVERLOADED)).then(answering());

    assertThat(world.call("x").text()).isEqualTo("fine");
    assertThat(at).containsExactly(Duration.ZERO, BACKOFF);
  }

  @Test
  void modelIsTried_noMoreOftenThanConfigured() {
    world.red.fails(OVERLOADED).fails(OVERLOADED);

    assertThat(world.call("x").failure()).isEqualTo(OVERLOADED);
    assertThat(world.asked).containsExactly("red", "red");
  }

  @Test
  void afterTheLastTryOfAModel_theNextOneIsAskedAtOnce() {
    world.red.then(failing(OVERLOADED)).then(failing(OVERLOADED));
    world.blue.then(answering());

    assertThat(orBlue().text()).isEqualTo("fine");
    assertThat(at).containsExactly(Duration.ZERO, BACKOFF, BACKOFF);
  }

  @Test
  void waitsGrow_withEachTryOfAModel() {
    PipelineWorld patient = new PipelineWorld(new PipelineSettings(4, sec(60), sec(2)));
    patient.red.fails(OVERLOADED).fails(OVERLOADED).answers("fine");
    long begin = patient.time.nanos();
    patient.ask("x").start();
    patient.run();

    // The breaker judges from the second try on.
    assertThat(patient.asked).containsExactly("red", "red");
    assertThat(Duration.ofNanos(patient.time.nanos() - begin)).isEqualTo(BACKOFF.multipliedBy(3));
  }

  @Test
  void waitTheVendorAsksFor_isKept() {
    world.red.then(failing(limited(sec(3)))).then(answering());

    assertThat(world.call("x").text()).isEqualTo("fine");
    assertThat(at).containsExactly(Duration.ZERO, sec(3));
  }

  @Test
  void waitBeyondTheBound_endsTheCall() {
    world.red.fails(limited(Duration.ofSeconds(61)));
    Client client = world.ask("x").within(Duration.ofMinutes(10)).start();
    world.run();

    assertThat(client.failure()).isEqualTo(limited(Duration.ofSeconds(61)));
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void longWait_meansTheNextCandidateIfThereIsOne() {
    world.red.then(failing(limited(sec(3))));
    world.blue.then(answering());

    assertThat(orBlue().text()).isEqualTo("fine");
    assertThat(world.asked).containsExactly("red", "blue");
    assertThat(at).containsExactly(Duration.ZERO, Duration.ZERO);
  }

  @Test
  void shortWait_isWaitedThoughThereIsAnotherCandidate() {
    world.red.then(failing(limited(sec(1)))).then(answering());

    assertThat(orBlue().text()).isEqualTo("fine");
    assertThat(world.asked).containsExactly("red", "red");
    assertThat(at).containsExactly(Duration.ZERO, sec(1));
  }

  @Test
  void limitThatLastsLong_isNotTriedAgain() {
    world.red.fails(new Failure.RateLimited("a day's limit", null, true));

    assertThat(orBlue().text()).isEqualTo("blue");
    assertThat(world.asked).containsExactly("red", "blue");
  }

  @Test
  void onceAPieceWasShown_nothingIsTriedAgain() {
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      throw FakeProvider.broken(OVERLOADED);
    });
    Client client = world.ask("x").orBlue().streamed().start();
    world.run();

    assertThat(client.pieces()).containsExactly("Hel");
    assertThat(client.failure()).isEqualTo(OVERLOADED);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void pieceOfAnEarlierCall_doesNotKeepTheNextFromBeingTriedAgain() {
    world.red.then((_, sink) -> {
      sink.accept(piece("Hel"));
      return reply("Hel");
    });
    world.ask("first").model("red/other").streamed().start();
    world.run();
    world.red.fails(OVERLOADED).answers("fine");

    assertThat(world.call("second").text()).isEqualTo("fine");
  }

  // A model that hangs.

  /** Silent for as long as it may be. */
  private FakeProvider.Script hanging() {
    return noting((call, _) -> {
      world.time.sleep(call.patience());
      throw FakeProvider.broken(new Failure.Silent("gave no answer in time", false));
    });
  }

  @Test
  void modelThatHangs_leavesTheNextOneAPartOfTheDeadline() {
    world.red.then(hanging());
    world.blue.then(answering());

    assertThat(orBlue().text()).isEqualTo("fine");
    assertThat(world.asked).containsExactly("red", "blue");
    assertThat(at).containsExactly(Duration.ZERO, DEADLINE.multipliedBy(3).dividedBy(4));
  }

  /** Its flight ends with its callers, of whom the last may have more time than the first. */
  @Test
  void lastModel_isNotBoundByTheFirstCallersDeadline() {
    assertThat(world.call("x").text()).isEqualTo("red");
    assertThat(world.red.asked.getFirst().patience()).isEqualTo(ProviderCall.UNBOUNDED);
  }

  /** It may have thought all the while, and would be paid for that twice. */
  @Test
  void silence_isNotTriedAgainAtTheSameModel() {
    world.red.fails(new Failure.Silent("gave no answer in time", true));

    assertThat(world.call("x").failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT);
    assertThat(world.asked).containsExactly("red");
  }

  /** Nothing was billed for a 408 or a 504. */
  @Test
  void timeoutThatTheVendorTells_isTriedAgain() {
    world
        .red
        .fails(new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT, "answered 504", null))
        .answers("fine");

    assertThat(world.call("x").text()).isEqualTo("fine");
  }

  /** What one call could not wait for says nothing of the model. */
  @Test
  void silenceCutShortByTheCall_doesNotOpenTheCircuit() {
    for (int i = 0; i < 20; i++) {
      world.red.fails(new Failure.Silent("gave no answer in time", false));
    }
    for (int i = 0; i < 20; i++) {
      world.call("x" + i);
    }

    assertThat(world.call("y").text()).isEqualTo("red");
  }

  // One deadline over everything.

  @Test
  void deadlinePassedBeforeTheFirstTry_asksNobody() {
    Client client = world.ask("x").within(sec(1)).start();
    world.time.advance(sec(2));
    world.run();

    assertThat(client.failure()).isEqualTo(new Failure.DeadlineExceeded(null));
    assertThat(world.asked).isEmpty();
  }

  @Test
  void deadlinePassedWhileATryFailed_tellsWhatFailed() {
    world.red.then((_, _) -> {
      world.time.sleep(sec(61));
      throw FakeProvider.broken(
          new Failure.AccessDenied(ErrorReason.ERROR_REASON_PROVIDER_KEY_INVALID, "no such key"));
    });
    Client client = orBlue();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED);
    assertThat(client.failure().message()).contains("no such key");
    assertThat(client.failed().attempts()).hasSize(1);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void waitThatEndsAfterTheDeadline_isNotBegun() {
    world.red.then(failing(limited(sec(5))));
    Client client = world.ask("x").within(sec(4)).start();
    world.run();

    assertThat(client.failure()).isEqualTo(limited(sec(5)));
    assertThat(world.time.nanos() - start).isZero();
  }

  @Test
  void waitForALimit_countsAgainstTheDeadline() {
    world.limiter.waits(() -> world.time.sleep(sec(61)));
    world.red.fails(OVERLOADED);
    Client client = world.call("x");

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void limiterIsTold_whenTheCallerStopsWaiting() {
    long deadline = world.time.nanos() + sec(7).toNanos();
    world.ask("x").within(sec(7)).start();
    world.run();

    assertThat(world.limiter.demands.getFirst().deadlineNanos()).isEqualTo(deadline);
  }

  // Where the time went.

  @Test
  void timing_tellsWaitsAndTriesApart() {
    world.limiter.waits(() -> world.time.sleep(sec(2)));
    world
        .red
        .then((_, _) -> {
          world.time.sleep(sec(3));
          throw FakeProvider.broken(OVERLOADED);
        })
        .then((_, _) -> {
          world.time.sleep(sec(4));
          return reply("fine");
        });
    Client client = world.call("x");

    assertThat(client.answered().timing().queued()).isEqualTo(sec(4).plus(BACKOFF));
    assertThat(client.answered().timing().upstream()).isEqualTo(sec(7));
    assertThat(client.answered().answer().took()).isEqualTo(sec(4));
  }

  @Test
  void steps_areThoseOfTheFlightInOrder() {
    world.red.fails(OVERLOADED).answers("fine");
    Client client = world.call("x");

    assertThat(client.answered().steps())
        .extracting(Step::kind)
        .containsExactly(
            Step.Kind.DISK,
            Step.Kind.ROUTE,
            Step.Kind.QUEUE,
            Step.Kind.ATTEMPT,
            Step.Kind.QUEUE,
            Step.Kind.QUEUE,
            Step.Kind.ATTEMPT,
            Step.Kind.SETTLE);
    assertThat(client.answered().steps().get(3).failure())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED);
  }

  @Test
  void firstPiece_isMeasuredFromTheBeginningOfItsTry() {
    world
        .red
        .fails(OVERLOADED)
        .then((_, sink) -> {
          world.time.sleep(sec(2));
          sink.accept(piece("a"));
          world.time.sleep(sec(1));
          return reply("a");
        });
    Client client = world.ask("x").streamed().start();
    world.run();

    assertThat(client.answered().attempts().getLast().firstToken()).isEqualTo(sec(2));
    assertThat(client.answered().attempts().getLast().duration()).isEqualTo(sec(3));
  }
}
