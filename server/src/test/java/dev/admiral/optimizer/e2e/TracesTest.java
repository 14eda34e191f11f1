package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.e2e.TraceCollector.Span;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.Simulator;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector of traces is told of calls, and what it costs them when it is not there. */
class TracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private TraceCollector collector;

  @BeforeEach
  void startCollector() {
    collector = TraceCollector.start();
  }

  @AfterEach
  void stopCollector() {
    collector.close();
  }

  @Test
  void callThatGoesUpstream_isOneSpanWithOneBelowForEachStep() {
    CompleteResponse answer;
    Instant before = Instant.now();
    try (Harness harness = Harness.start(collector.config(""))) {
      answer = harness.client().forAgent("council", "").complete(Prompts.of("gpt-4o", "hello"));
      harness.stopServer();
    }

    Span server = only(TraceCollector.SERVER);
    assertThat(server.name()).isEqualTo("chat gpt-4o");
    assertThat(server.parentId()).isEmpty();
    assertThat(server.service()).isEqualTo("admiral");
    assertThat(server.status()).isZero();
    assertThat(server.attributes())
        .containsEntry("gen_ai.operation.name", "chat")
        .containsEntry("gen_ai.provider.name", "openai")
        .containsEntry("gen_ai.request.model", "gpt-4o")
        .containsEntry("gen_ai.response.model", "gpt-4o")
        .containsEntry("gen_ai.response.finish_reasons", "stop")
        .containsEntry("gen_ai.usage.input_tokens", answer.getUsage().getInputTokenCount())
        .containsEntry("gen_ai.usage.output_tokens", answer.getUsage().getOutputTokenCount())
        .containsEntry("gen_ai.agent.name", "council")
        .containsEntry("admiral.call.id", answer.getCallId())
        .containsEntry("admiral.served.source", "upstream")
        .containsEntry("admiral.cost.pico_usd", Picos.of(answer.getCost().getChargedAmount()));
    assertThat(Instant.ofEpochSecond(0, server.startNanos())).isBetween(before, Instant.now());

    Span attempt = only(TraceCollector.CLIENT);
    assertThat(attempt.name()).isEqualTo("chat gpt-4o");
    assertThat(attempt.attributes())
        .containsEntry("gen_ai.provider.name", "openai")
        .containsEntry("http.response.status_code", 200L);
    List<Span> steps = below(server);
    assertThat(steps).extracting(Span::name).contains("route", "settle", "chat gpt-4o");
    assertThat(steps)
        .allSatisfy(step -> {
          assertThat(step.traceId()).isEqualTo(server.traceId());
          assertThat(step.startNanos()).isBetween(server.startNanos(), step.endNanos());
          assertThat(step.endNanos()).isBetween(step.startNanos(), server.endNanos());
        });
    assertThat(collector.spans()).hasSize(1 + steps.size());
  }

  @Test
  void callThatJoins_hasTheWaitingAloneWhichNamesTheCallItJoined() {
    CompleteResponse first;
    try (Harness harness = Harness.start(collector.config(""))) {
      CompletableFuture<CompleteResponse> leader;
      CompletableFuture<CompleteResponse> follower;
      try (Hold _ = harness.simulator().hold("gpt-4o")) {
        leader = harness.client().completeAsync(request());
        harness.awaitUpstream(1);
        follower = harness.client().completeAsync(request());
        harness.awaitInFlight(2);
      }
      first = leader.join();
      assertThat(follower.join().getCompletion()).isEqualTo(first.getCompletion());
      harness.stopServer();
    }

    Span joined =
        collector.spans(TraceCollector.SERVER).stream()
            .filter(span -> "coalesced".equals(span.attributes().get("admiral.served.source")))
            .findFirst()
            .orElseThrow();
    assertThat(below(joined))
        .singleElement()
        .satisfies(step -> {
          assertThat(step.name()).isEqualTo("join");
          assertThat(step.attributes()).containsEntry("admiral.joined.call.id", first.getCallId());
        });
    assertThat(collector.spans(TraceCollector.CLIENT)).hasSize(1);
  }

  @Test
  void callThatFails_saysWhyInTheCallAndInEachTry() {
    try (Harness harness =
        Harness.start(collector.config("") + "retry: {initial_backoff: 1ms}\n")) {
      harness.simulator().fault("gpt-4o", 1, "status=500");
      assertThatThrownBy(() -> harness.client().ask("openai/gpt-4o", "fails"))
          .isInstanceOf(AdmiralException.class);
      harness.stopServer();
    }

    Span server = only(TraceCollector.SERVER);
    assertThat(server.status()).isEqualTo(TraceCollector.ERROR);
    assertThat(server.attributes()).containsEntry("error.type", "provider_failed");
    assertThat(collector.spans(TraceCollector.CLIENT))
        .hasSize(2)
        .allSatisfy(attempt -> {
          assertThat(attempt.status()).isEqualTo(TraceCollector.ERROR);
          assertThat(attempt.attributes())
              .containsEntry("error.type", "provider_failed")
              .containsEntry("http.response.status_code", 500L);
        });
  }

  @Test
  void callersOwnTrace_isGoneOnWithByBothDoors() throws Exception {
    try (Harness harness = Harness.start(collector.config(""))) {
      callByGrpc(harness, "00-" + TRACE + "-" + CALLER + "-01");
      callByHttp(harness, "00-" + TRACE + "-" + CALLER + "-01");
      harness.stopServer();
    }

    assertThat(collector.spans(TraceCollector.SERVER))
        .hasSize(2)
        .allSatisfy(span -> {
          assertThat(span.traceId()).isEqualTo(TRACE);
          assertThat(span.parentId()).isEqualTo(CALLER);
        });
  }

  @Test
  void callerThatDoesNotWantATrace_hasNone() throws Exception {
    try (Harness harness = Harness.start(collector.config(""))) {
      callByGrpc(harness, "00-" + TRACE + "-" + CALLER + "-00");
      harness.stopServer();
    }

    assertThat(collector.spans()).isEmpty();
  }

  @Test
  void traceParentThatIsNone_beginsATrace() throws Exception {
    List<String> wrong =
        List.of(
            "nonsense",
            "ff-" + TRACE + "-" + CALLER + "-01",
            "00-" + "0".repeat(32) + "-" + CALLER + "-01",
            "00-" + TRACE + "-" + "0".repeat(16) + "-01",
            "00-" + TRACE + "-" + CALLER + "-01-more");
    try (Harness harness = Harness.start(collector.config(""))) {
      for (String header : wrong) {
        callByGrpc(harness, header);
      }
      harness.stopServer();
    }

    assertThat(collector.spans(TraceCollector.SERVER))
        .hasSameSizeAs(wrong)
        .allSatisfy(span -> assertThat(span.parentId()).isEmpty());
  }

  @Test
  void content_isSentOnlyWhereAskedFor() {
    try (Harness harness = Harness.start(collector.config(""))) {
      harness.client().ask("gpt-4o", "my secret question");
      harness.stopServer();
    }
    assertThat(collector.exports())
        .isNotEmpty()
        .noneMatch(export -> export.toStringUtf8().contains("secret question"));

    String answer;
    try (Harness harness = Harness.start(collector.config(", capture_content: true"))) {
      answer = harness.client().ask("gpt-4o", "my open question");
      harness.stopServer();
    }
    Span server = collector.spans(TraceCollector.SERVER).getLast();
    assertThat(server.attributes().get("gen_ai.input.messages"))
        .isEqualTo(
            "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"my open"
                + " question\"}]}]");
    assertThat(server.attributes().get("gen_ai.output.messages").toString())
        .contains("\"finish_reason\":\"stop\"")
        .contains(answer.substring(0, 10));
  }

  @Test
  void sampledRatioOfZero_makesNoTraceThatNobodyAskedFor() throws Exception {
    try (Harness harness = Harness.start(collector.config(", sampling_ratio: 0"))) {
      harness.client().ask("gpt-4o", "hello");
      callByGrpc(harness, "00-" + TRACE + "-" + CALLER + "-01");
      harness.stopServer();
    }

    assertThat(collector.spans(TraceCollector.SERVER))
        .singleElement()
        .extracting(Span::traceId)
        .isEqualTo(TRACE);
  }

  @Test
  void collectorThatTakesNothing_costsSpansAndNoCall() throws Exception {
    collector.answerWith(400);
    try (Harness harness = Harness.start(collector.config(""))) {
      harness.client().ask("gpt-4o", "hello");
      await().atMost(LONG).until(() -> spans(harness, "failed") > 0);
      collector.answerWith(200);
      harness.client().ask("gpt-4o", "hello");
      await().atMost(LONG).until(() -> spans(harness, "exported") > 0);

      assertThat(spans(harness, "dropped")).isZero();
    }
  }

  @Test
  void moreSpansThanThereIsRoomFor_areDroppedAndCounted() throws Exception {
    CompletableFuture<Void> enough = new CompletableFuture<>();
    collector.answerAfter(enough);
    try (Harness harness =
        Harness.start(collector.config(", max_queued_spans: 1, export_timeout: 100ms"))) {
      // Once the first are on their way nobody takes what waits, and a call has more than one.
      await()
          .atMost(LONG)
          .until(() -> {
            harness.client().ask("gpt-4o", "a question of " + System.nanoTime());
            return spans(harness, "dropped") > 0;
          });
      assertThat(spans(harness, "exported")).isZero();
    } finally {
      enough.complete(null);
    }
  }

  @Test
  void headers_areSentAndCollectorsOfGrpcServedToo() {
    try (Harness harness =
        Harness.start(collector.config(", headers: {authorization: 'Bearer t0ken'}"))) {
      harness.client().ask("gpt-4o", "hello");
      harness.stopServer();
    }
    assertThat(collector.keys()).isNotEmpty().containsOnly("Bearer t0ken");

    try (Harness harness = Harness.start(collector.grpcConfig())) {
      harness.client().ask("claude-haiku-4-5", "hello");
      harness.stopServer();
    }
    assertThat(collector.spans(TraceCollector.CLIENT).getLast().attributes())
        .containsEntry("gen_ai.provider.name", "anthropic");
  }

  @Test
  void withoutTraces_nothingOfOpenTelemetryIsLoaded() throws Exception {
    try (Simulator simulator = Simulator.builder().timeScale(0).start();
        ServerProcess server =
            ServerProcess.start(folder, simulator, "-Xlog:class+load:file=" + folder + "/classes");
        AdmiralClient client = server.client(RetryPolicy.NONE)) {
      assertThat(client.ask("gpt-4o", "hello")).isNotEmpty();
    }

    assertThat(Files.readString(folder.resolve("classes")))
        .contains("dev.admiral.optimizer.app.Wiring")
        .doesNotContain("io.opentelemetry");
  }

  private Span only(int kind) {
    assertThat(collector.spans(kind)).hasSize(1);
    return collector.spans(kind).getFirst();
  }

  private List<Span> below(Span parent) {
    return collector.spans().stream()
        .filter(span -> span.parentId().equals(parent.spanId()))
        .toList();
  }

  private static long spans(Harness harness, String outcome) throws Exception {
    return Exposed.of(harness.httpAddress())
        .count("admiral_trace_spans_total", Map.of("outcome", outcome));
  }

  private static CompleteRequest request() {
    return CompleteRequest.newBuilder().setPrompt(Prompts.of("gpt-4o", "together")).build();
  }

  private static void callByGrpc(Harness harness, String traceParent) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(harness.address()).usePlaintext().build();
    try {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceParent);
      var answer =
          OptimizerServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .complete(request());
      assertThat(answer.getCallId()).isNotEmpty();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static void callByHttp(Harness harness, String traceParent) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(harness.httpAddress() + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .header("traceparent", traceParent)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    }
  }
}
