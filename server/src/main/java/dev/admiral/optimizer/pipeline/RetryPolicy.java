package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.routing.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether, and after which wait, a model that failed is tried again. Thread-safe. */
final class RetryPolicy {
  private final Live<PipelineSettings> settings;
  private final Backoff backoff;

  RetryPolicy(Live<PipelineSettings> settings, Backoff backoff) {
    this.settings = settings;
    this.backoff = backoff;
  }

  /**
   * Returns the wait before another try of the same model, or null if the next candidate, or giving
   * up, is the better way.
   *
   * @param failure of the last try
   * @param tryNumber which try of the model that was, from 1
   * @param another true if another candidate is left
   * @param left time left until the deadline
   */
  @Nullable Duration pause(Failure failure, int tryNumber, boolean another, Duration left) {
    PipelineSettings now = settings.get();
    if (!failure.retryable() || tryNumber >= now.triesPerModel()) {
      return null;
    }
    Duration asked = failure.retryAfter();
    Duration bound = another ? now.maxWaitBeforeFailOver() : now.maxWait();
    return asked != null && asked.compareTo(bound) > 0
        ? null
        : backoff.delay(tryNumber - 1, asked, left).orElse(null);
  }
}
