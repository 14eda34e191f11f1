package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.v1.GetAgentRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes to the HTTP port and is no request, or a trick; whatever the vendor's API. */
class HttpDoorTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String HELLO =
      "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
  private static final int MANY_BYTES = 100_000_000;

  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.startHttp("  idle_timeout: 1s\n  body_timeout: 1s");
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  @Test
  void changeToHttp2InMidConnection_isDeclinedAndTheRequestAnswered() throws Exception {
    String reply =
        raw(
            head(
                "GET",
                "/health/live",
                "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk"));

    assertThat(reply).startsWith("HTTP/1.1 200 ").contains("live");
  }

  @Test
  void clientThatBeginsWithHttp2_isAnsweredInIt() throws Exception {
    byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
      socket.getOutputStream().write(settings);

      byte[] first = socket.getInputStream().readNBytes(settings.length);
      // Of a frame's head the fourth byte is its type.
      assertThat(first[3]).isEqualTo(settings[3]);
    }
  }

  @Test
  void bodyAnnouncedTooLarge_isRefusedBeforeItComes() throws Exception {
    String reply = raw(head("POST", CHAT, "content-length: " + MANY_BYTES));

    assertThat(reply).startsWith("HTTP/1.1 413 ").contains("33554432 bytes");
  }

  @Test
  void bodyTooLargeWithoutAnnouncement_isRefusedAtTheLimit() throws Exception {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(bytes(head("POST", CHAT, "transfer-encoding: chunked")));
      byte[] chunk = new byte[1 << 20];
      try {
        for (int sent = 0; sent < MANY_BYTES; sent += chunk.length) {
          out.write(bytes(Integer.toHexString(chunk.length) + "\r\n"));
          out.write(chunk);
          out.write(bytes("\r\n"));
        }
      } catch (IOException e) {
        // It has stopped reading by then, as it should; what it said may be lost with that.
        assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset|closed).*");
        return;
      }
      assertThat(read(socket)).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void bodyThatStopsComing_isGivenUp() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes(head("POST", CHAT, "content-length: 100") + "{"));

      assertThat(read(socket)).startsWith("HTTP/1.1 408 ").contains("did not come in time");
    }
  }

  @Test
  void headersBeyondTheBound_areRefused() throws Exception {
    String reply = raw(head("POST", CHAT, "x-flood: " + "a".repeat(20_000)));

    assertThat(reply).startsWith("HTTP/1.1 431 ").contains("http.max_header_bytes");
  }

  @Test
  void manyHeaders_areRefused() throws Exception {
    String reply = raw(head("GET", "/health", "x: y\r\n".repeat(10_000) + "x: y"));

    assertThat(reply).startsWith("HTTP/1.1 431 ");
  }

  @Test
  void whatIsNoHttp_isToldSo() throws Exception {
    assertThat(raw("\u0001\u0002\r\n\r\n")).startsWith("HTTP/1.1 400 ").contains("no valid HTTP");
    assertThat(raw("hello there\r\n\r\n")).startsWith("HTTP/1.1 505 ").contains("HTTP/1.1 or");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cetc/passwd",
        "/./../etc/passwd",
        "//etc/passwd"
      })
  void pathOutOfTheSite_findsNothing(String path) throws Exception {
    assertThat(raw(head("GET", path, "x: y")))
        .matches("(?s)HTTP/1.1 40[04] .*")
        .doesNotContain("root:");
  }

  @ParameterizedTest
  @CsvSource({
    "sec-fetch-site, cross-site",
    "sec-fetch-site, same-site",
    "origin, https://elsewhere.example",
    "origin, null"
  })
  void callFromAnotherSitesPage_isRefused(String header, String value) throws Exception {
    final int billed = harness.simulator().invoice().lines().size();
    String reply =
        raw(
            head(
                    "POST",
                    CHAT,
                    header
                        + ": "
                        + value
                        + "\r\ncontent-type: application/json\r\ncontent-length: "
                        + HELLO.length())
                + HELLO);

    assertThat(reply).startsWith("HTTP/1.1 403 ").contains("another site");
    assertThat(harness.simulator().invoice().lines()).hasSize(billed);
  }

  @Test
  void callFromThisServersOwnPage_isServed() {
    Reply reply =
        HttpClients.post(
            harness.httpAddress() + CHAT,
            HELLO.replace("hello", "own page"),
            "origin",
            harness.httpAddress());

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void callByAStrangeName_isRefusedWhereNoKeyProtects() throws Exception {
    String reply = raw("GET /v1/models HTTP/1.1\r\nhost: rebound.example\r\n\r\n");

    assertThat(reply).startsWith("HTTP/1.1 403 ").contains("http.allowed_hosts");
  }

  @Test
  void callByAStrangeName_isServedToWhoHasAKey() {
    try (Harness guarded =
        Harness.start(
            """
            keys:
              - label: one
                key: the-key
            """)) {
      URI address = URI.create(guarded.httpAddress());
      String reply =
          rawTo(
              address.getPort(),
              "GET /v1/models HTTP/1.1\r\nhost: fleet.example\r\nauthorization: Bearer"
                  + " the-key\r\nconnection: close\r\n\r\n");
      assertThat(reply).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void otherContentTypes_areRefused() {
    Reply reply =
        HttpClients.post(harness.httpAddress() + CHAT, HELLO, "content-type", "text/plain");

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.json().at("/error/message").asText()).contains("application/json");
  }

  @Test
  void codedBodies_areRefused() {
    Reply reply = HttpClients.post(harness.httpAddress() + CHAT, HELLO, "content-encoding", "zstd");

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.json().at("/error/message").asText())
        .isEqualTo("the content-encoding is zstd; send the body without one");
    assertThat(
            HttpClients.post(harness.httpAddress() + CHAT, HELLO, "content-encoding", "identity")
                .status())
        .isEqualTo(200);
  }

  /** Some agents try a WebSocket first, and go on by POST when they are told so. */
  @ParameterizedTest
  @CsvSource({"websocket, 426", "WebSocket, 426", "h2c, 405"})
  void upgrade_isNotOffered(String protocol, int status) throws Exception {
    String reply = raw(head("GET", "/v1/responses", "connection: Upgrade\r\nupgrade: " + protocol));
    assertThat(reply).startsWith("HTTP/1.1 " + status + " ");
    if (status == 426) {
      assertThat(reply).contains("POST").containsIgnoringCase("upgrade: HTTP/1.1");
    }
  }

  @Test
  void unknownEndpoints_failInEachVendorsShape() {
    String address = harness.httpAddress();

    assertThat(HttpClients.get(address + "/v1/nothing").json().at("/error/message").asText())
        .contains("GET /v1/nothing");
    Reply anthropic = HttpClients.get(address + "/v1/nothing", "anthropic-version", "2023-06-01");
    assertThat(anthropic.status()).isEqualTo(404);
    assertThat(anthropic.json().at("/type").asText()).isEqualTo("error");
    assertThat(anthropic.json().at("/error/type").asText()).isEqualTo("not_found_error");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/chat/completions | did you mean /v1/chat/completions? The base URL ends with /v1",
        "/v1/v1/messages | did you mean /v1/messages? The base URL ends with /v1",
        "/v1/chat/completions/ | did you mean /v1/chat/completions?"
      })
  void pathOneMistakeAway_isNamedInItsVendorsShape(String path, String hint) {
    Reply reply = HttpClients.post(harness.httpAddress() + path, HELLO);

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().at("/error/message").asText()).contains(hint);
  }

  @Test
  void wrongMethod_namesTheRightOne() {
    Reply reply = HttpClients.get(harness.httpAddress() + CHAT);

    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("allow")).isEqualTo("POST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x-admiral-cach | bypass | is unknown",
        "x-admiral-cache | never | must be one of bypass, only, refresh, use",
        "x-admiral-max-cost-usd | cheap | must be an amount of dollars",
        "x-admiral-cache-ttl | -1 | must be a whole number of seconds",
        "x-admiral-timeout-ms | soon | must be a whole number of milliseconds",
        "x-admiral-cache-ttl | 0 | must be 1 second to 30 days",
        "x-admiral-agent | not a name! | may hold letters",
        "x-admiral-task-type | not a name! | may hold letters",
        "x-admiral-fallback-models | gpt-4o,,gpt-4.1 | empty",
        "x-admiral-request-id | two words | visible ASCII"
      })
  void wishThatCannotBeGranted_isRefused(String header, String value, String wrong) {
    Reply reply = HttpClients.post(harness.httpAddress() + CHAT, HELLO, header, value);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().at("/error/message").asText()).contains(header).contains(wrong);
    assertThat(reply.json().at("/error/param").asText()).isEqualTo(header);
  }

  @Test
  void wishes_areGranted() {
    String address = harness.httpAddress() + CHAT;
    String body = HELLO.replace("hello", "wishes");

    assertThat(HttpClients.post(address, body, "x-admiral-cache", "only").status()).isEqualTo(404);
    Reply first = HttpClients.post(address, body, "x-admiral-agent", "council");
    Reply second = HttpClients.post(address, body);
    Reply fresh = HttpClients.post(address, body, "x-admiral-cache", "refresh");

    assertThat(first.header("x-admiral-served")).isEqualTo("upstream");
    assertThat(first.header("x-admiral-model")).isEqualTo("openai/gpt-4o");
    assertThat(Double.parseDouble(first.header("x-admiral-cost-usd"))).isPositive();
    assertThat(Double.parseDouble(first.header("x-admiral-overhead-ms"))).isPositive();
    assertThat(first.header("x-admiral-request-id")).isNotEmpty();
    assertThat(second.header("x-admiral-served")).isEqualTo("memory");
    assertThat(second.header("x-admiral-cost-usd")).isEqualTo("0");
    assertThat(fresh.header("x-admiral-served")).isEqualTo("upstream");
    assertThat(
            harness
                .client()
                .fleet()
                .agent(GetAgentRequest.newBuilder().setAgentId("council").build())
                .getAgent()
                .getCallCount())
        .isEqualTo(1);
  }

  @Test
  void keyOfAnIntentAsLongAsSdksMakeThem_isTaken() {
    String address = harness.httpAddress() + CHAT;
    String drawn = HELLO.replace("\"messages\"", "\"temperature\":1,\"messages\"");
    String key = "stainless-node-retry-0f8fad5b-d9cb-469f-a165-70867728950e";

    assertThat(HttpClients.post(address, drawn, "idempotency-key", key).header("x-admiral-served"))
        .isEqualTo("upstream");
    assertThat(HttpClients.post(address, drawn, "idempotency-key", key).header("x-admiral-served"))
        .isEqualTo("repeated");
    assertThat(
            HttpClients.post(address, drawn, "idempotency-key", key + "!")
                .header("x-admiral-served"))
        .isEqualTo("upstream");
  }

  private static String head(String method, String path, String headers) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        + (headers.contains("content-type") ? "" : "content-type: application/json\r\n")
        + headers
        + "\r\n\r\n";
  }

  private static Socket connect() throws IOException {
    return new Socket("127.0.0.1", URI.create(harness.httpAddress()).getPort());
  }

  private static String raw(String request) {
    return rawTo(URI.create(harness.httpAddress()).getPort(), request);
  }

  private static String rawTo(int port, String request) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(bytes(request));
      return read(socket);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Reads until the server closes the connection. */
  private static String read(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // What was not read of the request resets the connection after the reply.
      assertThat(text).isNotEmpty();
    }
    return text.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
