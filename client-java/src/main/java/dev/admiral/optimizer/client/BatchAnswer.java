package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.BatchResult;
import dev.admiral.optimizer.v1.CompleteResponse;
import java.util.Optional;

/** What came of one prompt of a batch: an answer or a failure. Immutable. */
public final class BatchAnswer {
  private final Optional<CompleteResponse> response;
  private final Optional<AdmiralException> failure;

  BatchAnswer(BatchResult result) {
    response = result.hasFailure() ? Optional.empty() : Optional.of(result.getResponse());
    failure =
        result.hasFailure() ? Optional.of(Failures.of(result.getFailure())) : Optional.empty();
  }

  /**
   * Returns the answer.
   *
   * @throws AdmiralException if there is none
   */
  public CompleteResponse get() {
    return response.orElseThrow(() -> failure.map(MessageQueue::here).orElseThrow());
  }

  /** Returns the answer; empty if the prompt failed. */
  public Optional<CompleteResponse> response() {
    return response;
  }

  /** Returns why there is no answer, without how long to wait; empty if there is one. */
  public Optional<AdmiralException> failure() {
    return failure;
  }
}
