package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.simulator.Hold;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that leave by HTTP, at each moment of a call: nothing of the call stays behind, neither
 * its timers nor its place in the figures, and the vendor is let go.
 */
class LeavingHttpCallersTest {
  private static final String MODEL = "gpt-4o";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Harness harness;

  @BeforeEach
  void start() {
    harness = Harness.start();
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void clientThatReadsNoFurtherAndLeaves_leavesNothingBehind() throws Exception {
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(
          new java.net.InetSocketAddress("127.0.0.1", URI.create(harness.httpAddress()).getPort()));
      send(socket, body("Tell all. [[sim: tokens=60000]]", true));
      assertThat(firstByte(socket)).isEqualTo('H');
      // What it does not take fills the way to it: the server waits for it with a write.
      harness.awaitUpstream(0);
      harness.awaitUnendedHttp(1);
      // Leaves without a word.
      socket.setSoLinger(true, 0);
    }

    harness.awaitUnendedHttp(0);
    harness.awaitInFlight(0);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_1_1, true, 0",
    "HTTP_1_1, true, 1",
    "HTTP_1_1, false, 0",
    "HTTP_2, true, 0",
    "HTTP_2, true, 1",
    "HTTP_2, false, 0"
  })
  void clientThatLeavesWhileItsModelWorks_letsTheModelGo(
      HttpClient.Version version, boolean streamed, int frames) throws Exception {
    try (Hold hold = harness.simulator().hold(MODEL, frames);
        HttpClient client = HttpClient.newBuilder().version(version).build()) {
      // The connection is made and its version agreed before a body is sent.
      URI models = URI.create(harness.httpAddress() + "/v1/models");
      assertThat(client.send(HttpRequest.newBuilder(models).build(), BodyHandlers.discarding()))
          .extracting(HttpResponse::version)
          .isEqualTo(version);
      CompletableFuture<HttpResponse<Void>> answer =
          client.sendAsync(
              HttpRequest.newBuilder(URI.create(harness.httpAddress() + "/v1/chat/completions"))
                  .header("content-type", "application/json")
                  .POST(BodyPublishers.ofString(body("hello", streamed)))
                  .build(),
              BodyHandlers.discarding());
      assertThat(hold.awaitWaiting(1, LIMIT)).isTrue();
      harness.awaitUnendedHttp(1);

      answer.cancel(true);

      harness.awaitUnendedHttp(0);
      harness.awaitInFlight(0);
      harness.awaitUpstream(0);
    }
  }

  private static String body(String text, boolean streamed) {
    return "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
        .formatted(MODEL, streamed, text);
  }

  private static void send(Socket socket, String body) throws Exception {
    String request =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type:"
            + " application/json\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
  }

  private static int firstByte(Socket socket) throws Exception {
    InputStream in = socket.getInputStream();
    return in.read();
  }
}
