package dev.admiral.optimizer.app;

import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.guardian.HealthBoard.Finding;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCheck;
import dev.admiral.optimizer.store.StoreHealth;
import dev.admiral.optimizer.v1.HealthState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Asks each kind of part how it is, in the words of the health board. */
final class Checks {
  /** One failure is weather; so many without a success between are an outage. */
  private static final int OUTAGE = 5;

  /**
   * How long an outage is believed without a new failure. Probes may keep callers away from a
   * server that does not serve, and then nobody would find out that the provider is back.
   */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

  /** How long it is told that an observer failed, after it did so last. */
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  private Checks() {}

  static Supplier<Finding> of(Provider provider, Time time) {
    return () -> {
      ProviderCheck check = provider.check();
      Instant at = check.at();
      if (at == null) {
        return Finding.serving("not asked yet");
      }
      Failure failure = check.failure();
      if (failure == null) {
        return Finding.serving("the last call succeeded");
      }
      boolean down = check.failuresInRow() >= OUTAGE && time.now().isBefore(at.plus(BELIEVED));
      return new Finding(
          down ? HealthState.HEALTH_STATE_NOT_SERVING : HealthState.HEALTH_STATE_DEGRADED,
          check.failuresInRow() + " calls in a row failed, the last with " + failure.reason());
    };
  }

  static Supplier<Finding> ofStore(Supplier<StoreHealth> store) {
    return () -> {
      StoreHealth health = store.get();
      return new Finding(health.state(), health.reason());
    };
  }

  static Supplier<Finding> of(Ledger ledger) {
    return () -> {
      Ledger.Health health = ledger.health();
      return new Finding(health.state(), health.reason());
    };
  }

  static Supplier<Finding> of(OutcomeLog outcomes) {
    return () ->
        outcomes
            .storeProblem()
            .map(problem ->
                new Finding(
                    HealthState.HEALTH_STATE_DEGRADED,
                    outcomes.waiting() + " reports are in memory only: " + problem))
            .orElseGet(() -> Finding.serving(""));
  }

  /**
   * Asks how those are who are told of the end of calls.
   *
   * @param troubles tells what each did wrong so far
   */
  static Supplier<Finding> ofObservers(Supplier<List<CallObserver.Trouble>> troubles, Time time) {
    return () -> {
      Instant since = time.now().minus(REMEMBERED);
      String failing =
          troubles.get().stream()
              .filter(trouble -> failedAfter(since, trouble))
              .map(CallObserver.Trouble::observer)
              .collect(Collectors.joining(", "));
      return failing.isEmpty()
          ? Finding.serving("")
          : new Finding(
              HealthState.HEALTH_STATE_DEGRADED,
              "these could not be told of some calls of the last minutes, the log says why: "
                  + failing);
    };
  }

  private static boolean failedAfter(Instant time, CallObserver.Trouble trouble) {
    Instant last = trouble.lastFailure();
    return last != null && last.isAfter(time);
  }

  static Supplier<Finding> of(ResponseCache cache) {
    return () -> {
      String trouble = cache.metrics().trouble();
      return trouble == null
          ? Finding.serving("")
          : new Finding(
              HealthState.HEALTH_STATE_DEGRADED, "answers are cached in memory only: " + trouble);
    };
  }
}
