package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's process is told to end in the middle of a load, with streams open. */
class DrainTest {
  private static final int STREAMS_PER_PORT = 100;
  private static final int CALLERS_PER_PORT = 8;
  private static final int CALLS_BEFORE_STOP = 5_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final Set<String> paid = ConcurrentHashMap.newKeySet();
  private final Queue<String> lost = new ConcurrentLinkedQueue<>();
  private final AtomicInteger number = new AtomicInteger();
  private final CountDownLatch enough = new CountDownLatch(CALLS_BEFORE_STOP);

  @Test
  void terminatedInMidLoad_losesNoCall() throws Exception {
    try (Simulator simulator = Simulator.builder().timeScale(0).start();
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      int billed;
      try (ServerProcess server =
              ServerProcess.start(folder, simulator, Map.of("ADMIRAL_GRPC_DRAIN_TIMEOUT", "60s"));
          AdmiralClient client = server.client(RetryPolicy.NONE);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Hold hold = simulator.hold("gpt-4o", 1);
        List<Future<?>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS_PER_PORT; i++) {
          streams.add(threads.submit(() -> stream(client)));
          streams.add(threads.submit(() -> stream(http, server)));
        }
        assertThat(hold.awaitWaiting(2 * STREAMS_PER_PORT, LIMIT)).isTrue();
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS_PER_PORT; i++) {
          callers.add(threads.submit(() -> load(client)));
          callers.add(threads.submit(() -> load(http, server)));
        }
        assertThat(enough.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

        server.terminate();
        // They stop by themselves, once they are told that the server goes away.
        for (Future<?> caller : callers) {
          caller.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        hold.close();
        for (Future<?> stream : streams) {
          stream.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(server.awaitExit()).isZero();
        assertThat(lost).isEmpty();
        assertThat(simulator.awaitIdle(LIMIT)).isTrue();
        billed = simulator.invoice().lines().size();
      }
      try (ServerProcess again = ServerProcess.start(folder, simulator);
          AdmiralClient client = again.client(RetryPolicy.NONE)) {
        List<String> entries = client.ledger().entries().map(LedgerEntry::getEntryId).toList();
        assertThat(entries).hasSize(billed).containsAll(paid);
      }
    }
  }

  /** One stream by gRPC, which must come to its end. */
  private void stream(AdmiralClient client) {
    try (CompletionStream stream =
        client.stream(Prompts.of("gpt-4o", "stream " + number.incrementAndGet()))) {
      paid.add(stream.finish().getLedgerEntryId());
    } catch (AdmiralException e) {
      lost.add("a gRPC stream: " + e.reason());
    }
  }

  /** One stream by HTTP, which must come to its end. */
  private Void stream(HttpClient http, ServerProcess server) throws InterruptedException {
    try {
      HttpResponse<String> response = post(http, server.httpAddress(), "gpt-4o", true);
      if (response.statusCode() != 200 || !response.body().endsWith("data: [DONE]\n\n")) {
        lost.add("an HTTP stream: " + response.statusCode());
      }
    } catch (IOException e) {
      lost.add("an HTTP stream: " + e);
    }
    return null;
  }

  private void load(AdmiralClient client) {
    while (true) {
      try {
        paid.add(
            client
                .complete(Prompts.of("gpt-4o-mini", "call " + number.incrementAndGet()))
                .getLedgerEntryId());
        enough.countDown();
      } catch (AdmiralException e) {
        if (e.reason() != ErrorReason.ERROR_REASON_SERVER_DRAINING) {
          lost.add("a gRPC call: " + e.reason());
        }
        return;
      }
    }
  }

  private Void load(HttpClient http, ServerProcess server) throws InterruptedException {
    while (true) {
      try {
        HttpResponse<String> response = post(http, server.httpAddress(), "gpt-4o-mini", false);
        if (response.statusCode() == 503) {
          return null;
        }
        if (response.statusCode() != 200) {
          lost.add("an HTTP call: " + response.statusCode());
          return null;
        }
        enough.countDown();
      } catch (ConnectException e) {
        // Nobody listens any more: the call was never taken.
        return null;
      } catch (IOException e) {
        lost.add("an HTTP call: " + e);
        return null;
      }
    }
  }

  private HttpResponse<String> post(HttpClient http, String address, String model, boolean stream)
      throws IOException, InterruptedException {
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"call %d\"}]}"
            .formatted(model, stream, number.incrementAndGet());
    return http.send(
        HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void streamThatOutlastsTheDrain_isEndedByTheVendorsError() throws Exception {
    try (Harness harness = Harness.start();
        Hold hold = harness.simulator().hold("gpt-4o", 1);
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> stream =
          threads.submit(() -> post(http, harness.httpAddress(), "gpt-4o", true));
      assertThat(hold.awaitWaiting(1, LIMIT)).isTrue();
      await().until(() -> harness.client().stats().getInFlightCount() == 1);

      harness.stopServer();

      String body = stream.get(LIMIT.toSeconds(), TimeUnit.SECONDS).body();
      assertThat(body).contains("\"error\"").contains("shut down").doesNotContain("[DONE]");
    }
  }
}
