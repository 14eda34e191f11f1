package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.LiveValue;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.routing.ModelHealth.ModelState;
import dev.admiral.optimizer.routing.ModelHealth.Settings;
import dev.admiral.optimizer.routing.ModelHealth.State;
import dev.admiral.optimizer.routing.ModelHealth.Try;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a model's circuit opens, is half open and closes again. */
class ModelHealthTest {
  private static final Candidate MODEL = new Candidate("openai", "gpt-4o", true);
  private static final Candidate OTHER = new Candidate("openai", "o3", true);
  private static final Duration TOTAL = Duration.ofSeconds(2);
  private static final Failure BROKEN =
      new Failure.Broken(ErrorReason.ERROR_REASON_PROVIDER_FAILED, "500", null);
  private static final Failure LIMITED = new Failure.RateLimited("429", null, false);

  private final VirtualTime time = new VirtualTime();
  private final List<String> changes = new ArrayList<>();
  private final LiveValue<Settings> settings = new LiveValue<>(Settings.DEFAULT);
  private final ModelHealth health =
      new ModelHealth(settings, time, (provider, model, state) -> changes.add(model + " " + state));

  @Test
  void tryAcquire_newModel_works() {
    assertThat(health.available("openai", "gpt-4o")).isTrue();
    assertThat(health.tryAcquire(MODEL)).isPresent();
    assertThat(health.openFor(MODEL)).isEmpty();
  }

  @Test
  void find_modelNeverTried_isEmpty() {
    assertThat(health.find("openai", "gpt-4o")).isEmpty();
  }

  @Test
  void find_modelLeftAlone_tellsTriesFailuresAndForHowLong() {
    begin(MODEL).succeeded(null, TOTAL);
    fail(MODEL, 2);
    assertThat(health.find("openai", "gpt-4o"))
        .hasValueSatisfying(state -> {
          assertThat(state.state()).isEqualTo(ModelHealth.State.CLOSED);
          assertThat(state.tries()).isEqualTo(3);
          assertThat(state.failedTries()).isEqualTo(2);
          assertThat(state.openFor()).isNull();
        });

    fail(MODEL, 2);
    time.advance(Duration.ofSeconds(4));

    assertThat(health.find("openai", "gpt-4o"))
        .hasValueSatisfying(state -> {
          assertThat(state.state()).isEqualTo(ModelHealth.State.OPEN);
          assertThat(state.tries()).isEqualTo(5);
          assertThat(state.failedTries()).isEqualTo(4);
          assertThat(state.openFor()).isEqualTo(Duration.ofSeconds(6));
        });
  }

  @Test
  void tryAcquire_fourFailures_stillWorks() {
    fail(MODEL, 4);

    assertThat(health.tryAcquire(MODEL)).isPresent();
    assertThat(changes).isEmpty();
  }

  @Test
  void tryAcquire_fiveFailures_leavesTheModelAloneAndNoOther() {
    fail(MODEL, 5);

    assertThat(health.tryAcquire(MODEL)).isEmpty();
    assertThat(health.available("openai", "gpt-4o")).isFalse();
    assertThat(health.openFor(MODEL)).contains(Duration.ofSeconds(10));
    assertThat(health.tryAcquire(OTHER)).isPresent();
    assertThat(changes).containsExactly("gpt-4o OPEN");
  }

  @Test
  void tryAcquire_halfOfTheLatestTriesFailed_leavesTheModelAlone() {
    for (int i = 0; i < 20; i++) {
      begin(MODEL).succeeded(null, TOTAL);
    }
    fail(MODEL, 9);
    assertThat(health.available("openai", "gpt-4o")).isTrue();

    fail(MODEL, 1);

    assertThat(health.available("openai", "gpt-4o")).isFalse();
  }

  @Test
  void failed_ofTheCallRatherThanTheModel_isNotIllHealth() {
    for (int i = 0; i < 100; i++) {
      begin(MODEL).failed(LIMITED, TOTAL);
      begin(MODEL)
          .failed(
              new Failure.Rejected(ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG, "too long"), TOTAL);
    }

    assertThat(health.available("openai", "gpt-4o")).isTrue();
  }

  @Test
  void tryAcquire_afterTheWait_admitsOneTry() {
    fail(MODEL, 5);
    time.advance(Duration.ofSeconds(10).plusMillis(1));

    Optional<Try> attempt = health.tryAcquire(MODEL);

    assertThat(attempt).isPresent();
    assertThat(health.tryAcquire(MODEL)).isEmpty();
    assertThat(health.available("openai", "gpt-4o")).isTrue();
    assertThat(changes).containsExactly("gpt-4o OPEN", "gpt-4o HALF_OPEN");
  }

  @Test
  void probe_succeeded_bringsTheModelBack() {
    fail(MODEL, 5);
    time.advance(Duration.ofSeconds(11));

    begin(MODEL).succeeded(null, TOTAL);

    assertThat(changes).containsExactly("gpt-4o OPEN", "gpt-4o HALF_OPEN", "gpt-4o CLOSED");
    fail(MODEL, 4);
    assertThat(health.tryAcquire(MODEL)).isPresent();
  }

  @Test
  void probe_failedAgainAndAgain_doublesTheWaitUpToItsBound() {
    fail(MODEL, 5);
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Duration wait = health.openFor(MODEL).orElseThrow();
      waits.add(wait);
      time.advance(wait.minusMillis(1));
      assertThat(health.tryAcquire(MODEL)).isEmpty();
      time.advance(Duration.ofMillis(2));
      fail(MODEL, 1);
    }

    assertThat(waits.stream().map(Duration::toSeconds))
        .containsExactly(10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
  }

  @Test
  void halfOpenTry_ignored_letsTheNextCallTry() {
    fail(MODEL, 5);
    time.advance(Duration.ofSeconds(11));

    begin(MODEL).ignored();
    begin(MODEL).failed(LIMITED, TOTAL);

    assertThat(health.tryAcquire(MODEL)).isPresent();
    assertThat(changes).containsExactly("gpt-4o OPEN", "gpt-4o HALF_OPEN");
  }

  @Test
  void tryBegunBeforeTheModelWasLeftAlone_endingDuringTheProbe_saysNothing() {
    Try old = begin(MODEL);
    Try older = begin(MODEL);
    Try oldest = begin(MODEL);
    fail(MODEL, 5);
    time.advance(Duration.ofSeconds(11));
    Try attempt = begin(MODEL);

    old.succeeded(null, TOTAL);
    older.failed(BROKEN, TOTAL);
    oldest.ignored();

    assertThat(changes).containsExactly("gpt-4o OPEN", "gpt-4o HALF_OPEN");
    assertThat(health.tryAcquire(MODEL)).isEmpty();
    attempt.succeeded(null, TOTAL);
    assertThat(changes).endsWith("gpt-4o CLOSED");
  }

  @Test
  void try_endedTwice_countsOnce() {
    for (int i = 0; i < 4; i++) {
      Try failing = begin(MODEL);
      failing.failed(BROKEN, TOTAL);
      failing.failed(BROKEN, TOTAL);
      failing.ignored();
    }

    assertThat(health.available("openai", "gpt-4o")).isTrue();
  }

  @Test
  void firstToken_streamedAnswers_isTheirMovingAverage() {
    assertThat(health.firstToken(MODEL)).isEmpty();
    begin(MODEL).succeeded(Duration.ofMillis(800), TOTAL);
    assertThat(health.firstToken(MODEL)).contains(Duration.ofMillis(800));

    begin(MODEL).succeeded(null, TOTAL);
    begin(MODEL).succeeded(Duration.ofMillis(1_600), TOTAL);
    assertThat(health.firstToken(MODEL)).contains(Duration.ofMillis(900));

    for (int i = 0; i < 100; i++) {
      begin(MODEL).succeeded(Duration.ofMillis(100), TOTAL);
    }
    assertThat(health.firstToken(MODEL).orElseThrow())
        .isBetween(Duration.ofMillis(100), Duration.ofMillis(101));
  }

  @Test
  void snapshot_isInOrderOfName() {
    begin(new Candidate("openai", "z", false)).ignored();
    begin(new Candidate("anthropic", "b", false)).ignored();
    time.advance(Duration.ofSeconds(7));
    fail(MODEL, 5);

    assertThat(health.snapshot())
        .extracting(ModelState::provider, ModelState::model, ModelState::state)
        .containsExactly(
            tuple("anthropic", "b", State.CLOSED),
            tuple("openai", "gpt-4o", State.OPEN),
            tuple("openai", "z", State.CLOSED));
    assertThat(health.snapshot().get(1).since()).isEqualTo(VirtualTime.START.plusSeconds(7));
    assertThat(health.snapshot().get(1).failedPercent()).isEqualTo(100);
  }

  @Test
  void tryAcquire_moreModelsThanRemembered_staysWithinTheBound() {
    Settings few = new Settings(20, 5, 50, Duration.ofSeconds(1), Duration.ofSeconds(1), 10);
    ModelHealth bounded = new ModelHealth(Live.of(few), time, (provider, model, state) -> {});

    for (int i = 0; i < 10_000; i++) {
      assertThat(bounded.tryAcquire(new Candidate("openai", "made-up-" + i, false))).isPresent();
    }

    assertThat(bounded.snapshot()).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void rulesOfJudging_changedWhileItWorks_judgeItAnew() {
    fail(MODEL, 4);

    settings.set(judging(3, 3, 100, Duration.ofSeconds(10)));
    fail(MODEL, 2);
    assertThat(health.available("openai", "gpt-4o")).isTrue();

    fail(MODEL, 1);
    assertThat(health.available("openai", "gpt-4o")).isFalse();
  }

  @Test
  void rulesOfJudging_changedWhileLeftAlone_leaveItAloneStill() {
    fail(MODEL, 5);
    assertThat(health.available("openai", "gpt-4o")).isFalse();

    settings.set(judging(1_000, 1_000, 100, Duration.ofSeconds(10)));
    assertThat(health.tryAcquire(MODEL)).isEmpty();

    time.advance(Duration.ofSeconds(11));
    begin(MODEL).succeeded(null, TOTAL);
    fail(MODEL, 20);
    assertThat(health.available("openai", "gpt-4o")).isTrue();
  }

  @Test
  void timeLeftAlone_changed_holdsFromTheNextTimeOn() {
    fail(MODEL, 2);
    settings.set(judging(20, 5, 50, Duration.ofSeconds(3)));

    fail(MODEL, 3);

    // The failures before the change count still: the rules of judging are the same.
    assertThat(health.openFor(MODEL)).contains(Duration.ofSeconds(3));
  }

  private static Settings judging(int latest, int least, int percent, Duration openDuration) {
    return new Settings(latest, least, percent, openDuration, Duration.ofMinutes(5), 1_000);
  }

  @Test
  void settings_outOfRange_refusedByName() {
    Duration second = Duration.ofSeconds(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(5, 6, 50, second, second, 1))
        .withMessage("leastTries must be 1 to latestTries, not 6");
  }

  private void fail(Candidate candidate, int times) {
    for (int i = 0; i < times; i++) {
      begin(candidate).failed(BROKEN, TOTAL);
    }
  }

  private Try begin(Candidate candidate) {
    return health.tryAcquire(candidate).orElseThrow();
  }
}
