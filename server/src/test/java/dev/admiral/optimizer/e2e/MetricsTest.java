package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.StatsGrouping;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.optimizer.v1.Usage;
import dev.admiral.simulator.Hold;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What /metrics tells of a server that was used, and to whom. */
class MetricsTest {
  private static final Map<String, String> MINI =
      Map.of("provider", "openai", "model", "gpt-4o-mini");
  private static final double PICO = 1e-12;

  private static final String KEYS =
      """
      keys:
        - label: tests
          key: first
          operator: true
        - label: others
          tenant: others
          key: second
      """;

  @Test
  void countersOfCallsOfEveryKind_equalStats() throws Exception {
    try (Harness harness = Harness.start("retry: {max_attempts: 1}\n")) {
      useEverySource(harness);
      harness.simulator().fault("claude-haiku-4-5", 1, "status=500");
      assertThatThrownBy(() -> harness.client().ask("anthropic/claude-haiku-4-5", "fails"))
          .isInstanceOf(AdmiralException.class);
      assertThatThrownBy(() -> harness.client().ask("no/such-model", "unknown"))
          .isInstanceOf(AdmiralException.class);

      Exposed told = Exposed.of(harness.httpAddress());
      CallStats stats = harness.client().stats().getTotal();

      Map<String, Long> sources =
          Map.of(
              "upstream", stats.getUpstreamCount(),
              "memory", stats.getMemoryHitCount(),
              "coalesced", stats.getCoalescedCount(),
              "repeated", stats.getRepeatedCount());
      sources.forEach((source, count) -> {
        assertThat(count).as(source).isPositive();
        assertThat(told.count("admiral_calls_total", Map.of("source", source))).isEqualTo(count);
        assertThat(told.count("admiral_call_duration_seconds_count", Map.of("source", source)))
            .isEqualTo(count);
      });
      assertThat(told.count("admiral_calls_total", Map.of())).isEqualTo(stats.getCallCount());
      assertThat(told.count("admiral_calls_total", Map.of("outcome", "failed")))
          .isEqualTo(stats.getFailureCount())
          .isEqualTo(told.count("admiral_call_failures_total", Map.of()));
      assertThat(told.value("admiral_call_failures_total", Map.of("reason", "model_unknown")))
          .isEqualTo(1);
      assertThat(told.sum("admiral_spent_usd_total", Map.of()))
          .isPositive()
          .isCloseTo(Picos.of(stats.getSpentAmount()) * PICO, within(PICO));
      assertThat(told.sum("admiral_saved_usd_total", Map.of()))
          .isPositive()
          .isCloseTo(Picos.of(stats.getSavedAmount()) * PICO, within(PICO));
      assertThat(told.count("admiral_overhead_seconds_count", Map.of()))
          .isEqualTo(stats.getOverhead().getCount());
      for (StatsRow model :
          harness
              .client()
              .statsRows(
                  StatsRequest.newBuilder().setGrouping(StatsGrouping.STATS_GROUPING_MODEL).build())
              .toList()) {
        assertThat(
                told.count(
                    "admiral_calls_total",
                    Map.of("provider", model.getProvider(), "model", model.getModel())))
            .isEqualTo(model.getStats().getCallCount());
      }
    }
  }

  @Test
  void triesAndTokens_areThoseOfTheVendor() throws Exception {
    try (Harness harness = Harness.start("retry: {max_attempts: 1}\n")) {
      Usage unary = harness.client().complete(Prompts.of("openai/gpt-4o-mini", "one")).getUsage();
      try (CompletionStream stream =
          harness.client().stream(Prompts.of("openai/gpt-4o-mini", "a second"))) {
        assertThat(stream.text()).isNotEmpty();
        Usage streamed = stream.finish().getUsage();
        harness.simulator().fault("gpt-4o-mini", 1, "status=503");
        assertThatThrownBy(() -> harness.client().ask("openai/gpt-4o-mini", "fails"))
            .isInstanceOf(AdmiralException.class);

        Exposed told = Exposed.of(harness.httpAddress());

        double input = unary.getInputTokenCount() + streamed.getInputTokenCount();
        double output = unary.getOutputTokenCount() + streamed.getOutputTokenCount();
        assertThat(told.sum("admiral_tokens_total", MINI)).isEqualTo(input + output);
        assertThat(told.sum("admiral_upstream_attempts_total", Map.of("outcome", "succeeded")))
            .isEqualTo(2);
        assertThat(told.sum("admiral_upstream_attempts_total", Map.of("outcome", "failed")))
            .isEqualTo(1);
        assertThat(told.value("admiral_upstream_duration_seconds_count", MINI)).isEqualTo(2);
        assertThat(told.value("admiral_upstream_time_to_first_token_seconds_count", MINI))
            .isEqualTo(1);
        assertThat(told.value("gen_ai_client_token_usage_sum", genAi("gen_ai_token_type", "input")))
            .isEqualTo(input);
        assertThat(
                told.value("gen_ai_client_token_usage_sum", genAi("gen_ai_token_type", "output")))
            .isEqualTo(output);
        assertThat(told.value("gen_ai_server_request_duration_seconds_count", genAi()))
            .isEqualTo(2);
        assertThat(told.value("gen_ai_server_time_to_first_token_seconds_count", genAi()))
            .isEqualTo(1);
      }
    }
  }

  private static Map<String, String> genAi(String... more) {
    Map<String, String> labels =
        new HashMap<>(
            Map.of(
                "gen_ai_operation_name",
                "chat",
                "gen_ai_provider_name",
                "openai",
                "gen_ai_request_model",
                "gpt-4o-mini"));
    if (more.length == 2) {
      labels.put(more[0], more[1]);
    }
    return labels;
  }

  @Test
  void breakerThatOpens_limitThatRefuses_andPartThatFails_areTold() throws Exception {
    String config =
        """
        retry: {max_attempts: 1}
        circuit_breaker: {window_size: 5, minimum_calls: 5, open_duration: 1h, max_open_duration: 1h}
        limits:
          agents:
            - agent: council
              requests_per_minute: 1
        """;
    try (Harness harness = Harness.start(config)) {
      assertThat(Exposed.of(harness.httpAddress()).value("admiral_circuit_breakers_open")).isZero();
      harness.simulator().fault("gpt-4o-mini", 1, "status=500");
      for (int i = 0; i < 6; i++) {
        String text = "fails " + i;
        assertThatThrownBy(() -> harness.client().ask("openai/gpt-4o-mini", text))
            .isInstanceOf(AdmiralException.class);
      }
      var council = harness.client().forAgent("council", "");
      assertThat(council.ask("openai/gpt-4o", "allowed")).isNotEmpty();
      assertThatThrownBy(() -> council.ask("openai/gpt-4o", "refused"))
          .isInstanceOf(AdmiralException.class);

      Exposed told = Exposed.of(harness.httpAddress());

      assertThat(told.value("admiral_circuit_breakers_open")).isEqualTo(1);
      assertThat(
              told.value(
                  "admiral_circuit_breaker_state",
                  Map.of("provider", "openai", "model", "gpt-4o-mini", "state", "open")))
          .isEqualTo(1);
      assertThat(
              told.value(
                  "admiral_limit_refusals_total", Map.of("limit", "agent", "provider", "none")))
          .isEqualTo(1);
      assertThat(told.value("admiral_part_state", Map.of("part", "store/main", "state", "serving")))
          .isEqualTo(1);
      assertThat(told.value("admiral_ready")).isEqualTo(1);
      assertThat(told.value("admiral_connections", Map.of("protocol", "grpc"))).isEqualTo(1);
    }
  }

  @Test
  void countersReadWhileCallsRun_neverFall() throws Exception {
    try (Harness harness = Harness.start("retry: {max_attempts: 1}\n")) {
      harness.simulator().fault("gpt-4o-mini", 0.3, "status=500");
      List<CompletableFuture<?>> calls = new ArrayList<>();
      Exposed before = Exposed.of(harness.httpAddress());
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 50; i++) {
          String text = "question " + (i % 20) + " of " + round;
          calls.add(harness.client().completeAsync(byAgent("a", "gpt-4o-mini", text)));
        }
        Exposed after = Exposed.of(harness.httpAddress());
        after.checkNothingFellSince(before);
        before = after;
      }
      calls.forEach(call ->
          assertThat(call.handle((answer, failure) -> true)).succeedsWithin(Duration.ofMinutes(1)));
    }
  }

  @Test
  void tenThousandAgents_addNoLine() throws Exception {
    try (Harness harness = Harness.start()) {
      harness.client().ask("openai/gpt-4o", "the same");
      harness.client().ask("openai/gpt-4o", "the same");
      int before = Exposed.of(harness.httpAddress()).samples().size();

      List<CompletableFuture<CompleteResponse>> calls =
          IntStream.range(0, 10_000)
              .mapToObj(i -> harness.client().completeAsync(byAgent("swarm-" + i, "the same")))
              .toList();
      calls.forEach(CompletableFuture::join);

      Exposed after = Exposed.of(harness.httpAddress());
      assertThat(after.samples().size()).isEqualTo(before);
      assertThat(after.toString()).doesNotContain("swarm");
      assertThat(after.sum("admiral_calls_total", Map.of())).isEqualTo(10_002);
    }
  }

  @Test
  void agents_areToldWhereAskedForAndOfTheOwnTenantOnly() throws Exception {
    try (Harness harness = Harness.start(KEYS + "metrics: {per_agent: true}\n")) {
      try (AdmiralClient first = keyed(harness, "first");
          AdmiralClient second = keyed(harness, "second")) {
        first.complete(byAgent("ours", "x"));
        second.complete(byAgent("theirs", "x"));
      }

      Exposed told = Exposed.of(harness.httpAddress(), "authorization", "Bearer first");

      assertThat(
              told.value(
                  "admiral_agent_calls_total", Map.of("agent", "ours", "outcome", "answered")))
          .isEqualTo(1);
      assertThat(told.toString()).doesNotContain("theirs");
    }
  }

  @Test
  void modelsBeyondTheBound_areCountedTogether() throws Exception {
    try (Harness harness = Harness.start("metrics: {max_models: 1}\n")) {
      harness.client().ask("openai/gpt-4o-mini", "x");
      Exposed first = Exposed.of(harness.httpAddress());
      harness.client().ask("openai/gpt-4o", "x");
      harness.client().ask("anthropic/claude-haiku-4-5", "x");

      Exposed told = Exposed.of(harness.httpAddress());

      assertThat(first.sum("admiral_calls_total", MINI)).isEqualTo(1);
      assertThat(told.sum("admiral_calls_total", MINI)).isEqualTo(1);
      assertThat(
              told.sum("admiral_calls_total", Map.of("provider", "(others)", "model", "(others)")))
          .isEqualTo(2);
      assertThat(
              told.value(
                  "admiral_upstream_duration_seconds_count",
                  Map.of("provider", "(others)", "model", "(others)")))
          .isEqualTo(2);
    }
  }

  @Test
  void withKeys_anOperatorsIsNeeded() throws Exception {
    try (Harness harness = Harness.start(KEYS)) {
      HttpResponse<byte[]> without = Exposed.ask(harness.httpAddress());
      HttpResponse<byte[]> wrong =
          Exposed.ask(harness.httpAddress(), "authorization", "Bearer wrong");

      assertThat(without.statusCode()).isEqualTo(401);
      assertThat(without.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(Exposed.text(without)).contains("metrics.allow_anonymous");
      assertThat(wrong.statusCode()).isEqualTo(401);
      HttpResponse<byte[]> tenants =
          Exposed.ask(harness.httpAddress(), "authorization", "Bearer second");
      assertThat(tenants.statusCode()).isEqualTo(403);
      assertThat(Exposed.text(tenants)).contains("operator: true").doesNotContain("admiral_");
      // A request is counted once its reply is sent, which the client may see first.
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> {
            Exposed told = Exposed.of(harness.httpAddress(), "authorization", "Bearer first");
            assertThat(told.value("admiral_http_requests_total", Map.of("status", "4xx")))
                .isEqualTo(3);
            assertThat(told.value("admiral_http_requests_total", Map.of("status", "5xx"))).isZero();
          });
    }
  }

  @Test
  void openMetrics_areForAnybody() throws Exception {
    try (Harness harness =
        Harness.start(KEYS + "metrics: {allow_anonymous: true, per_agent: true}\n")) {
      Exposed told = Exposed.of(harness.httpAddress());

      assertThat(told.samples()).isNotEmpty();
      assertThat(told.types()).doesNotContainKey("admiral_agent_calls_total");
    }
  }

  @Test
  void openMetricsFormat_isGivenToThoseWhoAskForItAndPacked() throws Exception {
    try (Harness harness = Harness.start()) {
      HttpResponse<byte[]> plain = Exposed.ask(harness.httpAddress());
      HttpResponse<byte[]> open =
          Exposed.ask(
              harness.httpAddress(),
              "accept",
              "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
              "accept-encoding",
              "gzip");

      assertThat(plain.headers().firstValue("content-type").orElseThrow())
          .startsWith("text/plain; version=0.0.4");
      assertThat(open.headers().firstValue("content-type").orElseThrow())
          .startsWith("application/openmetrics-text; version=1.0.0");
      assertThat(open.headers().firstValue("content-encoding")).hasValue("gzip");
      assertThat(Exposed.text(open)).endsWith("# EOF\n");
      assertThat(Exposed.parse(Exposed.text(open)).samples())
          .hasSameSizeAs(Exposed.parse(Exposed.text(plain)).samples());
    }
  }

  /** Asks so that an answer comes from upstream, memory, a joined flight and a repeat. */
  private static void useEverySource(Harness harness) {
    harness.client().ask("openai/gpt-4o-mini", "twice");
    harness.client().ask("openai/gpt-4o-mini", "twice");
    CompletableFuture<CompleteResponse> leader;
    CompletableFuture<CompleteResponse> follower;
    try (Hold _ = harness.simulator().hold("gpt-4o")) {
      leader = harness.client().completeAsync(byAgent("a", "together"));
      harness.awaitUpstream(1);
      follower = harness.client().completeAsync(byAgent("b", "together"));
      harness.awaitInFlight(2);
    }
    leader.join();
    follower.join();
    CompleteRequest request =
        byAgent("a", "with an id").toBuilder().setRequestId("metrics-1").build();
    harness.client().complete(request);
    harness.client().complete(request);
  }

  private static AdmiralClient keyed(Harness harness, String key) {
    return AdmiralClient.builder().address(harness.address()).key(key).build();
  }

  private static CompleteRequest byAgent(String agent, String text) {
    return byAgent(agent, "gpt-4o", text);
  }

  private static CompleteRequest byAgent(String agent, String model, String text) {
    return CompleteRequest.newBuilder()
        .setPrompt(Prompts.of("openai/" + model, text))
        .setOptions(CallOptions.newBuilder().setAgentId(agent))
        .build();
  }
}
