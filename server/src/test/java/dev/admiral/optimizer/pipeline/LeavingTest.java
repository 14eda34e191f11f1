package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.FakeProvider.reply;
import static dev.admiral.optimizer.pipeline.PipelineWorld.GRACE;
import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.front.CallEnd;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a call whose caller leaves, at each of its steps. */
class LeavingTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final PipelineWorld world = new PipelineWorld();

  @AfterEach
  void nobodyIsLeftBehind() {
    world.time.advance(GRACE);
    world.run();
    assertThat(world.flights.inFlight()).isZero();
    assertThat(Thread.interrupted()).isFalse();
  }

  private static void wasLeft(Client client) {
    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_CANCELLED);
  }

  private void leaveIn(Client client, Duration wait) {
    var _ = world.time.timer().schedule(client::leave, wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What a vendor's client does when its thread is interrupted. */
  private FakeProvider.Script hanging(Usage billable) {
    return (_, _) -> {
      try {
        world.time.sleep(LONG);
        return reply("too late");
      } catch (InterruptedException e) {
        throw new ProviderException(
            new Failure.Refused(ErrorReason.ERROR_REASON_CALL_CANCELLED, "interrupted"),
            billable,
            "",
            200);
      }
    };
  }

  @Test
  void beforeTheFlightBegins_nobodyIsAsked() {
    Client client = world.ask("x").start();
    client.leave();
    world.time.advance(GRACE);
    world.run();

    wasLeft(client);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void callNobodyElseCouldJoin_isCancelledAtOnce() {
    Client client = world.ask("x").cache(CachePolicy.Mode.MODE_BYPASS).start();
    client.leave();
    world.run();

    wasLeft(client);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void whileAProviderIsAsked_itIsInterruptedAfterTheGrace() {
    world.red.then(hanging(null));
    Client client = world.ask("x").start();
    long begin = world.time.nanos();
    leaveIn(client, Duration.ofSeconds(2));
    world.run();

    wasLeft(client);
    assertThat(Duration.ofNanos(world.time.nanos() - begin))
        .isEqualTo(Duration.ofSeconds(2).plus(GRACE));
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void tryThatWasInterrupted_isNoFailureOfTheModel() {
    world.red.then(hanging(null)).then(hanging(null));
    for (String text : new String[] {"one", "other"}) {
      Client client = world.ask(text).start();
      leaveIn(client, Duration.ofSeconds(1));
      world.run();
    }

    assertThat(world.health.available("red", "m")).isTrue();
    assertThat(world.events.published)
        .filteredOn(event -> event instanceof Event.AttemptFailed)
        .isEmpty();
  }

  @Test
  void tryThatWasInterrupted_isEnteredIfItMayBeBilled() {
    world.red.then(hanging(Usage.estimated(7, 3)));
    Client client = world.ask("x").start();
    leaveIn(client, Duration.ofSeconds(1));
    world.run();

    assertThat(world.ledgerStore.entries)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.usage()).isEqualTo(Usage.estimated(7, 3));
          assertThat(entry.estimated()).isTrue();
        });
    assertThat(world.limiter.ofProviders).hasToString("[settled 7+3]");
  }

  @Test
  void whoLeftWhileAskingAProvider_hasUsedItsPlace() {
    world.red.then(hanging(null));
    Client client = world.ask("x").start();
    leaveIn(client, Duration.ofSeconds(1));
    world.run();

    assertThat(world.limiter.ofAgents).hasToString("[settled 0+0]");
  }

  @Test
  void inThePauseBeforeAnotherTry_thereIsNoOther() {
    world.red.fails(new Failure.RateLimited("wait", Duration.ofSeconds(10), false));
    Client client = world.ask("x").start();
    leaveIn(client, Duration.ofSeconds(1));
    world.run();

    wasLeft(client);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void whileWaitingForALimit_nobodyIsAsked() {
    world.limiter.waits(() -> world.time.sleep(LONG));
    Client client = world.ask("x").start();
    leaveIn(client, Duration.ofSeconds(1));
    world.run();

    wasLeft(client);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void whileWaitingForALimit_theProbeIsGivenBack() {
    world.red.fails(OVERLOADED).fails(OVERLOADED);
    world.call("breaks");
    world.time.advance(Duration.ofSeconds(11));
    world.limiter.waits(() -> world.time.sleep(LONG));
    Client client = world.ask("x").start();
    leaveIn(client, Duration.ofSeconds(1));
    world.run();

    assertThat(world.health.tryAcquire(new Candidate("red", "m", false))).isPresent();
  }

  @Test
  void answerThatCameAllTheSame_isPaidForAndKept() {
    Client[] client = new Client[1];
    world.red.then((_, _) -> {
      client[0].leave();
      world.time.advance(GRACE);
      return reply("in vain");
    });
    client[0] = world.ask("x").start();
    world.run();

    wasLeft(client[0]);
    assertThat(world.ledgerStore.entries).hasSize(1);
    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_MEMORY);
  }

  @Test
  void whileTheDiskIsAskedForARepeat_noFlightBegins() {
    world.ask("first").repeatable("id").start();
    world.run();
    world.restart();
    world.asked.clear();
    Client client = world.ask("first").repeatable("id").start();
    client.leave();
    world.run();

    wasLeft(client);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void whileTheDiskHasNoRepeat_noFlightBeginsEither() {
    world.ask("first").repeatable("id").start();
    world.run();
    world.restart();
    // The note's time is over, but its row is still there.
    world.time.advance(Duration.ofHours(25));
    world.asked.clear();
    Client client = world.ask("first").repeatable("id").start();
    client.leave();
    world.run();

    wasLeft(client);
    assertThat(world.asked).isEmpty();
    assertThat(world.flights.inFlight()).isZero();
  }

  @Test
  void followerStays_theFlightGoesOn() {
    Client[] leader = new Client[1];
    world.red.then((_, _) -> {
      leader[0].leave();
      world.time.sleep(LONG);
      return reply("for the other");
    });
    leader[0] = world.ask("x").start();
    Client follower = world.ask("x").agent("bob").start();
    world.run();

    wasLeft(leader[0]);
    assertThat(follower.text()).isEqualTo("for the other");
  }

  @Test
  void joinerWithinTheGrace_rescuesTheFlight() {
    Client[] clients = new Client[2];
    world.red.then((_, _) -> {
      clients[0].leave();
      world.time.sleep(GRACE.dividedBy(2));
      clients[1] = world.ask("x").agent("bob").start();
      world.time.sleep(LONG);
      return reply("rescued");
    });
    clients[0] = world.ask("x").start();
    world.run();

    assertThat(clients[1].text()).isEqualTo("rescued");
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void leavingTwice_isLeavingOnce() {
    Client client = world.ask("x").start();
    client.leave();
    int wakes = client.wakes;
    client.leave();

    assertThat(client.wakes).isEqualTo(wakes);
    assertThat(world.finished).hasSize(1);
  }

  @Test
  void leavingAfterTheEnd_changesNothing() {
    Client client = world.call("x");
    assertThat(client.text()).isEqualTo("red");
    client.leave();

    assertThat(client.text()).isEqualTo("red");
    assertThat(world.finished).hasSize(1);
  }

  @Test
  void leaving_wakesTheCaller() {
    Client client = world.ask("x").start();
    int before = client.wakes;
    client.leave();

    assertThat(client.wakes).isGreaterThan(before);
    assertThat(client.ended()).isTrue();
  }

  @Test
  void oneThatCannotBeWoken_keepsNoOtherFromItsEnd() {
    Client first = world.ask("x").start();
    Client second = world.ask("y").start();
    first.onWake =
        () -> {
          throw new IllegalStateException("the caller is gone");
        };
    CallEnd.leave(List.of(first.running, second.running), CallEnd.LATE);

    assertThat(first.failure()).isEqualTo(CallEnd.LATE);
    assertThat(second.failure()).isEqualTo(CallEnd.LATE);
  }
}
