package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.e2e.SimulatedProviders;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The HTTP port behind the certificate that gRPC has, in both versions of HTTP. */
class HttpTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir static Path pairs;

  @TempDir Path folder;

  private static Simulator simulator;
  private static TlsPair rsa;
  private static TlsPair ec;
  private static TlsPair bearer;

  @BeforeAll
  static void start() throws Exception {
    simulator = Simulator.builder().timeScale(0).start();
    rsa = TlsPair.make(pairs, "rsa", "RSA");
    ec = TlsPair.make(pairs, "ec", "EC");
    bearer = TlsPair.make(pairs, "bearer", "EC");
  }

  @AfterAll
  static void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @CsvSource({"rsa, HTTP_1_1", "rsa, HTTP_2", "ec, HTTP_1_1", "ec, HTTP_2"})
  void encryptedPort_speaksTheVersionThatClientsAgreeOn(String pair, HttpClient.Version version)
      throws Exception {
    TlsPair own = pair.equals("rsa") ? rsa : ec;
    try (TestServer server = server(own, "")) {
      SSLContext trusting = TlsPair.client(own, null);

      HttpResponse<String> whole = ask(server, trusting, version, false);
      HttpResponse<String> streamed = ask(server, trusting, version, true);

      assertThat(whole.version()).isEqualTo(version);
      assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
      assertThat(whole.headers().firstValue("x-admiral-served")).contains("upstream");
      assertThat(streamed.version()).isEqualTo(version);
      assertThat(streamed.headers().firstValue("x-admiral-served")).contains("memory");
      assertThat(streamed.body()).endsWith("data: [DONE]\n\n");
      assertThatThrownBy(() -> ask(server, TlsPair.client(bearer, null), version, false))
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void mutualTls_letsInOnlyBearersOfACertificate(HttpClient.Version version) throws Exception {
    try (TestServer server = server(ec, "    client_ca_file: " + bearer.cert())) {
      assertThat(ask(server, TlsPair.client(ec, bearer), version, false).statusCode())
          .isEqualTo(200);
      assertThatThrownBy(() -> ask(server, TlsPair.client(ec, rsa), version, false))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> ask(server, TlsPair.client(ec, null), version, false))
          .isInstanceOf(IOException.class);
    }
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
    try (TestServer server = server(ec, "");
        Hold hold = simulator.hold("gpt-4o", frames);
        HttpClient client = client(TlsPair.client(ec, null), version)) {
      CompletableFuture<HttpResponse<String>> answer =
          client.sendAsync(request(server, streamed, "hello"), BodyHandlers.ofString());
      assertThat(hold.awaitWaiting(1, LIMIT)).isTrue();
      await().atMost(LIMIT).until(() -> server.unendedHttpCalls() == 1);

      answer.cancel(true);

      await().atMost(LIMIT).until(() -> server.unendedHttpCalls() == 0);
      await().atMost(LIMIT).until(() -> simulator.stats().openCalls() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void callFromThisServersOwnPage_isServed(HttpClient.Version version) throws Exception {
    try (TestServer server = server(ec, "");
        HttpClient client = client(TlsPair.client(ec, null), version)) {
      HttpRequest own =
          HttpRequest.newBuilder(request(server, false, "own"), (_, _) -> true)
              .header("origin", "https://localhost:" + server.httpPort())
              .build();
      HttpRequest other =
          HttpRequest.newBuilder(request(server, false, "own"), (_, _) -> true)
              .header("origin", "https://elsewhere.example")
              .build();

      assertThat(client.send(own, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(client.send(other, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void plainRequest_isNotServedByAnEncryptedPort() throws Exception {
    try (TestServer server = server(ec, "");
        HttpClient client = HttpClient.newHttpClient()) {
      URI plain = URI.create("http://localhost:" + server.httpPort() + "/v1/models");

      assertThatThrownBy(
              () -> client.send(HttpRequest.newBuilder(plain).build(), BodyHandlers.discarding()))
          .isInstanceOf(IOException.class);
    }
  }

  private TestServer server(TlsPair pair, String more) throws IOException {
    Path config = SimulatedProviders.config(folder, simulator, "");
    String tls =
        "grpc:\n  tls:\n    cert_file: %s\n    key_file: %s\n%s\n"
            .formatted(pair.cert(), pair.key(), more);
    Files.writeString(config, Files.readString(config).replace("grpc:\n", tls));
    return TestServer.start(config);
  }

  private static HttpResponse<String> ask(
      TestServer server, SSLContext tls, HttpClient.Version version, boolean streamed)
      throws Exception {
    try (HttpClient client = client(tls, version)) {
      return client.send(request(server, streamed, "hello"), BodyHandlers.ofString());
    }
  }

  private static HttpClient client(SSLContext tls, HttpClient.Version version) {
    return HttpClient.newBuilder().version(version).sslContext(tls).build();
  }

  private static HttpRequest request(TestServer server, boolean streamed, String text) {
    return HttpRequest.newBuilder(
            URI.create("https://localhost:" + server.httpPort() + "/v1/chat/completions"))
        .header("content-type", "application/json")
        .POST(
            BodyPublishers.ofString(
                """
                {"model":"gpt-4o","stream":%s,"messages":[{"role":"user","content":"%s"}]}
                """
                    .formatted(streamed, text)))
        .build();
  }
}
