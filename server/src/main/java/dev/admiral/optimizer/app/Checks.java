package dev.admiral.optimizer.app;

import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.guardian.HealthBoard.Finding;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCheck;
import dev.admiral.optimizer.store.SqliteDatabase;
import dev.admiral.optimizer.v1.HealthState;
import java.util.function.Supplier;

/** Asks each kind of part how it is, in the words of the health board. */
final class Checks {
  private Checks() {}

  static Supplier<Finding> of(Provider provider) {
    return () -> {
      ProviderCheck check = provider.check();
      if (check.failure() == null) {
        return Finding.serving(check.at() == null ? "not asked yet" : "the last call succeeded");
      }
      return new Finding(
          check.healthy() ? HealthState.HEALTH_STATE_SERVING : HealthState.HEALTH_STATE_NOT_SERVING,
          "the last call failed: " + check.failure().reason());
    };
  }

  static Supplier<Finding> of(SqliteDatabase database) {
    return () -> {
      SqliteDatabase.Health health = database.check();
      return new Finding(health.state(), health.reason());
    };
  }

  static Supplier<Finding> of(Ledger ledger) {
    return () -> {
      Ledger.Health health = ledger.health();
      return new Finding(health.state(), health.reason());
    };
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
