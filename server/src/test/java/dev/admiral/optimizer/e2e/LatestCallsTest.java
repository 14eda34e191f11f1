package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.CallStep;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.simulator.Hold;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is told of calls that ended, and to whom. */
class LatestCallsTest {
  private static final String CONTENT = "calls:\n  capture_content: true\n";
  private static final String KEYS =
      """
      keys:
        - label: acme's operator
          tenant: acme
          operator: true
          key: acme-operator
        - label: acme's agents
          tenant: acme
          key: acme-agent
        - label: globex's operator
          tenant: globex
          operator: true
          key: globex-operator
      """;

  @Test
  void miss_isToldWithAttemptMoneyAndStepsInOrder() {
    try (Harness harness = Harness.start()) {
      CompleteResponse answer = harness.client().complete(Prompts.of("openai/gpt-4o", "one"));

      CallRecord call = call(harness.client(), answer.getCallId());

      assertThat(call.getRequestedModel()).isEqualTo("openai/gpt-4o");
      assertThat(call.getProvider()).isEqualTo("openai");
      assertThat(call.getModel()).isEqualTo("gpt-4o");
      assertThat(call.getServed().getSource()).isEqualTo(Source.SOURCE_UPSTREAM);
      assertThat(call.getServed().getAttemptsList()).hasSize(1);
      assertThat(call.getUsage()).isEqualTo(answer.getUsage());
      assertThat(call.getCost()).isEqualTo(answer.getCost());
      assertThat(call.getLedgerEntryId()).isEqualTo(answer.getLedgerEntryId());
      assertThat(call.getStepsList())
          .extracting(CallStep::getKind)
          .containsExactly(
              CallStep.Kind.KIND_DISK,
              CallStep.Kind.KIND_ROUTE,
              CallStep.Kind.KIND_QUEUE,
              CallStep.Kind.KIND_ATTEMPT,
              CallStep.Kind.KIND_SETTLE);
      assertThat(call.getSteps(3).getDetail()).isEqualTo("openai/gpt-4o");
      long total = nanos(call.getDuration());
      long end = 0;
      for (CallStep step : call.getStepsList()) {
        assertThat(nanos(step.getStartOffset())).isGreaterThanOrEqualTo(end);
        end = nanos(step.getStartOffset()) + nanos(step.getDuration());
      }
      assertThat(end).isLessThanOrEqualTo(total);
    }
  }

  @Test
  void hit_isToldWithoutSteps() {
    try (Harness harness = Harness.start()) {
      harness.client().ask("gpt-4o", "one");
      CompleteResponse hit = harness.client().complete(Prompts.of("gpt-4o", "one"));

      CallRecord call = call(harness.client(), hit.getCallId());

      assertThat(call.getServed().getSource()).isEqualTo(Source.SOURCE_MEMORY);
      assertThat(call.getServed().hasAge()).isTrue();
      assertThat(call.getServed().getKeyHash()).isEqualTo(hit.getServed().getKeyHash());
      assertThat(Picos.of(call.getCost().getSavedAmount())).isPositive();
      assertThat(call.getLedgerEntryId()).isEmpty();
      assertThat(call.getStepsList()).isEmpty();
    }
  }

  @Test
  void joinedCall_namesTheOneItJoinedAndSharesItsSteps() {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold("gpt-4o");
      CompleteRequest request = request("shared");
      CompletableFuture<CompleteResponse> leader = harness.client().completeAsync(request);
      harness.awaitUpstream(1);
      CompletableFuture<CompleteResponse> follower = harness.client().completeAsync(request);
      harness.awaitInFlight(2);
      hold.close();

      CallRecord call = call(harness.client(), follower.join().getCallId());

      assertThat(call.getServed().getSource()).isEqualTo(Source.SOURCE_COALESCED);
      CallStep join =
          call.getStepsList().stream()
              .filter(step -> step.getKind() == CallStep.Kind.KIND_COALESCE)
              .findFirst()
              .orElseThrow();
      assertThat(join.getDetail()).isEqualTo(leader.join().getCallId());
      assertThat(nanos(join.getStartOffset())).isZero();
      CallStep attempt =
          call.getStepsList().stream()
              .filter(step -> step.getKind() == CallStep.Kind.KIND_ATTEMPT)
              .findFirst()
              .orElseThrow();
      assertThat(nanos(attempt.getStartOffset())).isNegative();
      assertThat(attempt.getStartOffset().getSeconds()).isLessThanOrEqualTo(0);
      assertThat(attempt.getStartOffset().getNanos()).isLessThanOrEqualTo(0);
    }
  }

  @Test
  void failedCall_isToldWithItsReasonAndEachTry() {
    try (Harness harness = Harness.start("retry:\n  initial_backoff: 1ms\n")) {
      harness.simulator().fault("*", 1, "status=503");
      AdmiralException failure = refused(harness.client(), "one");

      CallRecord call =
          harness
              .client()
              .calls()
              .latest(ListCallsRequest.newBuilder().setFailedOnly(true).build())
              .findFirst()
              .orElseThrow();
      CallRecord told = call(harness.client(), call.getCallId());

      assertThat(call.getFailure()).isEqualTo(failure.reason());
      assertThat(call.getStepsList()).isEmpty();
      assertThat(call.hasUsage()).isFalse();
      assertThat(call.hasCost()).isFalse();
      assertThat(told.getServed().getSource()).isEqualTo(Source.SOURCE_UNSPECIFIED);
      assertThat(told.getServed().getAttemptsList()).hasSize(2);
      assertThat(told.getStepsList())
          .filteredOn(step -> step.getKind() == CallStep.Kind.KIND_ATTEMPT)
          .hasSize(2)
          .allMatch(step -> step.getFailure() != ErrorReason.ERROR_REASON_UNSPECIFIED);
    }
  }

  @Test
  void callThatWasLeft_isToldHowFarItCame() {
    try (Harness harness = Harness.start()) {
      var _ = harness.simulator().hold("gpt-4o");
      CompletionStream stream = harness.client().stream(Prompts.of("gpt-4o", "left"));
      harness.awaitUpstream(1);
      stream.close();
      harness.awaitInFlight(0);

      String id = harness.client().calls().latest().findFirst().orElseThrow().getCallId();
      CallRecord call = call(harness.client(), id);

      assertThat(call.getFailure()).isEqualTo(ErrorReason.ERROR_REASON_CALL_CANCELLED);
      assertThat(call.getStreamed()).isTrue();
      assertThat(call.getStepsList())
          .extracting(CallStep::getKind)
          .contains(CallStep.Kind.KIND_ATTEMPT);
    }
  }

  @Test
  void list_isNewestFirstByAgentAndInPages() {
    try (Harness harness = Harness.start("calls:\n  max_calls: 5\n")) {
      AdmiralClient ada = harness.client().forAgent("ada", "");
      AdmiralClient bob = harness.client().forAgent("bob", "");
      for (int i = 0; i < 4; i++) {
        ada.ask("gpt-4o", "same");
        bob.ask("gpt-4o", "same");
      }

      List<CallRecord> all =
          harness
              .client()
              .calls()
              .latest(ListCallsRequest.newBuilder().setPageSize(2).build())
              .toList();
      List<CallRecord> adas =
          harness
              .client()
              .calls()
              .latest(ListCallsRequest.newBuilder().setAgentId("ada").setPageSize(1).build())
              .toList();

      assertThat(all)
          .extracting(CallRecord::getAgentId)
          .containsExactly("bob", "ada", "bob", "ada", "bob");
      assertThat(all).extracting(CallRecord::getCallId).doesNotHaveDuplicates();
      assertThat(adas).extracting(CallRecord::getAgentId).containsExactly("ada", "ada");
    }
  }

  @Test
  void content_isShownToOperatorsOfTheTenantAlone() {
    try (Harness harness = Harness.start(KEYS + CONTENT);
        AdmiralClient agent = harness.client("acme-agent");
        AdmiralClient operator = harness.client("acme-operator");
        AdmiralClient stranger = harness.client("globex-operator")) {
      CompleteResponse answer = agent.complete(Prompts.of("gpt-4o", "a secret"));
      String id = answer.getCallId();

      GetCallResponse shown = operator.calls().get(get(id));
      assertThat(shown.getPrompt()).isEqualTo(Prompts.of("gpt-4o", "a secret"));
      assertThat(shown.getCompletion()).isEqualTo(answer.getCompletion());
      GetCallResponse withheld = agent.calls().get(get(id));
      assertThat(withheld.getCall().getCallId()).isEqualTo(id);
      assertThat(withheld.hasPrompt()).isFalse();
      assertThat(withheld.hasCompletion()).isFalse();
      assertThat(
              catchThrowableOfType(AdmiralException.class, () -> stranger.calls().get(get(id)))
                  .reason())
          .isEqualTo(ErrorReason.ERROR_REASON_NOT_FOUND);
      assertThat(stranger.calls().latest()).isEmpty();
    }
  }

  @Test
  void contentUnlessAskedFor_isNotKept() {
    try (Harness harness = Harness.start()) {
      CompleteResponse answer = harness.client().complete(Prompts.of("gpt-4o", "a secret"));

      GetCallResponse call = harness.client().calls().get(get(answer.getCallId()));

      assertThat(call.hasPrompt()).isFalse();
      assertThat(call.hasCompletion()).isFalse();
    }
  }

  @Test
  void badRequests_areRefusedInOneSentence() {
    try (Harness harness = Harness.start()) {
      assertRefused(
          harness,
          ListCallsRequest.newBuilder().setPageSize(-1).build(),
          "page_size is -1; it must not be negative");
      assertRefused(
          harness,
          ListCallsRequest.newBuilder().setPageToken("bm90IGEgbnVtYmVy").build(),
          "page_token is not one this list gave; leave it empty to begin anew");
      AdmiralException noId =
          catchThrowableOfType(AdmiralException.class, () -> harness.client().calls().get(get("")));
      assertThat(noId.reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
      AdmiralException unknown =
          catchThrowableOfType(
              AdmiralException.class, () -> harness.client().calls().get(get("nothing")));
      assertThat(unknown.reason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_FOUND);
      assertThat(unknown).hasMessageContaining("no such call among the latest 10000 that ended");
    }
  }

  private static void assertRefused(Harness harness, ListCallsRequest request, String sentence) {
    var refused = harness.client().call(CallServiceGrpc.getListCallsMethod(), request);
    assertThat(refused)
        .failsWithin(java.time.Duration.ofSeconds(30))
        .withThrowableThat()
        .withMessageContaining(sentence);
  }

  private static CallRecord call(AdmiralClient client, String id) {
    return client.calls().get(get(id)).getCall();
  }

  private static GetCallRequest get(String id) {
    return GetCallRequest.newBuilder().setCallId(id).build();
  }

  private static CompleteRequest request(String text) {
    return CompleteRequest.newBuilder().setPrompt(Prompts.of("gpt-4o", text)).build();
  }

  private static AdmiralException refused(AdmiralClient client, String text) {
    return catchThrowableOfType(
        AdmiralException.class, () -> client.complete(Prompts.of("openai/gpt-4o", text)));
  }

  private static long nanos(com.google.protobuf.Duration duration) {
    return duration.getSeconds() * 1_000_000_000 + duration.getNanos();
  }
}
