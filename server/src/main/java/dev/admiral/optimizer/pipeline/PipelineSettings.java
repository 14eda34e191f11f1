package dev.admiral.optimizer.pipeline;

import java.time.Duration;

/**
 * Bounds of the pipeline.
 *
 * @param triesPerModel most tries of one model for one call, at least 1
 * @param maxWait longest wait a provider may ask for before another try of its last candidate; a
 *     longer one ends the call
 * @param maxWaitBeforeFailOver longest wait a provider may ask for while another candidate is left;
 *     a longer one means that candidate
 */
public record PipelineSettings(
    int triesPerModel, Duration maxWait, Duration maxWaitBeforeFailOver) {
  /** One retry, after at most a minute, or two seconds if another candidate is left. */
  public static final PipelineSettings DEFAULTS =
      new PipelineSettings(2, Duration.ofMinutes(1), Duration.ofSeconds(2));
}
