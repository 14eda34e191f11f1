package dev.admiral.optimizer.client;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a connection is encrypted and who is trusted. Immutable; files are read when a client is
 * built.
 */
public final class Tls {
  private final Optional<Path> roots;
  private final Optional<Path> chain;
  private final Optional<Path> key;
  private final Optional<String> serverName;

  private Tls(
      Optional<Path> roots, Optional<Path> chain, Optional<Path> key, Optional<String> serverName) {
    this.roots = roots;
    this.chain = chain;
    this.key = key;
    this.serverName = serverName;
  }

  /** Trusts servers whose certificates come from an authority that the Java runtime trusts. */
  public static Tls systemRoots() {
    return new Tls(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Trusts servers whose certificates come from the authorities in a PEM file, and no others. */
  public static Tls trusting(Path certificatesPem) {
    return new Tls(
        Optional.of(certificatesPem), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Returns these settings with a certificate by which this client proves who it is.
   *
   * @param chainPem the certificate, then those that vouch for it
   * @param keyPem its private key, PKCS 8, without a password
   */
  public Tls withClientCertificate(Path chainPem, Path keyPem) {
    return new Tls(roots, Optional.of(chainPem), Optional.of(keyPem), serverName);
  }

  /** Returns these settings with another name that the server's certificate must bear. */
  public Tls withServerName(String name) {
    return new Tls(roots, chain, key, Optional.of(name));
  }

  Optional<String> serverName() {
    return serverName;
  }

  ChannelCredentials credentials() {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (roots.isPresent()) {
        credentials.trustManager(readable(roots.get(), "trusted certificates").toFile());
      }
      if (chain.isPresent() && key.isPresent()) {
        credentials.keyManager(
            readable(chain.get(), "client certificate").toFile(),
            readable(key.get(), "client key").toFile());
      }
      return credentials.build();
    } catch (IOException e) {
      throw new IllegalArgumentException("A TLS file cannot be read: " + e.getMessage(), e);
    }
  }

  /** Says that the files are readable and yet not what they should be. */
  IllegalArgumentException refusal(RuntimeException cause) {
    String files =
        Stream.of(roots, chain, key)
            .flatMap(Optional::stream)
            .map(Path::toString)
            .collect(Collectors.joining(", "));
    String why =
        String.valueOf(cause.getMessage())
            .replaceFirst("^.*SslContext: ", "")
            .replaceFirst("\\.$", "");
    return new IllegalArgumentException(
        "The TLS files ("
            + files
            + ") cannot be used: "
            + why
            + ". Certificates must be PEM, and a key PKCS 8 without a password.",
        cause);
  }

  private static Path readable(Path file, String what) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "The file of the " + what + ", " + file + ", cannot be read: check its path and rights.");
    }
    return file;
  }
}
