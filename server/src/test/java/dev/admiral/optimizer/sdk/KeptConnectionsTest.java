package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.simulator.Hold;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections of HTTP/1.1, of which the server watches whether their clients leave. */
class KeptConnectionsTest {
  private static final int CLIENTS = 8;
  private static final int CALLS = 100;

  private SdkServer server;
  private HttpClient http;

  @BeforeEach
  void start() {
    server = SdkServer.start();
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
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
  @Test
  void callAfterCall_findsItsConnectionOpen() throws Exception {
    List<Future<Integer>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < CLIENTS; c++) {
        String name = "client " + c;
        clients.add(threads.submit(() -> calls(name)));
      }
    }
    for (Future<Integer> client : clients) {
      assertThat(client.get()).isEqualTo(CALLS);
    }
  }

  private int calls(String name) throws IOException, InterruptedException {
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

  @Test
  void everyCallerLeavingAJoinedStream_endsTheVendorsCall() throws Exception {
    HttpRequest request = request("gpt-4o-mini", "Together [[sim: tokens=20]]", true);
    try (Hold _ = server.vendor().hold("gpt-4o-mini", 5)) {
      InputStream first = begun(request);
      InputStream joined = begun(request);
      first.close();
      joined.close();

      server.awaitVendorIdle();
    }
    assertThat(server.vendor().stats().cancelledCalls()).isEqualTo(1);
    assertThat(server.vendor().stats().acceptedCalls()).isEqualTo(1);
  }

  /** Returns a stream whose first bytes are there. */
  private InputStream begun(HttpRequest request) throws IOException, InterruptedException {
    InputStream stream = http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
    assertThat(stream.read()).isPositive();
    return stream;
  }
}
