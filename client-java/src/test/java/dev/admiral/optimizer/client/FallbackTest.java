package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.Usage;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers where Admiral is away, and when it is asked. Waits between tries take no time. */
@Timeout(60)
final class FallbackTest {
  private static final CompleteRequest REQUEST =
      CompleteRequest.newBuilder().setPrompt(Prompts.of("fast", "hi")).setRequestId("mine").build();
  private static final StreamRequest STREAM =
      StreamRequest.newBuilder().setPrompt(Prompts.of("fast", "hi")).setRequestId("mine").build();

  private final Queue<CompleteRequest> asked = new ConcurrentLinkedQueue<>();
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
  void server_away_isStoodInForInEachKindOfCall() throws Exception {
    server.stop();
    try (AdmiralClient client = client(answering(FakeServer.answer("own")))) {
      assertThat(Prompts.text(client.complete(REQUEST).getCompletion())).isEqualTo("own");
      assertThat(Prompts.text(client.completeAsync(REQUEST).get().getCompletion()))
          .isEqualTo("own");
      try (CompletionStream stream = client.stream(STREAM)) {
        assertThat(String.join("", stream.text())).isEqualTo("own");
      }
      OneByOne reader = new OneByOne();
      client.publisher(STREAM).subscribe(reader);
      assertThat(reader.end.get()).hasSize(3);
      assertThat(client.ask("fast", "hi")).isEqualTo("own");
    }
    assertThat(asked).hasSize(5).first().isEqualTo(REQUEST);
    assertThat(asked.stream().limit(4)).containsOnly(REQUEST);
  }

  @Test
  void server_draining_isStoodInForAfterTheLastTry() {
    server.onComplete =
        (request, answer) ->
            answer.onError(FakeServer.error(Status.Code.UNAVAILABLE, "SERVER_DRAINING"));
    try (AdmiralClient client = client(answering(FakeServer.answer("own")))) {
      assertThat(client.ask("fast", "hi")).isEqualTo("own");
    }
    assertThat(server.completes).hasSize(5);
    assertThat(asked).hasSize(1);
  }

  @Test
  void answer_ofOnesOwn_showsThatAdmiralKnowsNothingOfIt() {
    CompleteResponse marked =
        FakeServer.answer("own").toBuilder()
            .setServed(Served.newBuilder().setSource(Source.SOURCE_MEMORY))
            .setLedgerEntryId("entry")
            .build();
    server.stop();
    try (AdmiralClient client = client(answering(marked));
        CompletionStream stream = client.stream(STREAM)) {
      CompleteResponse whole = client.complete(REQUEST);
      assertThat(whole.hasServed()).isFalse();
      assertThat(whole.getCallId()).isEmpty();
      assertThat(whole.getLedgerEntryId()).isEmpty();
      assertThat(stream.finish().hasServed()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RESOURCE_EXHAUSTED, RATE_LIMITED",
    "RESOURCE_EXHAUSTED, BUDGET_EXHAUSTED",
    "FAILED_PRECONDITION, PROVIDER_REFUSED",
    "UNAUTHENTICATED, KEY_INVALID",
    "UNAVAILABLE, NO_PROVIDER_AVAILABLE",
    "UNAVAILABLE, PROVIDER_KEY_INVALID",
    "UNAVAILABLE, MOON_FULL",
    "DEADLINE_EXCEEDED, DEADLINE_EXCEEDED",
    "INTERNAL, INTERNAL",
  })
  void failure_thatTheServerDecided_isNotGoneRound(Status.Code code, String reason) {
    server.onComplete = (request, answer) -> answer.onError(FakeServer.error(code, reason));
    server.onStream = (request, answer) -> answer.onError(FakeServer.error(code, reason));
    try (AdmiralClient client = client(answering(FakeServer.answer("own")));
        CompletionStream stream = client.stream(STREAM)) {
      assertThatThrownBy(() -> client.complete(REQUEST)).isInstanceOf(AdmiralException.class);
      assertThatThrownBy(stream::finish).isInstanceOf(AdmiralException.class);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void stream_brokenAfterItsFirstMessage_isNotGoneRound() {
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          answer.onError(Status.UNAVAILABLE.asRuntimeException());
        };
    try (AdmiralClient client = client(answering(FakeServer.answer("own")));
        CompletionStream stream = client.stream(STREAM)) {
      assertThatThrownBy(stream::finish).isInstanceOf(AdmiralException.Unavailable.class);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void callsOfOtherKinds_areNotStoodInFor() {
    server.stop();
    try (AdmiralClient client = client(answering(FakeServer.answer("own")))) {
      assertThatThrownBy(client::health).isInstanceOf(AdmiralException.Unavailable.class);
      assertThatThrownBy(() -> client.completeAll(List.of(Prompts.of("fast", "hi"))))
          .isInstanceOf(AdmiralException.Unavailable.class);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void hook_thatHasNoAnswer_leavesTheFailure() {
    server.stop();
    try (AdmiralClient client = client((request, failure) -> Optional.empty())) {
      assertThatThrownBy(() -> client.complete(REQUEST))
          .isInstanceOf(AdmiralException.Unavailable.class)
          .hasMessageContaining("cannot be reached");
    }
  }

  @Test
  void hook_thatThrows_leavesTheFailureAndIsToldBesideIt() {
    IllegalStateException broken = new IllegalStateException("broken hook");
    server.stop();
    try (AdmiralClient client =
        client((request, failure) -> {
          throw broken;
        })) {
      AdmiralException e =
          catchThrowableOfType(AdmiralException.class, () -> client.complete(REQUEST));
      assertThat(e.getSuppressed()).containsExactly(broken);
    }
    try (AdmiralClient client =
        client((request, failure) -> {
          throw failure;
        })) {
      AdmiralException e =
          catchThrowableOfType(AdmiralException.class, () -> client.complete(REQUEST));
      assertThat(e.getSuppressed()).isEmpty();
    }
  }

  @Test
  void call_cancelledWhileTheHookWorks_endsAtOnce() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.stop();
    ExecutorService own = Executors.newSingleThreadExecutor();
    Fallback slow =
        (request, failure) -> {
          working.countDown();
          awaitQuietly(go);
          return Optional.of(FakeServer.answer("late"));
        };
    try (AdmiralClient client =
        server
            .client()
            .executor(own)
            .fallback(slow)
            .build((delay, task) -> task.run(), () -> 1.0)) {
      CompletionStream stream = client.stream(STREAM);
      working.await();
      stream.close();
      assertThatThrownBy(stream::finish).isInstanceOf(AdmiralException.CallEnded.class);
      go.countDown();
    } finally {
      own.shutdown();
    }
  }

  @Test
  void client_closedWhileTheHookWorks_endsTheCall() throws Exception {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    server.stop();
    AdmiralClient client =
        client((request, failure) -> {
          working.countDown();
          awaitQuietly(go);
          return Optional.of(FakeServer.answer("late"));
        });
    CompletionStream stream = client.stream(STREAM);
    working.await();
    client.close();
    assertThatThrownBy(stream::finish).hasMessage("The client was closed.");
    go.countDown();
  }

  @Test
  void reader_thatLeavesInTheMiddleOfOnesOwnAnswer_hearsNoMore() throws Exception {
    server.stop();
    try (AdmiralClient client = client(answering(FakeServer.answer("own")))) {
      List<StreamResponse> heard = new ArrayList<>();
      CompletableFuture<Void> left = new CompletableFuture<>();
      client
          .publisher(STREAM)
          .subscribe(
              new OneByOne() {
                @Override
                public void onNext(StreamResponse event) {
                  heard.add(event);
                  subscription.cancel();
                  left.complete(null);
                }
              });
      left.get();
      assertThat(heard).hasSize(1);
    }
  }

  @Test
  void subscriber_thatThrowsOfOnesOwnAnswer_leavesAndTheCallEnds() throws Exception {
    server.stop();
    CompletableFuture<CallSummary> ended = new CompletableFuture<>();
    ExecutorService own = Executors.newSingleThreadExecutor(FallbackTest::silent);
    try (AdmiralClient client =
        server
            .client()
            .executor(own)
            .fallback(answering(FakeServer.answer("own")))
            .listener(ended::complete)
            .build((delay, task) -> task.run(), () -> 1.0)) {
      client
          .publisher(STREAM)
          .subscribe(
              new OneByOne() {
                @Override
                public void onNext(StreamResponse event) {
                  throw new IllegalStateException("broken subscriber");
                }
              });
      assertThat(ended.get().failure()).isPresent();
    } finally {
      own.shutdown();
    }
  }

  @Test
  void events_ofAnyAnswer_areWhatCollectPutsTogether() {
    CompleteResponse answer =
        CompleteResponse.newBuilder()
            .setProvider("local")
            .setModel("small")
            .setCompletion(
                Completion.newBuilder()
                    .setMessage(
                        ChatMessage.newBuilder()
                            .setRole(Role.ROLE_ASSISTANT)
                            .addParts(
                                ContentPart.newBuilder()
                                    .setReasoning(
                                        ReasoningPart.newBuilder().setText("so").setSignature("s")))
                            .addParts(
                                Prompts.message(Role.ROLE_ASSISTANT, "Let me look.").getParts(0))
                            .addParts(
                                ContentPart.newBuilder()
                                    .setToolCall(
                                        ToolCall.newBuilder()
                                            .setId("1")
                                            .setName("search")
                                            .setArgumentsJson("{}")))
                            .addParts(
                                ContentPart.newBuilder()
                                    .setRefusal(RefusalPart.newBuilder().setText("no"))))
                    .setFinishReason(FinishReason.FINISH_REASON_TOOL_CALLS)
                    .setStopSequence("END")
                    .addAlternatives(
                        Candidate.newBuilder()
                            .setMessage(Prompts.message(Role.ROLE_ASSISTANT, "other"))
                            .setFinishReason(FinishReason.FINISH_REASON_STOP)))
            .setUsage(Usage.newBuilder().setInputTokenCount(3))
            .setCost(Cost.newBuilder().setListAmount(Money.newBuilder().setPico(7)))
            .build();
    Assembly assembly = new Assembly();
    LocalAnswer.events(answer).forEach(assembly::add);
    assertThat(assembly.response()).isEqualTo(answer);
  }

  private AdmiralClient client(Fallback fallback) {
    return server.client().fallback(fallback).build((delay, task) -> task.run(), () -> 1.0);
  }

  private Fallback answering(CompleteResponse answer) {
    return (request, failure) -> {
      assertThat(failure.isAway()).isTrue();
      asked.add(request);
      return Optional.of(answer);
    };
  }

  /** A thread whose uncaught exceptions are expected. */
  private static Thread silent(Runnable task) {
    Thread thread = new Thread(task);
    thread.setUncaughtExceptionHandler((broken, expected) -> {});
    return thread;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static class OneByOne implements Flow.Subscriber<StreamResponse> {
    private final List<StreamResponse> events = new ArrayList<>();
    final CompletableFuture<List<StreamResponse>> end = new CompletableFuture<>();
    Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription = begun;
      begun.request(1);
    }

    @Override
    public void onNext(StreamResponse event) {
      events.add(event);
      subscription.request(1);
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(events);
    }
  }
}
