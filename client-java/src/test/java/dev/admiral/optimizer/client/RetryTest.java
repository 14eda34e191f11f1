package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CreateKeyRequest;
import dev.admiral.optimizer.v1.CreateKeyResponse;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, when, and when no longer. Waits take no time here. */
final class RetryTest {
  private static final StatusRuntimeException DRAINING =
      FakeServer.error(Status.Code.UNAVAILABLE, "SERVER_DRAINING");

  private final List<Duration> waits = new CopyOnWriteArrayList<>();
  private FakeServer server;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start();
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void unavailable_forAWhile_isTriedUntilItPasses() {
    failCompletes(3, DRAINING);
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      assertThat(client.ask("fast", "hi")).isEqualTo("hello");
    }
    assertThat(server.completes).hasSize(4);
    assertThat(waits)
        .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void unavailable_forGood_failsAfterTheLastTry() {
    failCompletes(Integer.MAX_VALUE, DRAINING);
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      AdmiralException e =
          catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
      assertThat(e.reasonName()).isEqualTo("SERVER_DRAINING");
    }
    assertThat(server.completes).hasSize(5);
  }

  @Test
  void tries_ofOneSampledCall_bearOneRequestId() {
    failCompletes(2, DRAINING);
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      client.complete(
          Prompts.of("fast", "hi").toBuilder()
              .setSampling(Sampling.newBuilder().setTemperature(1))
              .build());
    }
    assertThat(server.completes.stream().map(request -> request.getRequestId()).distinct())
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROVIDER_QUOTA_EXHAUSTED",
        "PROVIDER_KEY_INVALID",
        "PROVIDER_NOT_PERMITTED",
        "STORE_UNAVAILABLE",
        "STREAM_BROKEN"
      })
  void unavailable_thatWaitingDoesNotMend_isNotTriedAgain(String reason) {
    failCompletes(1, FakeServer.error(Status.Code.UNAVAILABLE, reason));
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      assertThatThrownBy(() -> client.ask("fast", "hi")).isInstanceOf(AdmiralException.class);
    }
    assertThat(server.completes).hasSize(1);
  }

  @Test
  void unavailable_forAReasonUnknownHere_isTriedAgain() {
    failCompletes(1, FakeServer.error(Status.Code.UNAVAILABLE, "MOON_FULL"));
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      assertThat(client.ask("fast", "hi")).isEqualTo("hello");
    }
  }

  @Test
  void refusal_byALimit_isTheCallersUnlessAskedFor() {
    failCompletes(2, limited(Duration.ofSeconds(3)));
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      assertThatThrownBy(() -> client.ask("fast", "hi")).isInstanceOf(AdmiralException.class);
      RetryPolicy patient = RetryPolicy.DEFAULT.waitingForLimits(Duration.ofSeconds(3));
      assertThat(client.withRetry(patient).ask("fast", "hi")).isEqualTo("hello");
    }
    assertThat(waits).containsExactly(Duration.ofSeconds(3));
  }

  @Test
  void refusal_withLongerWaitThanAskedFor_isTheCallers() {
    failCompletes(1, limited(Duration.ofSeconds(4)));
    try (AdmiralClient client =
        client(RetryPolicy.DEFAULT.waitingForLimits(Duration.ofSeconds(3)))) {
      assertThatThrownBy(() -> client.ask("fast", "hi")).isInstanceOf(AdmiralException.class);
    }
    assertThat(waits).isEmpty();
  }

  @Test
  void wait_thatEndsAfterTheDeadline_isNotBegun() {
    failCompletes(1, limited(Duration.ofHours(1)));
    try (AdmiralClient client = client(RetryPolicy.DEFAULT.waitingForLimits(Duration.ofHours(2)))) {
      assertThatThrownBy(() -> client.withDeadline(Duration.ofMinutes(1)).ask("fast", "hi"))
          .isInstanceOf(AdmiralException.class);
    }
    assertThat(waits).isEmpty();
  }

  @Test
  void deadline_ofSecondTry_isThatOfTheFirst() throws Exception {
    List<Deadline> deadlines = new ArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    server.onComplete =
        (request, answer) -> {
          deadlines.add(Context.current().getDeadline());
          if (calls.getAndIncrement() == 0) {
            answer.onError(DRAINING);
          } else {
            answer.onNext(FakeServer.answer("hello"));
            answer.onCompleted();
          }
        };
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      client.withDeadline(Duration.ofMinutes(1)).ask("fast", "hi");
    }
    // Had the second try a deadline of its own, it would end later; what is left only shrinks.
    assertThat(deadlines).hasSize(2);
    assertThat(deadlines.get(1).timeRemaining(TimeUnit.SECONDS)).isLessThan(60);
  }

  @Test
  void stream_brokenBeforeItsFirstMessage_beginsAnew() {
    AtomicInteger calls = new AtomicInteger();
    server.onStream =
        (request, answer) -> {
          if (calls.getAndIncrement() < 2) {
            answer.onError(DRAINING);
          } else {
            sendWhole(answer);
          }
        };
    try (AdmiralClient client = client(RetryPolicy.DEFAULT);
        CompletionStream stream = client.stream(Prompts.of("fast", "hi"))) {
      assertThat(String.join("", stream.text())).isEqualTo("hello");
    }
    assertThat(server.streams).hasSize(3);
  }

  @Test
  void stream_brokenAfterItsFirstMessage_fails() {
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          answer.onError(DRAINING);
        };
    try (AdmiralClient client = client(RetryPolicy.DEFAULT);
        CompletionStream stream = client.stream(Prompts.of("fast", "hi"))) {
      assertThat(stream.next().hasStarted()).isTrue();
      assertThatThrownBy(stream::hasNext).isInstanceOf(AdmiralException.class);
      assertThatThrownBy(stream::next).isInstanceOf(AdmiralException.class);
    }
    assertThat(server.streams).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void call_cancelledBetweenTries_endsAtOnceAndIsNotTriedAgain() throws Exception {
    failCompletes(Integer.MAX_VALUE, DRAINING);
    LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
    try (AdmiralClient client = server.client().build((delay, task) -> held.add(task), () -> 1.0)) {
      CompletableFuture<?> answer = client.completeAsync(CompleteRequest.getDefaultInstance());
      Runnable nextTry = held.take();
      answer.cancel(true);
      nextTry.run();
      assertThat(answer).isCancelled();
      // The server sees a later call, so it would have seen the repeat before.
      assertThatThrownBy(() -> client.withRetry(RetryPolicy.NONE).ask("fast", "hi"))
          .isInstanceOf(AdmiralException.class);
    }
    assertThat(server.completes).hasSize(2);
  }

  @Test
  void client_closedBetweenTries_endsEveryCallAtOnce() throws Exception {
    failCompletes(Integer.MAX_VALUE, DRAINING);
    LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
    AdmiralClient client = server.client().build((delay, task) -> held.add(task), () -> 1.0);
    CompletableFuture<?> answer = client.completeAsync(CompleteRequest.getDefaultInstance());
    CompletableFuture<?> blocked = CompletableFuture.supplyAsync(() -> client.ask("fast", "hi"));
    List<Runnable> nextTries = List.of(held.take(), held.take());
    client.close();
    assertThatThrownBy(blocked::get).hasMessageContaining("The client was closed.");
    assertThatThrownBy(answer::get).hasMessageContaining("The client was closed.");
    nextTries.forEach(Runnable::run);
    assertThat(server.completes).hasSize(2);
  }

  @Test
  void client_closedWhileATryFails_endsCall() {
    failCompletes(Integer.MAX_VALUE, DRAINING);
    AtomicReference<AdmiralClient> closing = new AtomicReference<>();
    // Drawn after the exchange saw an open client and before it waits.
    AdmiralClient client =
        server
            .client()
            .build(
                (delay, task) -> {},
                () -> {
                  closing.get().close();
                  return 1.0;
                });
    closing.set(client);
    assertThatThrownBy(() -> client.ask("fast", "hi")).hasMessage("The client was closed.");
  }

  @Test
  void client_closedAfterItsExecutor_stillEndsCallsBetweenTries() throws Exception {
    failCompletes(Integer.MAX_VALUE, DRAINING);
    LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    AdmiralClient client =
        server.client().executor(executor).build((delay, task) -> held.add(task), () -> 1.0);
    CompletableFuture<?> answer = client.completeAsync(CompleteRequest.getDefaultInstance());
    held.take();
    executor.shutdown();
    client.close();
    assertThatThrownBy(answer::get).hasMessageContaining("The client was closed.");
  }

  @Test
  void createKey_unavailable_isNeverTriedAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    FleetServiceGrpc.FleetServiceImplBase fleet =
        new FleetServiceGrpc.FleetServiceImplBase() {
          @Override
          public void createKey(
              CreateKeyRequest request, StreamObserver<CreateKeyResponse> answer) {
            calls.incrementAndGet();
            answer.onError(DRAINING);
          }
        };
    try (FakeServer keys = FakeServer.start(fleet);
        AdmiralClient client = keys.client().build()) {
      assertThatThrownBy(() -> client.fleet().createKey(CreateKeyRequest.getDefaultInstance()))
          .isInstanceOf(AdmiralException.class);
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void embed_unavailable_isNeverTriedAgain() {
    AtomicInteger calls = new AtomicInteger();
    server.onEmbed =
        (request, answer) -> {
          calls.incrementAndGet();
          answer.onError(DRAINING);
        };
    try (AdmiralClient client = client(RetryPolicy.DEFAULT)) {
      EmbedRequest request = EmbedRequest.getDefaultInstance();
      assertThatThrownBy(() -> client.embed(request)).isInstanceOf(AdmiralException.class);
      assertThatThrownBy(client.call(OptimizerServiceGrpc.getEmbedMethod(), request)::get)
          .hasCauseInstanceOf(AdmiralException.class);
    }
    assertThat(calls).hasValue(2);
    assertThat(waits).isEmpty();
  }

  @Test
  void server_restarted_isFoundAgain() throws Exception {
    int port = server.port();
    CountDownLatch retried = new CountDownLatch(2);
    try (AdmiralClient client =
        server
            .client()
            .build(
                (delay, task) -> {
                  retried.countDown();
                  CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS).execute(task);
                },
                () -> 1.0)) {
      AdmiralClient patient =
          client.withRetry(
              new RetryPolicy(100, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO));
      assertThat(patient.ask("fast", "hi")).isEqualTo("hello");
      server.stop();
      CompletableFuture<?> answer =
          patient.completeAsync(
              CompleteRequest.newBuilder().setPrompt(Prompts.of("fast", "hi")).build());
      retried.await();
      server = FakeServer.startOn(port);
      assertThat(answer.get()).isNotNull();
    }
  }

  @Property
  void delay_ofAnyTry_isBetweenHalfAndWholeOfItsSpan(
      @ForAll @IntRange(min = 1, max = 99) int tries,
      @ForAll @IntRange(min = 1, max = 5_000) int firstMillis,
      @ForAll @IntRange(max = 100_000) int moreMillis,
      @ForAll @DoubleRange(min = 0, max = 1) double jitter) {
    RetryPolicy policy =
        new RetryPolicy(
            100,
            Duration.ofMillis(firstMillis),
            Duration.ofMillis((long) firstMillis + moreMillis),
            Duration.ZERO);
    AdmiralException failure = Failures.of(Status.UNAVAILABLE, null, "somewhere");
    long span = firstMillis;
    for (int i = 1; i < tries && span < firstMillis + moreMillis; i++) {
      span = Math.min(span * 2, firstMillis + moreMillis);
    }
    Duration delay = policy.delay(tries, failure, jitter).orElseThrow();
    assertThat(delay)
        .isBetween(Duration.ofMillis(span).dividedBy(2).minusNanos(1), Duration.ofMillis(span));
    assertThat(policy.delay(100, failure, jitter)).isEmpty();
  }

  @Test
  void policy_outOfRange_isRefusedInOneSentence() {
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new RetryPolicy(0, second, second, Duration.ZERO))
        .hasMessage("maxTries is 0: use 1 to 100.");
    assertThatThrownBy(() -> new RetryPolicy(1, Duration.ZERO, second, Duration.ZERO))
        .hasMessage("firstDelay is PT0S: use more than zero.");
    assertThatThrownBy(() -> new RetryPolicy(1, second, Duration.ofMillis(1), Duration.ZERO))
        .hasMessageContaining("maxDelay");
    assertThatThrownBy(() -> new RetryPolicy(1, second, second, second.negated()))
        .hasMessageContaining("maxRateLimitWait");
  }

  private AdmiralClient client(RetryPolicy policy) {
    return server
        .client()
        .retry(policy)
        .build(
            (delay, task) -> {
              waits.add(delay);
              task.run();
            },
            () -> 1.0);
  }

  private void failCompletes(int times, StatusRuntimeException error) {
    AtomicInteger calls = new AtomicInteger();
    server.onComplete =
        (request, answer) -> {
          if (calls.getAndIncrement() < times) {
            answer.onError(error);
          } else {
            answer.onNext(FakeServer.answer("hello"));
            answer.onCompleted();
          }
        };
  }

  private static void sendWhole(StreamObserver<StreamResponse> answer) {
    answer.onNext(FakeServer.started());
    answer.onNext(FakeServer.text("hello"));
    answer.onNext(FakeServer.finished());
    answer.onCompleted();
  }

  private static StatusRuntimeException limited(Duration wait) {
    RetryInfo.Builder info = RetryInfo.newBuilder();
    info.getRetryDelayBuilder().setSeconds(wait.toSeconds());
    return FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", info.build());
  }
}
