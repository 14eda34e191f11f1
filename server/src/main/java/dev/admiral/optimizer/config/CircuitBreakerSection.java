package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.routing.ModelHealth.Settings.DEFAULT;

import dev.admiral.optimizer.routing.ModelHealth;
import java.time.Duration;

/** Reads when a model's circuit opens, and for how long. */
final class CircuitBreakerSection {
  private CircuitBreakerSection() {}

  static ModelHealth.Settings read(Section section) throws ConfigException {
    int window = section.live().number("window_size", DEFAULT.latestTries(), 1, 10_000);
    int minimum = section.live().number("minimum_calls", DEFAULT.leastTries(), 1, 10_000);
    int rate = section.live().number("failure_rate_percent", DEFAULT.failedPercent(), 1, 100);
    Duration open = section.live().duration("open_duration", DEFAULT.openDuration(), "1ms", "1h");
    Duration most =
        section.live().duration("max_open_duration", DEFAULT.maxOpenDuration(), "1ms", "24h");
    if (minimum > window) {
      throw section.wrong(
          "minimum_calls",
          "circuit_breaker.minimum_calls must not be above circuit_breaker.window_size");
    }
    if (most.compareTo(open) < 0) {
      throw section.wrong(
          "max_open_duration",
          "circuit_breaker.max_open_duration must not be below circuit_breaker.open_duration");
    }
    return new ModelHealth.Settings(
        window,
        minimum,
        rate,
        open,
        most,
        section.number("max_models", DEFAULT.maxModels(), 1, 1_000_000));
  }
}
