package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** Streamed answers as a publisher, held to the rules of Reactive Streams by their own kit. */
final class PublisherTest {
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

  /**
   * The rules that every publisher must keep; what the kit says of the optional ones is left out.
   */
  @TestFactory
  Stream<DynamicTest> rule_ofReactiveStreams_isKept() {
    server.onStream = PublisherTest::sendAsManyAsAskedFor;
    return Arrays.stream(Rules.class.getMethods())
        .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
        .filter(method -> method.getName().startsWith("required_"))
        .sorted(Comparator.comparing(Method::getName))
        .map(method -> DynamicTest.dynamicTest(method.getName(), () -> check(method)));
  }

  @Test
  void publisher_withoutSubscriber_callsNobodyAndEachSubscriptionCallsAnew() throws Exception {
    Flow.Publisher<StreamResponse> publisher = client.publisher(REQUEST);
    assertThat(client.stream(REQUEST).collect()).isNotNull();
    assertThat(server.streams).hasSize(1);
    Recorder first = new Recorder();
    Recorder second = new Recorder();
    publisher.subscribe(first);
    publisher.subscribe(second);
    first.subscription.request(Long.MAX_VALUE);
    second.subscription.request(Long.MAX_VALUE);
    first.end.get();
    second.end.get();
    assertThat(server.streams).hasSize(3);
    assertThat(first.events).hasSize(4);
    assertThatThrownBy(() -> publisher.subscribe(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void subscription_cancelledAgainAndAgain_isCancelledOnceAndSilent() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    AtomicInteger cancellations = new AtomicInteger();
    server.onStream =
        (request, answer) -> {
          answer.setOnCancelHandler(() -> {
            cancellations.incrementAndGet();
            left.countDown();
          });
          answer.onNext(FakeServer.started());
        };
    Recorder recorder = new Recorder();
    client.publisher(REQUEST).subscribe(recorder);
    recorder.subscription.request(1);
    recorder.events.take();
    recorder.subscription.cancel();
    recorder.subscription.cancel();
    recorder.subscription.request(1);
    recorder.subscription.request(-1);
    left.await();
    recorder.subscription.cancel();
    assertThat(cancellations).hasValue(1);
    assertThat(recorder.end).isNotDone();
  }

  @Test
  void subscription_cancelledBeforeItBegan_callsNobody() {
    client
        .publisher(REQUEST)
        .subscribe(
            new Recorder() {
              @Override
              public void onSubscribe(Flow.Subscription begun) {
                begun.cancel();
              }
            });
    client.ask("fast", "hi");
    assertThat(server.streams).isEmpty();
  }

  @Test
  void subscriber_thatThrows_leavesAndHearsNoMore() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    server.onStream =
        (request, answer) -> {
          answer.setOnCancelHandler(left::countDown);
          answer.onNext(FakeServer.started());
        };
    Recorder throwing =
        new Recorder() {
          @Override
          public void onNext(StreamResponse event) {
            throw new IllegalStateException("broken subscriber");
          }
        };
    client.publisher(REQUEST).subscribe(throwing);
    throwing.subscription.request(2);
    left.await();
    assertThat(throwing.end).isNotDone();
  }

  private void check(Method rule) throws Throwable {
    Rules rules = new Rules(client);
    rules.setUp();
    try {
      rule.invoke(rules);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Sends as many events as the prompt says, the last of which ends the answer. */
  private static void sendAsManyAsAskedFor(
      StreamRequest request, ServerCallStreamObserver<StreamResponse> answer) {
    String asked = request.getPrompt().getMessages(0).getParts(0).getText().getText();
    if (asked.isEmpty()) {
      answer.onError(FakeServer.error(Status.Code.NOT_FOUND, "CACHE_MISS"));
      return;
    }
    AtomicLong left = new AtomicLong(Long.parseLong(asked));
    answer.setOnReadyHandler(() -> {
      while (answer.isReady() && left.get() > 0) {
        if (left.decrementAndGet() > 0) {
          answer.onNext(FakeServer.text("x"));
        } else {
          answer.onNext(FakeServer.finished());
          answer.onCompleted();
        }
      }
    });
  }

  /** The kit. */
  public static final class Rules extends FlowPublisherVerification<StreamResponse> {
    private final AdmiralClient client;

    Rules(AdmiralClient client) {
      // What is to come may take its time; what is not to come is waited for this long.
      super(new TestEnvironment(10_000, 50, 50, false));
      this.client = client;
    }

    @Override
    public Flow.Publisher<StreamResponse> createFlowPublisher(long elements) {
      return client.publisher(
          StreamRequest.newBuilder()
              .setPrompt(Prompts.of("fast", Long.toString(elements)))
              .build());
    }

    @Override
    public Flow.Publisher<StreamResponse> createFailedFlowPublisher() {
      return client.publisher(StreamRequest.newBuilder().setPrompt(Prompts.of("fast", "")).build());
    }
  }

  private static class Recorder implements Flow.Subscriber<StreamResponse> {
    final LinkedBlockingQueue<StreamResponse> events = new LinkedBlockingQueue<>();
    final CompletableFuture<List<StreamResponse>> end = new CompletableFuture<>();
    Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription = begun;
    }

    @Override
    public void onNext(StreamResponse event) {
      events.add(event);
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      end.complete(List.copyOf(events));
    }
  }
}
