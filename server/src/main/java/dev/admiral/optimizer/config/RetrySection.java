package dev.admiral.optimizer.config;

import dev.admiral.optimizer.pipeline.PipelineSettings;
import dev.admiral.optimizer.routing.Backoff;
import java.time.Duration;

/** Reads how often a call is tried, and after what waits. */
final class RetrySection {
  private RetrySection() {}

  static Config.Retry read(Section section) throws ConfigException {
    PipelineSettings attempts = PipelineSettings.DEFAULTS;
    Backoff.Settings backoff = Backoff.Settings.DEFAULT;
    PipelineSettings policy =
        new PipelineSettings(
            section.number("max_attempts", attempts.triesPerModel(), 1, 100),
            section.duration("max_retry_after", attempts.maxWait(), "0s", "1h"),
            section.duration(
                "max_retry_after_before_failover", attempts.maxWaitBeforeFailOver(), "0s", "1h"));
    Duration first = section.duration("initial_backoff", backoff.first(), "1ms", "1m");
    Duration most = section.duration("max_backoff", backoff.most(), "1ms", "1h");
    if (most.compareTo(first) < 0) {
      throw section.wrong(
          "max_backoff", "retry.max_backoff must not be below retry.initial_backoff");
    }
    return new Config.Retry(policy, new Backoff.Settings(first, most));
  }
}
