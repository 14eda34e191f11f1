package dev.admiral.optimizer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.CallObserver.Trouble;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.pipeline.PipelineWorld.Client;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Those who are told of the end of a call: one that throws, blocks or is slow robs no other. */
class CallObserversTest {
  private static final String CONTENT = "content that must not be told";

  private final Logger logger = (Logger) LoggerFactory.getLogger(CallObservers.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }

  /** An observer that does as the test says. */
  private static final class Scripted implements CallObserver {
    Consumer<FinishedCall> script = _ -> {};

    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public void finished(FinishedCall call) {
      script.accept(call);
    }
  }

  private final Scripted scripted = new Scripted();
  private final PipelineWorld world = new PipelineWorld(scripted);

  private Trouble trouble() {
    return world.pipeline.observerTroubles().getFirst();
  }

  private void hit() {
    world.call("x").answered();
  }

  private void takes(Duration time) {
    scripted.script = _ -> world.time.advance(time);
  }

  @Test
  void observers_areToldInTheirOrder() {
    assertThat(world.pipeline.observerTroubles())
        .extracting(Trouble::observer)
        .containsExactly(
            "scripted", "statistics", "fleet", "savings", "repeats", "events", "journal", "test");
  }

  @Test
  void oneThatThrows_robsNeitherTheOthersNorTheCaller() {
    scripted.script =
        _ -> {
          throw new IllegalStateException(CONTENT);
        };
    Client client = world.call("x");

    assertThat(client.text()).isEqualTo("red");
    assertThat(world.finished).hasSize(1);
    assertThat(world.statistics.counts("acme").calls()).isEqualTo(1);
    assertThat(world.events.published)
        .filteredOn(event -> event instanceof Event.CallFinished)
        .hasSize(1);
    assertThat(world.journal.find("acme", client.running.call().id())).isPresent();
  }

  @Test
  void oneThatThrows_isCounted() {
    scripted.script =
        _ -> {
          throw new IllegalStateException(CONTENT);
        };
    hit();
    hit();

    assertThat(trouble()).isEqualTo(new Trouble("scripted", 2, 0, world.time.now()));
    assertThat(world.pipeline.observerTroubles().subList(1, 8))
        .allSatisfy(other -> assertThat(other.failures()).isZero());
  }

  @Test
  void errorOfTheCode_isCountedToo() {
    scripted.script =
        _ -> {
          throw new StackOverflowError();
        };
    hit();

    assertThat(trouble().failures()).isEqualTo(1);
    assertThat(world.finished).hasSize(1);
  }

  @Test
  void oneThatThrows_isNamedInTheLogWithoutContentAndSeldom() {
    scripted.script =
        _ -> {
          throw new IllegalStateException(CONTENT);
        };
    hit();
    hit();
    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.getFirst().getFormattedMessage()).contains("scripted");
    assertThat(lines.list.getFirst().getThrowableProxy().getMessage()).doesNotContain(CONTENT);

    world.time.advance(CallObservers.LOG_INTERVAL);
    hit();
    assertThat(lines.list).hasSize(2);
    assertThat(lines.list.getLast().getFormattedMessage()).contains("3 such calls");
  }

  @Test
  void slowOne_isFoundAndNamedWithTheNextCall() {
    takes(CallObservers.SLOW);
    hit();
    assertThat(trouble().slow()).isZero();
    hit();

    assertThat(trouble().slow()).isEqualTo(1);
    assertThat(world.pipeline.observerTroubles().subList(1, 8))
        .allSatisfy(other -> assertThat(other.slow()).isZero());
    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.getFirst().getFormattedMessage()).contains("scripted", "20 ms");
  }

  @Test
  void quickOnes_areNeverNamed() {
    takes(CallObservers.SLOW.minusNanos(1));
    hit();
    hit();
    hit();

    assertThat(trouble()).isEqualTo(new Trouble("scripted", 0, 0, null));
    assertThat(lines.list).isEmpty();
  }

  @Test
  void oneThatBecameQuickAgain_isLeftInPeace() {
    takes(CallObservers.SLOW);
    hit();
    hit();
    takes(Duration.ZERO);
    hit();
    takes(CallObservers.SLOW);
    hit();

    assertThat(trouble().slow()).isEqualTo(1);
  }

  @Test
  void oneThatBlocksForLong_isNamedAndTheOthersAreStillTold() {
    takes(Duration.ofMinutes(1));
    hit();
    hit();
    hit();

    assertThat(trouble().slow()).isEqualTo(2);
    assertThat(world.finished).hasSize(3);
    assertThat(lines.list).hasSize(2);
  }

  @Test
  void timeOfTheObservers_isNotTheCalls() {
    takes(Duration.ofSeconds(5));
    hit();

    assertThat(world.finished.getFirst().total()).isEqualTo(Duration.ZERO);
  }

  @Test
  void permitIsSettled_beforeAnybodyIsTold() {
    scripted.script = _ -> assertThat(world.limiter.ofAgents).hasToString("[settled 10+20]");
    hit();

    assertThat(trouble().failures()).isZero();
  }

  @Test
  void callerWhoLeaves_holdsNothingWhileTheyAreTold() {
    boolean[] held = {true};
    Client[] client = new Client[1];
    scripted.script = _ -> held[0] = Thread.holdsLock(client[0].running);
    client[0] = world.ask("x").start();
    client[0].leave();

    assertThat(held[0]).isFalse();
  }

  @Test
  void finishedCall_tellsWhatWasSaved() {
    world.red.then((_, _) -> {
      world.time.sleep(Duration.ofSeconds(2));
      return FakeProvider.reply("slow");
    });
    hit();
    hit();

    assertThat(world.finished)
        .extracting(FinishedCall::savedTime)
        .containsExactly(Duration.ZERO, Duration.ofSeconds(2));
  }

  @Test
  void failedCall_isToldOfLikeAnyOther() {
    world.pipeline.drain();
    world.ask("x").start();

    assertThat(world.finished).hasSize(1);
    assertThat(world.events.published)
        .singleElement()
        .isInstanceOfSatisfying(
            Event.CallFinished.class,
            event ->
                assertThat(event.failure()).isEqualTo(ErrorReason.ERROR_REASON_SERVER_DRAINING));
  }
}
