package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.TlsSettings;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {
  /** Self-signed pairs, made once: a name, a certificate and its key. */
  @TempDir static Path pairs;

  @TempDir Path folder;

  @BeforeAll
  static void makePairs() throws Exception {
    TlsPair.make(pairs, "rsa", "RSA");
    TlsPair.make(pairs, "ec", "EC");
    TlsPair.make(pairs, "client", "EC");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ec"})
  void encryptedPort_isReachedByThoseWhoTrustIt(String pair) throws Exception {
    try (GrpcPort port = open(tls(cert(pair), key(pair), Optional.empty()))) {
      assertThat(probe(port, trusting(pair).build())).isEqualTo(ServingStatus.SERVING);
      assertThatThrownBy(() -> probe(port, trusting("client").build()))
          .isInstanceOf(StatusRuntimeException.class);
      assertThatThrownBy(() -> probe(port, InsecureChannelCredentials.create()))
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void mutualTls_letsInOnlyBearersOfACertificate() throws Exception {
    try (GrpcPort port = open(tls(cert("ec"), key("ec"), Optional.of(cert("client"))))) {
      ChannelCredentials known =
          trusting("ec").keyManager(cert("client").toFile(), key("client").toFile()).build();
      ChannelCredentials stranger =
          trusting("ec").keyManager(cert("rsa").toFile(), key("rsa").toFile()).build();

      assertThat(probe(port, known)).isEqualTo(ServingStatus.SERVING);
      assertThatThrownBy(() -> probe(port, stranger)).isInstanceOf(StatusRuntimeException.class);
      assertThatThrownBy(() -> probe(port, trusting("ec").build()))
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void missingFile_isNamed() {
    Path missing = folder.resolve("missing.crt");

    assertThatThrownBy(() -> credentials(tls(missing, key("ec"), Optional.empty())))
        .isInstanceOf(ConfigException.class)
        .hasMessage("grpc.tls.cert_file: there is no file " + missing);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "client"})
  void keyOfAnotherCertificate_isRefused(String other) {
    assertThatThrownBy(() -> credentials(tls(cert("ec"), key(other), Optional.empty())))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "grpc.tls.key_file: the key in "
                + key(other)
                + " does not belong to the certificate in "
                + cert("ec"));
  }

  @Test
  void swappedFiles_areRefused() {
    assertThatThrownBy(() -> credentials(tls(key("ec"), cert("ec"), Optional.empty())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("grpc.tls.cert_file: the file " + key("ec") + " holds no PEM");
  }

  @Test
  void keyInAnOlderForm_isRefusedWithTheWayOut() throws Exception {
    Path old =
        Files.writeString(
            folder.resolve("old.key"),
            "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");

    assertThatThrownBy(() -> credentials(tls(cert("ec"), old, Optional.empty())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("openssl pkcs8");
  }

  @Test
  void authorityThatIsNone_isRefused() throws Exception {
    Path none = Files.writeString(folder.resolve("none.crt"), "nothing\n");

    assertThatThrownBy(() -> credentials(tls(cert("ec"), key("ec"), Optional.of(none))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("grpc.tls.client_ca_file: the file " + none);
  }

  private static ServerCredentials credentials(TlsSettings tls) throws ConfigException {
    return TlsFiles.credentials(tls, new Environment(Map.of(), Path.of("/")));
  }

  private GrpcPort open(TlsSettings tls) throws Exception {
    Config defaults =
        new ConfigFile(
                Optional.empty(),
                new Environment(Map.of("ADMIRAL_GRPC_PORT", "0", "ADMIRAL_HTTP_PORT", "0"), folder))
            .read("", _ -> {});
    return GrpcPort.open(
        defaults.doors().grpc(),
        InetAddress.getLoopbackAddress(),
        credentials(tls),
        1 << 20,
        List.of());
  }

  private static ServingStatus probe(GrpcPort port, ChannelCredentials credentials)
      throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress("localhost", port.port(), credentials).build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static TlsChannelCredentials.Builder trusting(String pair) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(cert(pair).toFile());
  }

  private static TlsSettings tls(Path cert, Path key, Optional<Path> clientCa) {
    return new TlsSettings(Optional.of(cert), Optional.of(key), clientCa);
  }

  private static Path cert(String pair) {
    return pairs.resolve(pair + ".crt");
  }

  private static Path key(String pair) {
    return pairs.resolve(pair + ".key");
  }
}
