package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.CallObserver.Trouble;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.guardian.HealthBoard.Finding;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderCheck;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.VectorReply;
import dev.admiral.optimizer.v1.HealthState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the last calls say of the health of providers, and of those who are told of calls. */
class ChecksTest {
  private static final Instant NOW = VirtualTime.START;
  private static final Failure FAILURE = new Failure.QuotaExhausted("no money");

  @Test
  void providerNeverAsked_serves() {
    assertThat(state(ProviderCheck.UNTRIED)).isEqualTo(HealthState.HEALTH_STATE_SERVING);
  }

  @ParameterizedTest
  @CsvSource({
    "1, HEALTH_STATE_DEGRADED",
    "4, HEALTH_STATE_DEGRADED",
    "5, HEALTH_STATE_NOT_SERVING",
    "50, HEALTH_STATE_NOT_SERVING"
  })
  void failuresInARow_degradeAndThenStopServing(int count, HealthState state) {
    assertThat(state(new ProviderCheck(count, FAILURE, NOW))).isEqualTo(state);
  }

  @Test
  void outageThatNobodySawForLong_isDoubted() {
    Instant longAgo = NOW.minus(Duration.ofMinutes(1));

    assertThat(state(new ProviderCheck(50, FAILURE, longAgo)))
        .isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
  }

  // Those who are told of the end of calls.

  @Test
  void observersThatNeverFailed_serve() {
    assertThat(observers(null).state()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
    assertThat(observers(null).reason()).isEmpty();
  }

  @Test
  void observerThatFailedOfLate_degradesAndIsNamed() {
    Finding finding = observers(NOW.minus(Duration.ofMinutes(5)).plusNanos(1));

    assertThat(finding.state()).isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
    assertThat(finding.reason()).contains("journal").doesNotContain("statistics");
  }

  @Test
  void observerThatFailedLongAgo_isForgiven() {
    assertThat(observers(NOW.minus(Duration.ofMinutes(5))).state())
        .isEqualTo(HealthState.HEALTH_STATE_SERVING);
  }

  private static Finding observers(@Nullable Instant journalFailed) {
    List<Trouble> troubles =
        List.of(
            new Trouble("statistics", 0, 7, null),
            new Trouble("journal", journalFailed == null ? 0 : 1, 0, journalFailed));
    return Checks.ofObservers(() -> troubles, new VirtualTime()).get();
  }

  private static HealthState state(ProviderCheck check) {
    return Checks.of(new Known(check), new VirtualTime()).get().state();
  }

  private record Known(ProviderCheck check) implements Provider {
    @Override
    public String name() {
      return "known";
    }

    @Override
    public Reply complete(ProviderCall call, ReplySink sink) {
      throw new UnsupportedOperationException();
    }

    @Override
    public VectorReply embed(VectorCall call) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long countTokens(ProviderCall call) {
      throw new UnsupportedOperationException();
    }
  }
}
