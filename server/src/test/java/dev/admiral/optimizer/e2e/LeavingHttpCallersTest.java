package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.simulator.Hold;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that leave by HTTP/1.1, at each moment of a call: nothing of the call stays behind,
 * neither its timers nor its place in the figures, and the vendor is let go.
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
  @CsvSource({"true, 0", "true, 1", "false, 0"})
  void clientThatLeavesWhileItsModelWorks_letsTheModelGo(boolean streamed, int frames)
      throws Exception {
    Hold hold = harness.simulator().hold(MODEL, frames);
    try (Socket socket = new Socket("127.0.0.1", URI.create(harness.httpAddress()).getPort())) {
      send(socket, body("hello", streamed));
      assertThat(hold.awaitWaiting(1, LIMIT)).isTrue();
      harness.awaitUnendedHttp(1);
    }

    harness.awaitUnendedHttp(0);
    harness.awaitInFlight(0);
    harness.awaitUpstream(0);
    hold.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void clientThatSendsItsNextRequestTooEarly_getsTheAnswerWhole(boolean streamed) throws Exception {
    Hold hold = harness.simulator().hold(MODEL, streamed ? 1 : 0);
    try (Socket socket = new Socket("127.0.0.1", URI.create(harness.httpAddress()).getPort())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      send(socket, body("first", streamed));
      assertThat(hold.awaitWaiting(1, LIMIT)).isTrue();
      harness.awaitUnendedHttp(1);
      send(socket, body("second", false));
      // Answered on another connection, so that the server has had its look at this one.
      assertThat(HttpClients.get(harness.httpAddress() + "/v1/models").status()).isEqualTo(200);
      hold.close();

      // To the end, which is the connection's.
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers).startsWith("HTTP/1.1 200 ").containsOnlyOnce("HTTP/1.1 ");
      assertThat(answers).contains(streamed ? "data: [DONE]" : "\"finish_reason\":\"stop\"");
    }
    harness.awaitUnendedHttp(0);
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
