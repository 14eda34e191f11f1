package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.FailurePage;
import dev.admiral.optimizer.learning.FailureQuery;
import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.learning.OutcomeQuery;
import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.OutcomeSummary;

/** What was learnt of a tenant's calls. Thread-safe. */
public final class LearningReport {
  private final FailureLog failures;
  private final OutcomeLog outcomes;

  public LearningReport(FailureLog failures, OutcomeLog outcomes) {
    this.failures = failures;
    this.outcomes = outcomes;
  }

  /**
   * Returns the failures that a tenant's calls have met, and what was reported of their answers.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public LearningQueryResponse learned(String tenant, LearningQueryRequest request)
      throws CallException {
    FailurePage page =
        failures.query(
            new FailureQuery(
                tenant,
                request.getProvider(),
                request.getModel(),
                request.getReason(),
                request.getPageSize(),
                request.getPageToken()));
    LearningQueryResponse.Builder response =
        LearningQueryResponse.newBuilder().setNextPageToken(page.nextPageToken());
    page.failures().forEach(failure -> response.addFailures(failure(failure)));
    if (request.getPageToken().isEmpty()
        && request.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
      outcomes
          .query(new OutcomeQuery(tenant, request.getProvider(), request.getModel()))
          .forEach(outcome -> response.addOutcomes(outcome(outcome)));
    }
    return response.build();
  }

  private static OutcomeSummary outcome(OutcomeRecord outcome) {
    OutcomeSummary.Builder summary =
        OutcomeSummary.newBuilder()
            .setProvider(outcome.key().provider())
            .setModel(outcome.key().model())
            .setTaskType(outcome.key().taskType())
            .setGoodCount(outcome.good())
            .setBadCount(outcome.bad())
            .setScoreCount(outcome.scores())
            .setAgentCount(outcome.agents().size())
            .setFirstTime(Protos.timestamp(outcome.first()))
            .setLastTime(Protos.timestamp(outcome.last()));
    outcome.meanScore().ifPresent(summary::setMeanScore);
    return summary.build();
  }

  private static FailureSummary failure(FailureRecord failure) {
    return FailureSummary.newBuilder()
        .setProvider(failure.key().provider())
        .setModel(failure.key().model())
        .setReason(failure.key().reason())
        .setCount(failure.count())
        .setAgentCount(failure.agents().size())
        .setFirstTime(Protos.timestamp(failure.first()))
        .setLastTime(Protos.timestamp(failure.last()))
        .setHttpStatus(failure.httpStatus())
        .build();
  }
}
