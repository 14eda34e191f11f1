package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the way to the server is said in one sentence, with what to do. */
final class WayTest {
  @TempDir private Path folder;
  private Certificates own;

  @BeforeEach
  void makeCertificate() throws Exception {
    own = Certificates.in(folder);
  }

  @Test
  void proxy_thatDropsTrailers_isNamed() throws Exception {
    try (BadWay way = BadWay.withoutTrailers()) {
      assertThat(failure(way))
          .hasMessage(
              "The answer of Admiral at "
                  + way.address()
                  + " came without its end: something between this client and Admiral, such as a"
                  + " proxy, does not pass on HTTP/2 trailers.");
    }
  }

  @Test
  void server_ofHttp1_doesNotSpeakGrpc() throws Exception {
    byte[] answer =
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (BadWay way = BadWay.saying(answer)) {
      assertThat(failure(way))
          .hasMessage(
              "Admiral at "
                  + way.address()
                  + " cannot be reached: what answers there does not speak gRPC; is it Admiral's"
                  + " HTTP port, or a proxy? gRPC has a port of its own, 50051 unless configured.")
          .isInstanceOf(AdmiralException.Unavailable.class);
    }
  }

  @Test
  void connection_thatIsClosedAtOnce_isSaidToBe() throws Exception {
    try (BadWay way = BadWay.hangingUp()) {
      assertThat(failure(way).getMessage())
          .startsWith("Admiral at " + way.address() + " cannot be reached: ")
          .containsPattern("closed before an answer came|[Cc]onnection reset|Broken pipe");
    }
  }

  @Test
  void method_ofNewerContract_tellsThatTheServerMayBeOlder() throws Exception {
    try (FakeServer server = FakeServer.start();
        AdmiralClient client = server.client().build()) {
      AdmiralException e = catchThrowableOfType(AdmiralException.class, client::stats);
      assertThat(e)
          .hasMessage(
              "Admiral at 127.0.0.1:"
                  + server.port()
                  + " does not know this method: Method admiral.optimizer.v1.OptimizerService/Stats"
                  + " is unimplemented. It may be older than this client.")
          .isInstanceOf(AdmiralException.CallRefused.class);
      assertThat(e.reasonName()).isEqualTo("NOT_IMPLEMENTED");
    }
  }

  @Test
  void certificates_ofBothSides_connect() throws Exception {
    try (FakeServer server = mutual()) {
      Tls tls = Tls.trusting(own.certificate());
      try (AdmiralClient client =
          server.client().tls(tls.withClientCertificate(own.certificate(), own.key())).build()) {
        assertThat(client.ask("fast", "hi")).isEqualTo("hello");
      }
      assertThat(failure(server, tls).code()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void certificate_fromUnknownAuthority_isSaidToBe() throws Exception {
    try (FakeServer server = mutual()) {
      assertThat(failure(server, Tls.systemRoots()))
          .hasMessage(
              "Admiral at 127.0.0.1:"
                  + server.port()
                  + " cannot be reached: its certificate comes from an authority that is not"
                  + " trusted here; name the file of that authority in Tls.trusting(...).");
    }
  }

  @Test
  void certificate_forOtherName_isSaidToBe() throws Exception {
    Tls misled =
        Tls.trusting(own.certificate())
            .withClientCertificate(own.certificate(), own.key())
            .withServerName("other.example");
    try (FakeServer server = mutual()) {
      assertThat(failure(server, misled).getMessage())
          .startsWith(
              "Admiral at 127.0.0.1:"
                  + server.port()
                  + " cannot be reached: its certificate is for another name (")
          .contains("other.example")
          .endsWith("Tls.withServerName(...).");
    }
  }

  @Test
  void plaintext_toTlsPort_isToldToUseTls() throws Exception {
    try (FakeServer server = mutual();
        AdmiralClient client = server.client().retry(RetryPolicy.NONE).build()) {
      assertThatThrownBy(() -> client.ask("fast", "hi"))
          .hasMessageContaining("cannot be reached: ")
          .message()
          .containsPattern("speaks TLS only|closed before an answer came|onnection reset");
    }
  }

  @Test
  void tls_toPlaintextPort_isToldToLeaveItOut() throws Exception {
    try (FakeServer server = FakeServer.start()) {
      assertThat(failure(server, Tls.systemRoots()).getMessage())
          .contains("what answers there does not speak TLS; leave tls(...) out");
    }
  }

  @Test
  void pem_thatIsNone_isRefusedNamingTheFile() throws Exception {
    Path garbage = Files.writeString(folder.resolve("garbage.pem"), "not a certificate");
    assertThatThrownBy(() -> AdmiralClient.builder().tls(Tls.trusting(garbage)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The TLS files ("
                + garbage
                + ") cannot be used: No certificate data found. Certificates must be PEM, and a key"
                + " PKCS 8 without a password.");
    assertThatThrownBy(() ->
            AdmiralClient.builder()
                .tls(
                    Tls.trusting(own.certificate())
                        .withClientCertificate(own.certificate(), garbage))
                .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(garbage + ") cannot be used: ");
  }

  private FakeServer mutual() throws Exception {
    return FakeServer.startWith(
        TlsServerCredentials.newBuilder()
            .keyManager(own.certificate().toFile(), own.key().toFile())
            .trustManager(own.certificate().toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build());
  }

  private static AdmiralException failure(BadWay way) {
    try (AdmiralClient client =
        AdmiralClient.builder().address(way.address()).retry(RetryPolicy.NONE).build()) {
      return catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
    }
  }

  private static AdmiralException failure(FakeServer server, Tls tls) {
    try (AdmiralClient client = server.client().tls(tls).retry(RetryPolicy.NONE).build()) {
      return catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
    }
  }
}
