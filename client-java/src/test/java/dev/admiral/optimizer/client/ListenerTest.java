package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.Usage;
import io.grpc.Status;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of each call's end, and what Micrometer makes of it. */
final class ListenerTest {
  private static final Usage USAGE =
      Usage.newBuilder()
          .setInputTokenCount(10)
          .setCachedInputTokenCount(4)
          .setOutputTokenCount(5)
          .build();
  private static final Cost COST =
      Cost.newBuilder()
          .setListAmount(Money.newBuilder().setUnits(3))
          .setChargedAmount(Money.newBuilder().setUnits(2))
          .setSavedAmount(Money.newBuilder().setUnits(1))
          .build();
  private static final Served SERVED = Served.newBuilder().setSource(Source.SOURCE_MEMORY).build();

  private final BlockingQueue<CallSummary> heard = new LinkedBlockingQueue<>();
  private FakeServer server;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start();
    server.onComplete =
        (request, answer) -> {
          answer.onNext(
              CompleteResponse.newBuilder()
                  .setUsage(USAGE)
                  .setCost(COST)
                  .setServed(SERVED)
                  .build());
          answer.onCompleted();
        };
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void call_answered_isToldOnceWithItsSourceAndCost() {
    try (AdmiralClient client = client(heard::add)) {
      client.ask("fast", "hi");
    }
    CallSummary call = heard.element();
    assertThat(heard).hasSize(1);
    assertThat(call.method()).isEqualTo("Complete");
    assertThat(call.tries()).isEqualTo(1);
    assertThat(call.duration()).isPositive();
    assertThat(call.failure()).isEmpty();
    assertThat(call.source()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(call.usage()).isEqualTo(USAGE);
    assertThat(call.cost()).isEqualTo(COST);
    assertThat(call.isLocal()).isFalse();
  }

  @Test
  void stream_readToItsEndAndClosed_isToldAsItsLastEventTells() throws Exception {
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          answer.onNext(
              StreamResponse.newBuilder()
                  .setFinished(
                      StreamFinished.newBuilder().setUsage(USAGE).setCost(COST).setServed(SERVED))
                  .build());
          answer.onCompleted();
        };
    try (AdmiralClient client = client(heard::add);
        CompletionStream stream = client.stream(Prompts.of("fast", "hi"))) {
      stream.finish();
    }
    // The reader has the last event before the end of the call is heard of.
    CallSummary call = heard.take();
    assertThat(call.method()).isEqualTo("Stream");
    assertThat(call.failure()).isEmpty();
    assertThat(call.cost()).isEqualTo(COST);
  }

  @Test
  void stream_endingWithoutFinished_isToldAsBroken() {
    server.onStream = (request, answer) -> answer.onCompleted();
    try (AdmiralClient client = client(heard::add);
        CompletionStream stream = client.stream(Prompts.of("fast", "hi"))) {
      assertThatThrownBy(stream::finish).isInstanceOf(AdmiralException.class);
    }
    assertThat(heard.element().failure().orElseThrow().reasonName()).isEqualTo("STREAM_BROKEN");
  }

  @Test
  void call_triedAgain_isToldOnceWithItsTries() {
    AtomicInteger calls = new AtomicInteger();
    server.onComplete =
        (request, answer) -> {
          if (calls.incrementAndGet() < 3) {
            answer.onError(FakeServer.error(Status.Code.UNAVAILABLE, "SERVER_DRAINING"));
          } else {
            answer.onNext(FakeServer.answer("hello"));
            answer.onCompleted();
          }
        };
    try (AdmiralClient client = client(heard::add)) {
      client.ask("fast", "hi");
    }
    assertThat(heard).hasSize(1);
    assertThat(heard.element().tries()).isEqualTo(3);
  }

  @Test
  void listener_thatThrows_doesNotHoldTheCallBack() {
    AdmiralClient.Builder builder =
        server
            .client()
            .listener(call -> {
              throw new IllegalStateException("broken listener");
            });
    try (AdmiralClient client = builder.build()) {
      client.ask("fast", "hi");
    }
  }

  @Test
  void micrometer_ofAnsweredAndFailedCalls_countsAndTimesByBoundedLabels() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (AdmiralClient client = client(MicrometerListener.of(registry))) {
      client.ask("fast", "hi");
      client.ask("fast", "hi");
      server.onComplete =
          (request, answer) ->
              answer.onError(FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED"));
      assertThatThrownBy(() -> client.ask("fast", "hi")).isInstanceOf(AdmiralException.class);
      server.onComplete =
          (request, answer) ->
              answer.onError(FakeServer.error(Status.Code.UNAVAILABLE, "MOON_FULL"));
      assertThatThrownBy(() -> client.ask("fast", "hi")).isInstanceOf(AdmiralException.class);
    }
    assertThat(
            registry.find("admiral.client.call.duration").timers().stream()
                .collect(Collectors.toMap(ListenerTest::labels, Timer::count)))
        .containsOnly(
            Map.entry("code=OK method=Complete reason=none source=memory", 2L),
            Map.entry(
                "code=RESOURCE_EXHAUSTED method=Complete reason=RATE_LIMITED source=none", 1L),
            Map.entry("code=UNAVAILABLE method=Complete reason=other source=none", 1L));
    assertThat(registry.get("admiral.client.retries").counter().count()).isEqualTo(4);
    assertThat(count(registry, "input")).isEqualTo(12);
    assertThat(count(registry, "cached_input")).isEqualTo(8);
    assertThat(count(registry, "output")).isEqualTo(10);
    assertThat(registry.get("admiral.client.spent").counter().count()).isEqualTo(4);
    assertThat(registry.get("admiral.client.saved").counter().count()).isEqualTo(2);
  }

  @Test
  void micrometer_ofOnesOwnAnswer_saysSo() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    server.stop();
    try (AdmiralClient client =
        server
            .client()
            .retry(RetryPolicy.NONE)
            .listener(MicrometerListener.of(registry))
            .fallback((request, failure) -> Optional.of(FakeServer.answer("own")))
            .build()) {
      client.ask("fast", "hi");
    }
    assertThat(registry.get("admiral.client.call.duration").tag("source", "local").timer().count())
        .isEqualTo(1);
  }

  private AdmiralClient client(CallListener listener) {
    return server.client().listener(listener).build((delay, task) -> task.run(), () -> 1.0);
  }

  private static double count(SimpleMeterRegistry registry, String type) {
    return registry.get("admiral.client.tokens").tag("type", type).counter().count();
  }

  private static String labels(Timer timer) {
    return timer.getId().getTags().stream()
        .map((Tag tag) -> tag.getKey() + "=" + tag.getValue())
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
