package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FeedbackQuery;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.Verdict;
import dev.admiral.simulator.Simulator;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers report of their answers, from the call to LearningQuery. */
class ReportedOutcomesTest {
  private static final String NO_CALL = "0".repeat(28) + "-" + "0".repeat(16);

  @TempDir Path folder;

  @Test
  void reports_countForTheModelThatAnswered_alsoOfHits() {
    try (Harness harness = Harness.start();
        AdmiralClient client = harness.client()) {
      CompleteResponse first = ask(client, "question", "review");
      CompleteResponse hit = ask(client, "question", "review");
      CompleteResponse other = ask(client, "another question", "");
      assertThat(hit.getServed().getSource()).isEqualTo(Source.SOURCE_MEMORY);

      report(client, first, Verdict.VERDICT_GOOD, 1);
      report(client, hit, Verdict.VERDICT_GOOD, 0.5);
      report(client, other, Verdict.VERDICT_BAD, 0);
      report(client, other, Verdict.VERDICT_BAD, 0.2);

      List<FeedbackSummary> outcomes = outcomes(client, FeedbackQuery.getDefaultInstance());
      assertThat(outcomes)
          .extracting(
              FeedbackSummary::getModel,
              FeedbackSummary::getTaskType,
              FeedbackSummary::getGoodCount,
              FeedbackSummary::getBadCount,
              FeedbackSummary::getMeanScore)
          .containsExactly(
              tuple(first.getModel(), "review", 2L, 0L, 0.75),
              tuple(other.getModel(), "", 0L, 1L, 0.2));
      assertThat(outcomes).allMatch(outcome -> outcome.getAgentCount() == 1);
      assertThat(outcomes(client, FeedbackQuery.newBuilder().setModel("another").build()))
          .isEmpty();
      assertThat(
              outcomes(
                  client,
                  FeedbackQuery.newBuilder()
                      .setProvider(first.getProvider())
                      .setModel(first.getModel())
                      .build()))
          .hasSize(2);
    }
  }

  @Test
  void callThatNobodyKnows_isNotFoundInOneSentence() {
    try (Harness harness = Harness.start();
        AdmiralClient client = harness.client()) {
      assertThatExceptionOfType(AdmiralException.class)
          .isThrownBy(() -> client.reportOutcome(good(NO_CALL).build()))
          .returns(ErrorReason.ERROR_REASON_NOT_FOUND, AdmiralException::reason)
          .withMessageContaining("no such call is known");
      assertThat(outcomes(client, FeedbackQuery.getDefaultInstance())).isEmpty();
    }
  }

  @Test
  void scoreOutOfRange_isRefused() {
    try (Harness harness = Harness.start();
        AdmiralClient client = harness.client()) {
      String call = ask(client, "question", "").getCallId();
      for (double score : new double[] {-0.001, 1.001, Double.NaN, Double.POSITIVE_INFINITY}) {
        assertThatExceptionOfType(AdmiralException.class)
            .isThrownBy(() -> client.reportOutcome(good(call).setScore(score).build()))
            .returns(ErrorReason.ERROR_REASON_CALL_INVALID, AdmiralException::reason)
            .withMessageContaining("score must be 0 to 1");
      }
      assertThat(outcomes(client, FeedbackQuery.getDefaultInstance())).isEmpty();
    }
  }

  @Test
  void killedServer_knowsItsOutcomesAndPaidCallsAgain() throws Exception {
    try (Simulator simulator = Simulator.builder().timeScale(0).start()) {
      CompleteResponse reported;
      CompleteResponse paid;
      try (ServerProcess first = ServerProcess.start(folder, simulator);
          AdmiralClient client = first.client(RetryPolicy.NONE)) {
        reported = ask(client, "question", "review");
        paid = ask(client, "another question", "review");
        report(client, reported, Verdict.VERDICT_GOOD, 1);
        first.kill();
      }

      try (ServerProcess second = ServerProcess.start(folder, simulator);
          AdmiralClient client = second.client(RetryPolicy.NONE)) {
        report(client, reported, Verdict.VERDICT_BAD, 0.5);
        report(client, paid, Verdict.VERDICT_GOOD, 1);

        assertThat(outcomes(client, FeedbackQuery.getDefaultInstance()))
            .singleElement()
            .returns("review", FeedbackSummary::getTaskType)
            .returns(1L, FeedbackSummary::getGoodCount)
            .returns(1L, FeedbackSummary::getBadCount)
            .returns(0.75, FeedbackSummary::getMeanScore);
      }
    }
  }

  private static CompleteResponse ask(AdmiralClient client, String text, String taskType) {
    return client.complete(
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("gpt-4o", text))
            .setOptions(CallOptions.newBuilder().setTaskType(taskType))
            .build());
  }

  private static void report(
      AdmiralClient client, CompleteResponse answer, Verdict verdict, double score) {
    client.reportOutcome(
        ReportOutcomeRequest.newBuilder()
            .setCallId(answer.getCallId())
            .setVerdict(verdict)
            .setScore(score)
            .build());
  }

  private static ReportOutcomeRequest.Builder good(String callId) {
    return ReportOutcomeRequest.newBuilder().setCallId(callId).setVerdict(Verdict.VERDICT_GOOD);
  }

  private static List<FeedbackSummary> outcomes(AdmiralClient client, FeedbackQuery query) {
    return client.feedback(query).toList();
  }
}
