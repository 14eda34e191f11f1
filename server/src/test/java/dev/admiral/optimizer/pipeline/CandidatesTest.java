package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.learning.FailureQuery;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who is asked, in which order, and who is passed over. */
class CandidatesTest {
  private static final Failure KEY_REJECTED =
      new Failure.AccessDenied(ErrorReason.ERROR_REASON_PROVIDER_KEY_INVALID, "no such key");
  private static final Failure MALFORMED =
      new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID, "not like this");
  private static final Failure TOO_LONG =
      new Failure.Rejected(ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG, "too long");

  private final PipelineWorld world = new PipelineWorld(new PipelineSettings(1, sec(60), sec(2)));

  private static Duration sec(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private Client ofThree() {
    Client client = world.ask("x").ofThree().start();
    world.run();
    return client;
  }

  @Test
  void oneCandidate_isAskedOnceAndAnswers() {
    Client client = world.call("x");

    assertThat(client.text()).isEqualTo("red");
    assertThat(client.source()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(world.asked).containsExactly("red");
    assertThat(client.answered().attempts()).hasSize(1);
  }

  @Test
  void modelAsked_isTheVendorsOwnName() {
    world.ask("x").model("blue/some-model").start();
    world.run();

    assertThat(world.blue.asked.getFirst().model()).isEqualTo("some-model");
  }

  @Test
  void candidates_areAskedInOrderUntilOneAnswers() {
    world.red.fails(OVERLOADED);
    world.blue.fails(OVERLOADED);
    Client client = ofThree();

    assertThat(world.asked).containsExactly("red", "blue", "green");
    assertThat(client.text()).isEqualTo("green");
    assertThat(client.answered().attempts())
        .extracting(Attempt::provider)
        .containsExactly("red", "blue", "green");
  }

  @Test
  void firstThatAnswers_endsTheSearch() {
    assertThat(ofThree().text()).isEqualTo("red");
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void callThatNoCandidateCanBeTold_isTheCallsOwnFault() {
    world.red.fails(new Failure.Inexpressible("prompt.sampling.top_k", "no such setting"));
    world.blue.fails(new Failure.Inexpressible("prompt.sampling.seed", "no such setting"));
    world.green.fails(new Failure.Inexpressible("prompt.sampling.seed", "no such setting"));
    Failure failure = ofThree().failure();

    assertThat(failure.reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID);
    assertThat(failure.metadata()).containsEntry("field", "prompt.sampling.top_k");
    assertThat(failure.message()).contains("red", "blue", "green");
  }

  @Test
  void callThatOneCandidateMightTakeLater_waitsForIt() {
    world.red.fails(new Failure.Inexpressible("prompt.sampling.top_k", "no such setting"));
    world.blue.fails(OVERLOADED);
    world.green.fails(OVERLOADED);

    assertThat(ofThree().failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_NO_PROVIDER_AVAILABLE);
  }

  @Test
  void callRejectedAsMalformed_isShownToNobodyElse() {
    world.red.fails(MALFORMED);

    assertThat(ofThree().failure()).isEqualTo(MALFORMED);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void callTooLongForOne_mayFitAnother() {
    world.red.fails(TOO_LONG);

    assertThat(ofThree().text()).isEqualTo("blue");
  }

  @Test
  void rejectedKey_failsOver() {
    world.red.fails(KEY_REJECTED);

    assertThat(ofThree().text()).isEqualTo("blue");
    assertThat(world.asked).containsExactly("red", "blue");
  }

  @Test
  void spentQuota_failsOver() {
    world.red.fails(new Failure.QuotaExhausted("no money left"));

    assertThat(ofThree().text()).isEqualTo("blue");
  }

  @Test
  void failureOfTheOnlyCandidate_speaksForItself() {
    world.red.fails(OVERLOADED);

    assertThat(world.call("x").failure()).isEqualTo(OVERLOADED);
  }

  @Test
  void nobodyServes_namesEachAndTheShortestWait() {
    world.red.fails(new Failure.Overloaded("red is busy", sec(9)));
    world.blue.fails(new Failure.Overloaded("blue is busy", sec(5)));
    world.green.fails(KEY_REJECTED);
    Failure failure = ofThree().failure();

    assertThat(failure.reason()).isEqualTo(ErrorReason.ERROR_REASON_NO_PROVIDER_AVAILABLE);
    assertThat(failure.message())
        .contains("red/m: red is busy", "blue/m: blue is busy", "green/m: no such key");
    assertThat(failure.retryAfter()).isEqualTo(sec(5));
  }

  @Test
  void whatIsSaidOfThemAll_isBounded() {
    world.red.fails(new Failure.Overloaded("x".repeat(5_000), null));
    world.blue.fails(OVERLOADED);
    world.green.fails(OVERLOADED);

    assertThat(ofThree().failure().message()).hasSizeLessThan(1_100).endsWith("...");
  }

  @Test
  void unknownModel_asksNobody() {
    Client client = world.ask("x").model("no-such-model").start();
    world.run();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_MODEL_UNKNOWN);
    assertThat(world.asked).isEmpty();
    assertThat(world.ledgerStore.entries).isEmpty();
  }

  @Test
  void vendorWithoutAProvider_isAFaultOfOursThatHoldsNothing() {
    Client client = world.ask("x").model("ghost/m").start();
    world.run();

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
    assertThat(world.limiter.ofProviders).hasToString("[cancelled]");
  }

  @Test
  void faultInsideAProvider_isAnInternalFailureThatHoldsNothing() {
    world.red.then((_, _) -> {
      throw new IllegalStateException("content that must not be told");
    });
    Client client = world.call("x");

    assertThat(client.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
    assertThat(client.failure().message()).doesNotContain("content");
    assertThat(world.limiter.ofProviders).hasToString("[cancelled]");
  }

  @Test
  void everyFailedTry_isToldToWatchersAndLessons() throws Exception {
    world.red.fails(OVERLOADED);
    ofThree();

    assertThat(world.events.published)
        .filteredOn(event -> event instanceof Event.AttemptFailed)
        .hasSize(1);
    assertThat(
            world
                .lessons
                .query(
                    new FailureQuery("acme", "", "", ErrorReason.ERROR_REASON_UNSPECIFIED, 10, ""))
                .failures())
        .hasSize(1);
  }

  // Health.

  private void breakRed() {
    world.red.fails(OVERLOADED).fails(OVERLOADED);
    world.call("breaks");
    world.call("breaks again");
    world.asked.clear();
  }

  @Test
  void openBreaker_isPassedOver() {
    breakRed();

    assertThat(ofThree().text()).isEqualTo("blue");
    assertThat(world.asked).containsExactly("blue");
  }

  @Test
  void openBreakerOfTheOnlyCandidate_failsWithTheWait() {
    breakRed();
    world.time.advance(sec(4));
    Failure failure = world.call("x").failure();

    assertThat(failure.reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED);
    assertThat(failure.retryAfter()).isEqualTo(sec(6));
    assertThat(world.asked).isEmpty();
  }

  @Test
  void modelWhoseCircuitWasOpenForItsTime_isTriedAndComesBack() {
    breakRed();
    world.time.advance(sec(11));

    assertThat(world.call("x").text()).isEqualTo("red");
    assertThat(world.health.find("red", "m").orElseThrow().state())
        .isEqualTo(ModelHealth.State.CLOSED);
  }

  @Test
  void probeThatTheLimiterRefuses_leavesTheProbeToTheNextCall() {
    breakRed();
    world.time.advance(sec(11));
    world.limiter.refuseProviderOnce();
    world.call("refused");

    assertThat(world.health.tryAcquire(new Candidate("red", "m", false))).isPresent();
  }

  @Test
  void rejectedCall_isNoIllHealth() {
    for (int i = 0; i < 4; i++) {
      world.red.fails(TOO_LONG);
      world.call("call " + i);
    }

    assertThat(world.health.available("red", "m")).isTrue();
  }

  // Limits of providers.

  @Test
  void refusedByAProvidersLimit_theNextCandidateIsAsked() {
    world.limiter.refuseProviderOnce();
    Client client = ofThree();

    assertThat(client.text()).isEqualTo("blue");
    assertThat(client.answered().attempts()).hasSize(1);
  }

  @Test
  void refusedByTheOnlyProvidersLimit_failsWithThatLimit() {
    world.limiter.refuseProviderOnce();

    assertThat(world.call("x").failure()).isEqualTo(FakeLimiter.USED_UP);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void demandOnALimit_namesWhoAsksWhom() {
    world.call("x");

    assertThat(world.limiter.demands)
        .singleElement()
        .satisfies(demand -> {
          assertThat(demand.caller().agent()).isEqualTo("ada");
          assertThat(demand.provider()).isEqualTo("red");
          assertThat(demand.model()).isEqualTo("m");
          assertThat(demand.inputTokens()).isPositive();
        });
  }
}
