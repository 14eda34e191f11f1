package dev.admiral.optimizer.pipeline;

import static dev.admiral.optimizer.pipeline.FakeProvider.reply;
import static dev.admiral.optimizer.pipeline.PipelineWorld.OVERLOADED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.cache.Selector;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is remembered of a call, and who is told it: answers, failures, repeats. */
class RememberedTest {
  private static final Failure TOO_LONG =
      new Failure.Rejected(ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG, "too long");

  private final PipelineWorld world =
      new PipelineWorld(new PipelineSettings(1, Duration.ofMinutes(1), Duration.ofSeconds(2)));

  private Client with(CachePolicy.Mode mode) {
    Client client = world.ask("x").cache(mode).start();
    world.run();
    return client;
  }

  private Client repeatable(String text) {
    Client client = world.ask(text).repeatable("id").start();
    world.run();
    return client;
  }

  // Answers.

  @Test
  void answer_isInMemoryForTheNextCall() {
    world.call("x");
    Client second = world.ask("x").start();

    assertThat(second.source()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(world.tasks).isEmpty();
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void hitInMemory_asksNoLimit() {
    world.call("x");
    world.limiter.refuseAgentOnce();

    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_MEMORY);
  }

  @Test
  void hitInMemory_isGivenInPiecesToo() {
    world.red.answers("Hello");
    world.call("x");
    Client second = world.ask("x").streamed().start();

    assertThat(String.join("", second.pieces())).isEqualTo("Hello");
  }

  @Test
  void answer_isOnDiskAfterARestart() {
    world.call("x");
    world.restart();
    Client second = world.call("x");

    assertThat(second.source()).isEqualTo(Source.SOURCE_DISK);
    assertThat(second.answered().steps()).extracting(Step::kind).containsExactly(Step.Kind.DISK);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void answerFromDisk_isInMemoryFromThenOn() {
    world.call("x");
    world.restart();
    world.call("x");

    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_MEMORY);
  }

  @Test
  void answerOlderThanTheCallerTakes_isAskedForAnew() {
    world.call("x");
    world.time.advance(Duration.ofSeconds(30));
    Client second = world.ask("x").noOlderThan(Duration.ofSeconds(29)).start();
    world.run();

    assertThat(second.source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void callThatBypasses_neitherReadsNorLeavesAnything() {
    with(CachePolicy.Mode.MODE_BYPASS);
    world.call("x");
    with(CachePolicy.Mode.MODE_BYPASS);

    assertThat(world.asked).hasSize(3);
  }

  @Test
  void callThatRefreshes_asksAndTakesTheAnswersPlace() {
    world.red.answers("old").answers("new");
    world.call("x");

    assertThat(with(CachePolicy.Mode.MODE_REFRESH).text()).isEqualTo("new");
    assertThat(world.call("x").text()).isEqualTo("new");
    assertThat(world.asked).hasSize(2);
  }

  @Test
  void callForTheCacheOnly_asksNobody() {
    assertThat(with(CachePolicy.Mode.MODE_ONLY).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CACHE_MISS);
    assertThat(world.asked).isEmpty();
  }

  @Test
  void callForTheCacheOnly_findsWhatIsThere() {
    world.call("x");
    assertThat(with(CachePolicy.Mode.MODE_ONLY).source()).isEqualTo(Source.SOURCE_MEMORY);
    world.restart();
    assertThat(with(CachePolicy.Mode.MODE_ONLY).source()).isEqualTo(Source.SOURCE_DISK);
  }

  @Test
  void cutAnswer_isNotKept() {
    world.red.then((_, _) -> reply("half an ans", FinishReason.FINISH_REASON_LENGTH));
    world.call("x");

    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void invalidationWhileItIsMade_keepsTheAnswerOut() {
    world.red.then((_, _) -> {
      invalidateAll();
      return reply("stale");
    });

    assertThat(world.call("x").text()).isEqualTo("stale");
    assertThat(world.call("x").source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  private void invalidateAll() throws InterruptedException {
    try {
      world.cache.invalidate("acme", new Selector.All());
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  // Failures.

  @Test
  void failureThatWouldHappenAgain_isToldAtOnce() {
    world.red.fails(TOO_LONG);
    world.call("x");
    Client second = world.ask("x").start();

    assertThat(second.failure()).isEqualTo(TOO_LONG);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void failureThatMayPass_isNotRemembered() {
    world.red.fails(OVERLOADED);
    world.call("x");

    assertThat(world.call("x").text()).isEqualTo("red");
  }

  @Test
  void failureIsNotRemembered_ifAnotherCandidateWasMerelyDown() {
    world.red.fails(OVERLOADED);
    world.blue.fails(
        new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID, "not like this"));
    Client first = world.ask("x").orBlue().start();
    world.run();
    Client second = world.ask("x").orBlue().start();
    world.run();

    assertThat(first.failure().deterministic()).isTrue();
    assertThat(second.text()).isEqualTo("red");
  }

  // Repeats.

  @Test
  void repeat_getsTheFirstAnswerAndCostsNothing() {
    world.red.answers("first").answers("second");
    repeatable("x").answered();
    Client repeat = world.ask("x").repeatable("id").cache(CachePolicy.Mode.MODE_BYPASS).start();

    assertThat(repeat.text()).isEqualTo("first");
    assertThat(repeat.source()).isEqualTo(Source.SOURCE_REPEATED);
    assertThat(repeatable("x").source()).isEqualTo(Source.SOURCE_REPEATED);
    assertThat(world.ledgerStore.entries).hasSize(1);
  }

  @Test
  void repeatWithAnotherBody_isRefused() {
    repeatable("x");

    assertThat(repeatable("y").failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
  }

  @Test
  void repeat_isServedWhileDraining() {
    repeatable("x").answered();
    world.pipeline.drain();

    assertThat(repeatable("x").source()).isEqualTo(Source.SOURCE_REPEATED);
  }

  @Test
  void repeat_outlivesAnInvalidation() throws Exception {
    repeatable("x").answered();
    invalidateAll();

    assertThat(repeatable("x").source()).isEqualTo(Source.SOURCE_REPEATED);
  }

  @Test
  void repeatOfAHit_getsThatAnswer() throws Exception {
    world.call("x");
    repeatable("x").answered();
    invalidateAll();

    assertThat(repeatable("x").source()).isEqualTo(Source.SOURCE_REPEATED);
    assertThat(world.asked).containsExactly("red");
  }

  @Test
  void repeat_isFoundOnDiskAfterARestart() {
    repeatable("x").answered();
    world.restart();
    Client repeat = world.ask("x").repeatable("id").start();
    assertThat(repeat.ended()).isFalse();
    world.run();

    assertThat(repeat.source()).isEqualTo(Source.SOURCE_REPEATED);
    assertThat(repeat.answered().steps())
        .singleElement()
        .satisfies(step -> {
          assertThat(step.kind()).isEqualTo(Step.Kind.DISK);
          assertThat(step.detail()).isEqualTo("request_id");
        });
    assertThat(repeat.wakes).isPositive();
  }

  @Test
  void cutAnswer_isKeptForRepeatsAllTheSame() {
    world.red.then((_, _) -> reply("half an ans", FinishReason.FINISH_REASON_LENGTH));
    repeatable("x").answered();

    assertThat(repeatable("x").text()).isEqualTo("half an ans");
  }

  @Test
  void callThatFailed_mayBeMadeAgainWithItsRequestId() {
    world.red.fails(OVERLOADED);
    assertThat(repeatable("x").failure()).isEqualTo(OVERLOADED);

    assertThat(repeatable("x").text()).isEqualTo("red");
  }

  @Test
  void requestIds_areEachTenantsOwn() {
    repeatable("x").answered();
    Client other = world.ask("x").tenant("rival").repeatable("id").start();
    world.run();

    assertThat(other.source()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  // Vectors.

  @Test
  void vectors_areNeitherKeptNorJoined() {
    RunningVectors first = world.ask("x").startVectors("a", "bcd");
    RunningVectors second = world.ask("x").startVectors("a", "bcd");
    world.run();

    assertThat(world.asked).hasSize(2);
    assertThat(first.running().outcome()).isNotNull();
    assertThat(second.vectors()).extracting(vector -> vector.getValues(0)).containsExactly(1f, 3f);
    assertThat(world.ledgerStore.entries).hasSize(2);
  }
}
