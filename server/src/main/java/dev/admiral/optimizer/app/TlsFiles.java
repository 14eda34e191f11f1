package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.TlsSettings;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Turns certificate and key files into the credentials of both ports, after proving that they fit.
 */
final class TlsFiles {
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";

  /** The store is never written anywhere. */
  private static final char[] NO_PASSWORD = {};

  private TlsFiles() {}

  /**
   * Returns the credentials; plain text if TLS is off.
   *
   * @throws ConfigException if a file is missing, unreadable or not what it should be, or the key
   *     is not the certificate's
   */
  static ServerCredentials credentials(TlsSettings tls, Environment environment)
      throws ConfigException {
    if (!tls.on()) {
      return InsecureServerCredentials.create();
    }
    Path certFile = tls.certFile().orElseThrow();
    Path keyFile = tls.keyFile().orElseThrow();
    String certText = environment.read("grpc.tls.cert_file", certFile);
    String keyText = environment.read("grpc.tls.key_file", keyFile);
    Certificate certificate = first("grpc.tls.cert_file", certFile, certText);
    checkKey(certificate.getPublicKey(), keyFile, keyText, certFile);
    TlsServerCredentials.Builder credentials = TlsServerCredentials.newBuilder();
    try {
      credentials.keyManager(stream(certText), stream(keyText));
      if (tls.mutual()) {
        Path caFile = tls.clientCaFile().orElseThrow();
        String caText = environment.read("grpc.tls.client_ca_file", caFile);
        first("grpc.tls.client_ca_file", caFile, caText);
        credentials
            .trustManager(stream(caText))
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
      }
    } catch (IOException e) {
      throw new ConfigException("grpc.tls: the certificates cannot be used: " + e.getMessage());
    }
    return credentials.build();
  }

  /**
   * Returns the same certificate and key for the HTTP port, and asks the same of clients; empty if
   * TLS is off. To be called after {@link #credentials}, which proves the files.
   *
   * @throws ConfigException if a file cannot be used
   */
  static Optional<SslContextFactory.Server> forHttp(TlsSettings tls, Environment environment)
      throws ConfigException {
    if (!tls.on()) {
      return Optional.empty();
    }
    String chain = environment.read("grpc.tls.cert_file", tls.certFile().orElseThrow());
    String key = environment.read("grpc.tls.key_file", tls.keyFile().orElseThrow());
    SslContextFactory.Server factory = new SslContextFactory.Server();
    try {
      Collection<? extends Certificate> certificates = certificates(chain);
      KeyStore store = emptyStore();
      PublicKey certified = certificates.iterator().next().getPublicKey();
      int begin = key.indexOf(KEY_BEGIN) + KEY_BEGIN.length();
      store.setKeyEntry(
          "server",
          privateKey(certified.getAlgorithm(), key.substring(begin, key.indexOf(KEY_END))),
          NO_PASSWORD,
          certificates.toArray(Certificate[]::new));
      factory.setKeyStore(store);
      factory.setKeyStorePassword("");
      if (tls.mutual()) {
        KeyStore trusted = emptyStore();
        int number = 0;
        for (Certificate ca :
            certificates(
                environment.read("grpc.tls.client_ca_file", tls.clientCaFile().orElseThrow()))) {
          trusted.setCertificateEntry("ca" + number++, ca);
        }
        factory.setTrustStore(trusted);
        factory.setNeedClientAuth(true);
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigException("grpc.tls: the certificates cannot be used: " + e.getMessage());
    }
    return Optional.of(factory);
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Collection<? extends Certificate> certificates(String text)
      throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509").generateCertificates(stream(text));
  }

  private static PrivateKey privateKey(String algorithm, String base64)
      throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm)
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
  }

  private static Certificate first(String key, Path file, String text) throws ConfigException {
    try {
      Collection<? extends Certificate> chain = certificates(text);
      if (!chain.isEmpty()) {
        return chain.iterator().next();
      }
    } catch (GeneralSecurityException e) {
      throw new ConfigException(notCertificates(key, file));
    }
    throw new ConfigException(notCertificates(key, file));
  }

  private static String notCertificates(String key, Path file) {
    return key + ": the file " + file + " holds no PEM certificate (-----BEGIN CERTIFICATE-----)";
  }

  private static void checkKey(PublicKey certified, Path keyFile, String keyText, Path certFile)
      throws ConfigException {
    int begin = keyText.indexOf(KEY_BEGIN);
    int end = keyText.indexOf(KEY_END);
    if (begin < 0 || end < begin) {
      throw new ConfigException(
          "grpc.tls.key_file: the file "
              + keyFile
              + " holds no unencrypted PKCS#8 key (-----BEGIN PRIVATE KEY-----); convert it with:"
              + " openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW");
    }
    if (!fits(certified, keyText.substring(begin + KEY_BEGIN.length(), end))) {
      throw new ConfigException(
          "grpc.tls.key_file: the key in "
              + keyFile
              + " does not belong to the certificate in "
              + certFile);
    }
  }

  /** Signs with the one and verifies with the other. */
  private static boolean fits(PublicKey certified, String base64) {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> certified.getAlgorithm();
        };
    byte[] message = "do they fit".getBytes(StandardCharsets.UTF_8);
    try {
      PrivateKey key = privateKey(certified.getAlgorithm(), base64);
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(message);
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certified);
      verifier.update(message);
      return verifier.verify(signer.sign());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // A key of another kind, or no key at all.
      return false;
    }
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
