package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.learning.OutcomeQuery;
import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.v1.FailurePage;
import dev.admiral.optimizer.v1.FailureQuery;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.FeedbackPage;
import dev.admiral.optimizer.v1.FeedbackQuery;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;

/** What was learnt of a tenant's calls. Thread-safe. */
public final class LearningReport {
  private final FailureLog failures;
  private final OutcomeLog outcomes;

  public LearningReport(FailureLog failures, OutcomeLog outcomes) {
    this.failures = failures;
    this.outcomes = outcomes;
  }

  /**
   * Answers one query of what was learnt of a tenant's calls.
   *
   * @throws CallException if the request has no query, or the page's size or token is not a legal
   *     one
   */
  public LearningQueryResponse learned(String tenant, LearningQueryRequest request)
      throws CallException {
    return switch (request.getQueryCase()) {
      case FAILURES ->
          LearningQueryResponse.newBuilder()
              .setFailures(failures(tenant, request.getFailures()))
              .build();
      case FEEDBACK ->
          LearningQueryResponse.newBuilder()
              .setFeedback(feedback(tenant, request.getFeedback()))
              .build();
      case QUERY_NOT_SET ->
          throw new CallException(
              Failure.Invalid.of("query", "is not set; set failures or feedback"));
    };
  }

  private FailurePage failures(String tenant, FailureQuery query) throws CallException {
    dev.admiral.optimizer.learning.FailurePage page =
        failures.query(
            new dev.admiral.optimizer.learning.FailureQuery(
                tenant,
                query.getProvider(),
                query.getModel(),
                query.getReason(),
                query.getPageSize(),
                query.getPageToken()));
    FailurePage.Builder response = FailurePage.newBuilder().setNextPageToken(page.nextPageToken());
    page.failures().forEach(failure -> response.addFailures(failure(failure)));
    return response.build();
  }

  private FeedbackPage feedback(String tenant, FeedbackQuery query) throws CallException {
    Paging.Slice slice = Paging.slice(query.getPageSize(), query.getPageToken());
    Paging.Page<OutcomeRecord> page =
        slice.of(outcomes.query(new OutcomeQuery(tenant, query.getProvider(), query.getModel())));
    FeedbackPage.Builder response = FeedbackPage.newBuilder().setNextPageToken(page.nextToken());
    page.items().forEach(outcome -> response.addFeedback(outcome(outcome)));
    return response.build();
  }

  private static FeedbackSummary outcome(OutcomeRecord outcome) {
    FeedbackSummary.Builder summary =
        FeedbackSummary.newBuilder()
            .setProvider(outcome.key().provider())
            .setModel(outcome.key().model())
            .setTaskType(outcome.key().taskType())
            .setGoodCount(outcome.good())
            .setBadCount(outcome.bad())
            .setScoreCount(outcome.scores())
            .setAgentCount(outcome.agents().size())
            .setFirstSeenTime(Protos.timestamp(outcome.first()))
            .setLastSeenTime(Protos.timestamp(outcome.last()));
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
        .setFirstSeenTime(Protos.timestamp(failure.first()))
        .setLastSeenTime(Protos.timestamp(failure.last()))
        .setHttpStatus(failure.httpStatus())
        .build();
  }
}
