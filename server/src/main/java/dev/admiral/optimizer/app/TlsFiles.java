package dev.admiral.optimizer.app;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;

/**
 * Turns certificate and key files into the credentials of the gRPC port, after proving that they
 * fit.
 */
final class TlsFiles {
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";

  private TlsFiles() {}

  /**
   * Returns the credentials; plain text if TLS is off.
   *
   * @throws ConfigException if a file is missing, unreadable or not what it should be, or the key
   *     is not the certificate's
   */
  static ServerCredentials credentials(Config.Tls tls, Environment environment)
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

  private static Certificate first(String key, Path file, String text) throws ConfigException {
    try {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509").generateCertificates(stream(text));
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
      PrivateKey key =
          KeyFactory.getInstance(certified.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
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
