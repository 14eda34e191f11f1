package dev.admiral.optimizer.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Encryption of both ports; with none of the files they are plain text.
 *
 * @param certFile certificate chain in PEM; there if, and only if, {@code keyFile} is
 * @param keyFile its private key
 * @param clientCaFile authorities that clients' certificates must be signed by; empty to ask for
 *     none
 */
public record TlsSettings(
    Optional<Path> certFile, Optional<Path> keyFile, Optional<Path> clientCaFile) {

  static TlsSettings read(Section section) throws ConfigException {
    Optional<Path> cert = section.path("cert_file");
    Optional<Path> key = section.path("key_file");
    Optional<Path> clientCa = section.path("client_ca_file");
    if (cert.isPresent() != key.isPresent()) {
      String given = cert.isPresent() ? "cert_file" : "key_file";
      String other = cert.isPresent() ? "key_file" : "cert_file";
      throw section.wrong(given, "grpc.tls." + given + " needs grpc.tls." + other + " beside it");
    }
    if (clientCa.isPresent() && cert.isEmpty()) {
      throw section.wrong(
          "client_ca_file",
          "grpc.tls.client_ca_file needs grpc.tls.cert_file and grpc.tls.key_file beside it");
    }
    return new TlsSettings(cert, key, clientCa);
  }

  /** Returns true if the ports speak TLS. */
  public boolean on() {
    return certFile.isPresent();
  }

  /** Returns true if clients must show a certificate. */
  public boolean mutual() {
    return clientCaFile.isPresent();
  }
}
