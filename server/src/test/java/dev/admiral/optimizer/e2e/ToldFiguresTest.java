package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.LimitMetric;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ServerFigures;
import dev.admiral.optimizer.v1.UsageLimit;
import dev.admiral.simulator.Hold;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Limits, breakers, figures and saved time, as callers are told them. */
class ToldFiguresTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void limits_tellWhatIsLeftAndWhatWasRefused() {
    try (Harness harness = Harness.start("limits:\n  agent_requests_per_minute: 20\n")) {
      AdmiralClient ada = harness.client().forAgent("ada", "");
      ada.ask("gpt-4o", "one");
      ada.ask("gpt-4o", "two");
      AdmiralException refused =
          catchThrowableOfType(AdmiralException.class, () -> ada.ask("gpt-4o", "three"));

      assertThat(refused.quotaViolations())
          .singleElement()
          .satisfies(violation -> {
            assertThat(violation.getSubject()).isEqualTo("agent/ada");
            assertThat(violation.getQuotaMetric()).isEqualTo("REQUESTS");
          });
      assertThat(harness.client().fleet().limits())
          .extracting(
              limit -> limit.getSubject().getAgent().getAgentId(),
              UsageLimit::getMetric,
              limit -> limit.getPeriod().getSeconds(),
              UsageLimit::getLimitCount,
              UsageLimit::getBurstCount,
              UsageLimit::getRefusedCount)
          .containsExactly(tuple("ada", LimitMetric.LIMIT_METRIC_REQUESTS, 60L, 20L, 2L, 1L));
      assertThat(harness.client().fleet().limits(page(1))).hasSize(1);
      assertThat(
              catchThrowableOfType(
                  AdmiralException.class, () -> harness.client().fleet().limits(page(-1)).toList()))
          .hasMessageContaining("page_size is -1; it must not be negative");
    }
  }

  @Test
  void figures_areThoseOfTheProcessAndOfTheCallsSoFar() {
    try (Harness harness = Harness.start("retry:\n  max_attempts: 1\n")) {
      harness.client().ask("gpt-4o", "one");
      harness.client().ask("gpt-4o", "one");
      harness.simulator().fault("*", 1, "status=400");
      assertThat(
              catchThrowableOfType(
                  AdmiralException.class, () -> harness.client().ask("gpt-4o", "two")))
          .isNotNull();
      harness.simulator().clearFaults();
      Hold hold = harness.simulator().hold("gpt-4o");
      CompletableFuture<CompleteResponse> running =
          harness.client().completeAsync(request("three"));
      harness.awaitUpstream(1);

      ServerFigures figures = harness.client().health().getFigures();
      hold.close();

      assertThat(running.join().getCallId()).isNotEmpty();
      assertThat(figures.getHeapUsedBytes()).isPositive();
      assertThat(figures.getHeapLimitBytes()).isGreaterThanOrEqualTo(figures.getHeapUsedBytes());
      assertThat(figures.getUptimeDuration().getSeconds()).isBetween(0L, 600L);
      assertThat(figures.getFailureRate()).isEqualTo(1.0 / 3);
      assertThat(figures.getSavedRate()).isEqualTo(0.5);
      assertThat(figures.getInFlightCount()).isEqualTo(1);
      assertThat(figures.getDegraded()).isFalse();
      assertThat(figures.getEmergency()).isFalse();
    }
  }

  @Test
  void breakerThatOpened_isToldWithItsModel() {
    String oneTry =
        """
        retry:
          max_attempts: 1
        circuit_breaker:
          open_duration: 1h
          max_open_duration: 1h
        """;
    try (Harness harness = Harness.start(oneTry)) {
      assertThat(breaker(harness)).isEqualTo(CircuitBreaker.getDefaultInstance());
      harness.simulator().fault("*", 1, "status=500");
      for (int i = 0; i < 5; i++) {
        String text = "call " + i;
        assertThat(
                catchThrowableOfType(
                    AdmiralException.class, () -> harness.client().ask("openai/gpt-4o", text)))
            .isNotNull();
      }

      CircuitBreaker breaker = breaker(harness);

      assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.STATE_OPEN);
      assertThat(breaker.getAttemptCount()).isEqualTo(5);
      assertThat(breaker.getFailureRate()).isEqualTo(1.0);
      assertThat(breaker.hasRetryTime()).isTrue();
    }
  }

  @Test
  void savedTime_isWhatHitsDidNotWaitAndIsInReports() {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold("gpt-4o");
      CompletableFuture<CompleteResponse> slow = harness.client().completeAsync(request("slow"));
      harness.awaitUpstream(1);
      // The answer takes longer than this question at least, and a hit a small part of it.
      await()
          .atMost(PATIENCE)
          .until(() -> harness.client().health().getFigures().getInFlightCount() == 1);
      hold.close();
      Duration took = duration(slow.join().getServed().getAttempts(0).getDuration());
      for (int i = 0; i < 3; i++) {
        harness.client().ask("gpt-4o", "slow");
      }

      Duration saved = duration(harness.client().stats().getTotal().getSavedDuration());
      Duration reported =
          duration(
              harness
                  .client()
                  .ledger()
                  .report(GetReportRequest.getDefaultInstance())
                  .getTotal()
                  .getSavedDuration());

      assertThat(saved).isPositive().isLessThanOrEqualTo(took.multipliedBy(3));
      assertThat(reported).isEqualTo(saved);
    }
  }

  private static CircuitBreaker breaker(Harness harness) {
    return harness
        .client()
        .listModels(ListModelsRequest.getDefaultInstance())
        .getModelsList()
        .stream()
        .filter(model -> model.getProvider().equals("openai") && model.getName().equals("gpt-4o"))
        .findFirst()
        .orElseThrow()
        .getCircuitBreaker();
  }

  private static ListLimitsRequest page(int size) {
    return ListLimitsRequest.newBuilder().setPageSize(size).build();
  }

  private static CompleteRequest request(String text) {
    return CompleteRequest.newBuilder().setPrompt(Prompts.of("gpt-4o", text)).build();
  }

  private static Duration duration(com.google.protobuf.Duration told) {
    return Duration.ofSeconds(told.getSeconds(), told.getNanos());
  }
}
