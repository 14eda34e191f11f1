package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.Usage;
import dev.admiral.optimizer.v1.VendorData;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streamed answers, read by one thread or by subscribers. */
final class StreamsTest {
  private static final StreamRequest REQUEST =
      StreamRequest.newBuilder().setPrompt(Prompts.of("fast", "hi")).build();

  private FakeServer server;
  private AdmiralClient client;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start();
    client = server.client().build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop();
  }

  @Test
  void text_ofWholeStream_isEveryPieceInOrder() {
    try (CompletionStream stream = client.stream(REQUEST)) {
      List<String> pieces = new ArrayList<>();
      stream.text().forEach(pieces::add);
      assertThat(pieces).containsExactly("hel", "lo");
      assertThat(stream.finished()).isPresent();
      assertThat(stream.hasNext()).isFalse();
      assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void finish_afterSomeEvents_readsTheRest() {
    try (CompletionStream stream = client.stream(REQUEST)) {
      stream.next();
      assertThat(stream.finished()).isEmpty();
      assertThat(stream.finish().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThatThrownBy(stream::collect).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void collect_everyKindOfPiece_isTheUnaryAnswer() {
    Usage usage = Usage.newBuilder().setInputTokenCount(3).setOutputTokenCount(5).build();
    Cost cost = Cost.newBuilder().setListAmount(Money.newBuilder().setPico(7)).build();
    Served served = Served.newBuilder().setSource(Source.SOURCE_UPSTREAM).build();
    VendorData data = VendorData.newBuilder().setVendor("v").setJson("{\"a\":1}").build();
    server.onStream =
        (request, answer) -> {
          answer.onNext(
              StreamResponse.newBuilder()
                  .setStarted(
                      StreamStarted.newBuilder().setCallId("c").setProvider("p").setModel("m"))
                  .build());
          answer.onNext(reasoning(0, "thin", ""));
          answer.onNext(reasoning(0, "king", "sig"));
          answer.onNext(text(0, 1, "Let me "));
          answer.onNext(text(1, 0, "other"));
          answer.onNext(text(0, 1, "look."));
          answer.onNext(tool(2, "id-1", "search", "{\"q\":"));
          answer.onNext(
              tool(2, "", "", "\"x\"}").toBuilder()
                  .mergeDelta(ContentDelta.newBuilder().setVendorData(data).build())
                  .build());
          answer.onNext(
              FakeServer.delta(
                  ContentDelta.newBuilder()
                      .setPartIndex(3)
                      .setRefusal(RefusalDelta.newBuilder().setText("no"))));
          answer.onNext(
              StreamResponse.newBuilder()
                  .setFinished(
                      StreamFinished.newBuilder()
                          .setFinishReason(FinishReason.FINISH_REASON_TOOL_CALLS)
                          .addAlternativeFinishReasons(FinishReason.FINISH_REASON_STOP)
                          .addMessageVendorData(VendorData.getDefaultInstance())
                          .addMessageVendorData(data)
                          .setStopSequence("END")
                          .setUsage(usage)
                          .setCost(cost)
                          .setServed(served)
                          .setLedgerEntryId("l"))
                  .build());
          answer.onCompleted();
        };
    ChatMessage message =
        ChatMessage.newBuilder()
            .setRole(Role.ROLE_ASSISTANT)
            .addParts(
                ContentPart.newBuilder()
                    .setReasoning(
                        ReasoningPart.newBuilder().setText("thinking").setSignature("sig")))
            .addParts(Prompts.message(Role.ROLE_ASSISTANT, "Let me look.").getParts(0))
            .addParts(
                ContentPart.newBuilder()
                    .setToolCall(
                        ToolCall.newBuilder()
                            .setId("id-1")
                            .setName("search")
                            .setArgumentsJson("{\"q\":\"x\"}"))
                    .setVendorData(data))
            .addParts(ContentPart.newBuilder().setRefusal(RefusalPart.newBuilder().setText("no")))
            .build();
    try (CompletionStream stream = client.stream(REQUEST)) {
      assertThat(stream.collect())
          .isEqualTo(
              CompleteResponse.newBuilder()
                  .setCallId("c")
                  .setProvider("p")
                  .setModel("m")
                  .setCompletion(
                      Completion.newBuilder()
                          .setMessage(message)
                          .setFinishReason(FinishReason.FINISH_REASON_TOOL_CALLS)
                          .setStopSequence("END")
                          .addAlternatives(
                              Candidate.newBuilder()
                                  .setMessage(
                                      Prompts.message(Role.ROLE_ASSISTANT, "other").toBuilder()
                                          .setVendorData(data))
                                  .setFinishReason(FinishReason.FINISH_REASON_STOP)))
                  .setUsage(usage)
                  .setCost(cost)
                  .setServed(served)
                  .setLedgerEntryId("l")
                  .build());
    }
  }

  @Test
  void stream_endingWithoutFinished_isBroken() {
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          answer.onCompleted();
        };
    try (CompletionStream stream = client.stream(REQUEST)) {
      AdmiralException e = catchThrowableOfType(AdmiralException.class, stream::finish);
      assertThat(e.reasonName()).isEqualTo("STREAM_BROKEN");
    }
    Collector collector = new Collector(Long.MAX_VALUE);
    client.publisher(REQUEST).subscribe(collector);
    assertThatThrownBy(collector.end::get).hasMessageContaining("before the answer was complete");
  }

  @Test
  void reader_slowerThanSender_holdsTheSenderBack() {
    int messages = 4_096;
    int bytes = 8 << 10;
    AtomicInteger sent = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger furthest = new AtomicInteger();
    StreamResponse piece = FakeServer.text("x".repeat(bytes));
    server.onStream =
        (request, answer) ->
            answer.setOnReadyHandler(() -> {
              while (answer.isReady() && sent.get() < messages) {
                answer.onNext(piece);
                furthest.accumulateAndGet(sent.incrementAndGet() - taken.get(), Math::max);
              }
              if (sent.get() == messages && !answer.isCancelled()) {
                sent.incrementAndGet();
                answer.onNext(FakeServer.finished());
                answer.onCompleted();
              }
            });
    try (AdmiralClient small = server.client().streamWindow(2).build();
        CompletionStream stream = small.stream(REQUEST)) {
      while (stream.hasNext()) {
        stream.next();
        taken.incrementAndGet();
        if (taken.get() < 500) {
          // A turn of the wire between two pieces is slow for a sender that could send hundreds.
          client.ask("fast", "hi");
        }
      }
    }
    assertThat(taken).hasValue(messages + 1);
    // What HTTP/2 keeps on the way (1 MiB here, and what the server's socket holds) and the window.
    assertThat(furthest.get() * (long) bytes).isLessThan(12L << 20);
  }

  @Test
  void stream_closedInTheMiddle_reachesServer() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    server.onStream = endless(left);
    CompletionStream stream = client.stream(REQUEST);
    assertThat(stream.next().hasStarted()).isTrue();
    stream.close();
    left.await();
    assertThatThrownBy(stream::finish).isInstanceOf(AdmiralException.class);
  }

  @Test
  void stream_closedByAnotherThread_wakesTheReader() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    server.onStream = endless(left);
    CompletionStream stream = client.stream(REQUEST);
    stream.next();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(stream::close);
    AdmiralException e = catchThrowableOfType(AdmiralException.class, stream::finish);
    assertThat(e.code()).isEqualTo(Status.Code.CANCELLED);
    closing.get();
    left.await();
  }

  @Test
  void subscriber_askingForOneAtATime_getsOneAtATime() throws Exception {
    Collector collector = new Collector(1);
    client.publisher(REQUEST).subscribe(collector);
    collector.end.get();
    assertThat(collector.events).hasSize(4);
    assertThat(collector.events.get(3).hasFinished()).isTrue();
  }

  @Test
  void subscriber_cancelling_reachesServerAndHearsNoMore() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    server.onStream = endless(left);
    Collector collector =
        new Collector(Long.MAX_VALUE) {
          @Override
          public void onNext(StreamResponse event) {
            super.onNext(event);
            subscription.cancel();
          }
        };
    client.publisher(REQUEST).subscribe(collector);
    left.await();
    assertThat(collector.events).hasSize(1);
    assertThat(collector.end).isNotDone();
  }

  @Test
  void subscriber_askingForNothing_isTold() {
    Collector collector = new Collector(0);
    client.publisher(REQUEST).subscribe(collector);
    assertThatThrownBy(collector.end::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void subscriber_askingForNothingFromAnotherThread_isToldAfterTheEventThatRuns() throws Exception {
    server.onStream = endless(new CountDownLatch(1));
    Collector collector =
        new Collector(Long.MAX_VALUE) {
          @Override
          public void onNext(StreamResponse event) {
            CompletableFuture.runAsync(() -> subscription.request(0)).join();
            if (!end.isDone()) {
              super.onNext(event);
            }
          }
        };
    client.publisher(REQUEST).subscribe(collector);
    assertThatThrownBy(collector.end::get).hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(collector.events).hasSize(1);
  }

  @Test
  void subscriber_ofFailedStream_getsTypedError() {
    server.onStream =
        (request, answer) -> answer.onError(FakeServer.error(Status.Code.NOT_FOUND, "CACHE_MISS"));
    Collector collector = new Collector(Long.MAX_VALUE);
    client.publisher(REQUEST).subscribe(collector);
    assertThatThrownBy(collector.end::get).hasCauseInstanceOf(AdmiralException.class);
  }

  @Test
  void subscribers_tenThousandAtOnce_needNoThreadsOfTheirOwn() throws Exception {
    int count = 10_000;
    CountDownLatch open = new CountDownLatch(count);
    List<ServerCallStreamObserver<StreamResponse>> answers = new ArrayList<>();
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          synchronized (answers) {
            answers.add(answer);
          }
          open.countDown();
        };
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (AdmiralClient many = server.client().executor(two).build()) {
      List<Collector> collectors = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Collector collector = new Collector(Long.MAX_VALUE);
        collectors.add(collector);
        many.publisher(REQUEST).subscribe(collector);
      }
      open.await();
      for (ServerCallStreamObserver<StreamResponse> answer : answers) {
        answer.onNext(FakeServer.text("hello"));
        answer.onNext(FakeServer.finished());
        answer.onCompleted();
      }
      for (Collector collector : collectors) {
        collector.end.get();
        assertThat(collector.events).hasSize(3);
      }
    } finally {
      two.shutdown();
    }
  }

  @Test
  void events_watched_arriveUntilClosed() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    EventServiceGrpc.EventServiceImplBase events =
        new EventServiceGrpc.EventServiceImplBase() {
          @Override
          public void watchEvents(
              WatchEventsRequest request, StreamObserver<WatchEventsResponse> answer) {
            Context.current().addListener(context -> left.countDown(), Runnable::run);
            for (int i = 1; i <= 3; i++) {
              answer.onNext(
                  WatchEventsResponse.newBuilder()
                      .setEvent(FleetEvent.newBuilder().setSequence(i))
                      .build());
            }
          }
        };
    try (FakeServer fleet = FakeServer.start(events);
        AdmiralClient watcher = fleet.client().build()) {
      EventStream stream = watcher.events().watch(WatchEventsRequest.getDefaultInstance());
      for (int i = 1; i <= 3; i++) {
        assertThat(stream.next().getSequence()).isEqualTo(i);
      }
      stream.close();
      left.await();
      assertThatThrownBy(stream::hasNext).isInstanceOf(AdmiralException.class);
    }
  }

  private static BiConsumer<StreamRequest, ServerCallStreamObserver<StreamResponse>> endless(
      CountDownLatch left) {
    return (request, answer) -> {
      answer.setOnCancelHandler(left::countDown);
      answer.onNext(FakeServer.started());
    };
  }

  private static StreamResponse text(int candidate, int part, String text) {
    return FakeServer.delta(
        ContentDelta.newBuilder()
            .setCandidateIndex(candidate)
            .setPartIndex(part)
            .setText(TextDelta.newBuilder().setText(text)));
  }

  private static StreamResponse reasoning(int part, String text, String signature) {
    return FakeServer.delta(
        ContentDelta.newBuilder()
            .setPartIndex(part)
            .setReasoning(ReasoningDelta.newBuilder().setText(text).setSignature(signature)));
  }

  private static StreamResponse tool(int part, String id, String name, String arguments) {
    return FakeServer.delta(
        ContentDelta.newBuilder()
            .setPartIndex(part)
            .setToolCall(
                ToolCallDelta.newBuilder().setId(id).setName(name).setArgumentsJson(arguments)));
  }

  /** Collects events, asking for a number first and for one more after each. */
  private static class Collector implements Flow.Subscriber<StreamResponse> {
    final List<StreamResponse> events = new ArrayList<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();
    private final long first;
    Flow.Subscription subscription;

    Collector(long first) {
      this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      subscription.request(first);
    }

    @Override
    public void onNext(StreamResponse event) {
      events.add(event);
      if (first == 1) {
        assertThat(events.size()).isLessThanOrEqualTo(4);
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(null);
    }
  }
}
