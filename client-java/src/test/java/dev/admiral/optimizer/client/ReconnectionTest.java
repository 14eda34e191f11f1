package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that end in each way they can, with calls on them. */
@Timeout(60)
final class ReconnectionTest {
  @Test
  void connection_silentlyGone_isNoticedAndTheCallTriedOnAnother() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (FakeServer server = FakeServer.start();
        BadWay way = BadWay.to(server.port());
        AdmiralClient client =
            AdmiralClient.builder()
                .address(way.address())
                // The least that the library takes: this test lasts as long.
                .keepAlive(Duration.ofSeconds(10), Duration.ofMillis(100))
                .build()) {
      server.onComplete =
          (request, answer) -> {
            if (calls.incrementAndGet() == 1) {
              way.freeze();
            }
            answer.onNext(FakeServer.answer("hello"));
            answer.onCompleted();
          };
      assertThat(client.ask("fast", "hi")).isEqualTo("hello");
      assertThat(calls).hasValue(2);
    }
  }

  @Test
  void connection_halfClosed_isLeftAndTheCallTriedOnAnother() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (FakeServer server = FakeServer.start();
        BadWay way = BadWay.to(server.port());
        AdmiralClient client = AdmiralClient.builder().address(way.address()).build()) {
      server.onComplete =
          (request, answer) -> {
            if (calls.incrementAndGet() == 1) {
              closeHalf(way);
            } else {
              answer.onNext(FakeServer.answer("hello"));
              answer.onCompleted();
            }
          };
      assertThat(client.ask("fast", "hi")).isEqualTo("hello");
      assertThat(calls).hasValue(2);
    }
  }

  @Test
  void connection_toldToGo_endsItsCallsWhileNewOnesUseAnother() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    CompletableFuture<ServerCallStreamObserver<StreamResponse>> held = new CompletableFuture<>();
    ServerTransportFilter counting =
        new ServerTransportFilter() {
          @Override
          public Attributes transportReady(Attributes attributes) {
            connections.incrementAndGet();
            return attributes;
          }
        };
    try (FakeServer server = FakeServer.startRestless(counting);
        AdmiralClient client = server.client().retry(RetryPolicy.NONE).build();
        CompletionStream stream = stream(server, held, client)) {
      assertThat(stream.next().hasStarted()).isTrue();
      while (connections.get() < 3) {
        assertThat(client.ask("fast", "hi")).isEqualTo("hello");
      }
      held.get().onNext(FakeServer.text("still here"));
      held.get().onNext(FakeServer.finished());
      held.get().onCompleted();
      assertThat(String.join("", stream.text())).isEqualTo("still here");
    }
  }

  private static CompletionStream stream(
      FakeServer server,
      CompletableFuture<ServerCallStreamObserver<StreamResponse>> held,
      AdmiralClient client) {
    server.onStream =
        (request, answer) -> {
          answer.onNext(FakeServer.started());
          held.complete(answer);
        };
    return client.stream(Prompts.of("fast", "hi"));
  }

  private static void closeHalf(BadWay way) {
    try {
      way.closeHalf();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
