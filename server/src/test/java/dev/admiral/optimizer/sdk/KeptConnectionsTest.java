package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.simulator.Hold;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that are used again and again, and that are watched for their clients leaving. */
class KeptConnectionsTest {
  private static final int CLIENTS = 8;
  private static final int CALLS = 100;

  private SdkServer server;

  @BeforeEach
  void start() {
    server = SdkServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpRequest request(String model, String words, boolean streamed) {
    String body =
        "{'model':'%s','stream':%s,'messages':[{'role':'user','content':'%s'}]}"
            .formatted(model, streamed, words)
            .replace('\'', '"');
    return HttpRequest.newBuilder(URI.create(server.address() + "/v1/chat/completions"))
        .header("authorization", "Bearer " + SdkServer.KEY)
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /** The vendor's answer and the beginning of the watch meet on different threads. */
  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void callAfterCall_findsItsConnectionOpen(HttpClient.Version version) throws Exception {
    List<Future<Integer>> clients = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(version).build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < CLIENTS; c++) {
        String name = "client " + c;
        clients.add(threads.submit(() -> calls(http, name)));
      }
    }
    for (Future<Integer> client : clients) {
      assertThat(client.get()).isEqualTo(CALLS);
    }
  }

  private int calls(HttpClient http, String name) throws IOException, InterruptedException {
    int answered = 0;
    for (int i = 0; i < CALLS; i++) {
      HttpResponse<String> response =
          http.send(
              request("gpt-4o", name + " call " + i + " [[sim: tokens=1]]", i % 2 == 0),
              HttpResponse.BodyHandlers.ofString());
      answered += response.statusCode() == 200 ? 1 : 0;
    }
    return answered;
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void everyCallerLeavingAJoinedStream_endsTheVendorsCall(HttpClient.Version version)
      throws Exception {
    HttpRequest request = request("gpt-4o-mini", "Together [[sim: tokens=20]]", true);
    try (Hold _ = server.vendor().hold("gpt-4o-mini", 5);
        HttpClient http = HttpClient.newBuilder().version(version).build()) {
      InputStream first = begun(http, request);
      InputStream joined = begun(http, request);
      first.close();
      joined.close();

      server.awaitVendorIdle();
    }
    assertThat(server.vendor().stats().cancelledCalls()).isEqualTo(1);
    assertThat(server.vendor().stats().acceptedCalls()).isEqualTo(1);
  }

  /** Returns a stream whose first bytes are there. */
  private static InputStream begun(HttpClient http, HttpRequest request)
      throws IOException, InterruptedException {
    InputStream stream = http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
    assertThat(stream.read()).isPositive();
    return stream;
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void callerLeavingBeforeAnyAnswer_endsTheVendorsCall(HttpClient.Version version)
      throws Exception {
    try (Hold hold = server.vendor().hold("gpt-4o-mini")) {
      HttpClient http = HttpClient.newBuilder().version(version).build();
      CompletableFuture<HttpResponse<String>> answer =
          http.sendAsync(
              request("gpt-4o-mini", "Whole", false), HttpResponse.BodyHandlers.ofString());
      assertThat(hold.awaitWaiting(1, Duration.ofSeconds(30))).isTrue();
      answer.cancel(true);
      http.shutdownNow();

      server.awaitVendorIdle();
    }
    assertThat(server.vendor().stats().cancelledCalls()).isEqualTo(1);
  }
}
