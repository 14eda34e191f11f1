package dev.admiral.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate, the authority that signed it, and its key, as PEM files; the JDK's own tool makes
 * them.
 *
 * @param authority the file of the authority's own certificate
 * @param certificate the file of the certificate
 * @param key the file of its key
 */
record Certificates(Path authority, Path certificate, Path key) {
  private static final String PASSWORD = "change-it";
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /**
   * Makes an authority and a certificate.
   *
   * @param names whom it is for, as in {@code dns:localhost,ip:127.0.0.1}
   */
  static Certificates make(Path folder, String file, String names) {
    Path store = folder.resolve(file + ".p12");
    try {
      keytool(store, "authority", "-ext", "bc:c");
      keytool(store, "server", "-ext", "san=" + names, "-signer", "authority");
      KeyStore made = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        made.load(in, PASSWORD.toCharArray());
      }
      return new Certificates(
          pem(
              folder.resolve(file + "-authority.crt"),
              "CERTIFICATE",
              made.getCertificate("authority").getEncoded()),
          pem(
              folder.resolve(file + ".crt"),
              "CERTIFICATE",
              made.getCertificate("server").getEncoded()),
          pem(
              folder.resolve(file + ".key"),
              "PRIVATE KEY",
              made.getKey("server", PASSWORD.toCharArray()).getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The certificate cannot be read.", e);
    }
  }

  private static void keytool(Path store, String alias, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                "CN=conformance " + alias,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(List.of(more));
    Command.Outcome made = Command.run(command, Map.of(), LIMIT);
    if (made.code() != 0) {
      throw new IllegalStateException("keytool made no certificate: " + made.output());
    }
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}
