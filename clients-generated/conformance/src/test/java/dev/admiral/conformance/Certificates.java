package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that signed itself, and its key, as PEM files; the JDK's own tool makes them.
 *
 * @param certificate the file of the certificate, which is the authority too
 * @param key the file of its key
 */
record Certificates(Path certificate, Path key) {
  private static final String PASSWORD = "change-it";

  /**
   * @param names whom it is for, as in {@code dns:localhost,ip:127.0.0.1}
   */
  static Certificates make(Path folder, String file, String names) {
    Path store = folder.resolve(file + ".p12");
    try {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "own",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=conformance",
                  "-ext",
                  "san=" + names,
                  "-ext",
                  "bc:c",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool made no certificate: " + said);
      }
      KeyStore made = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(store)) {
        made.load(in, PASSWORD.toCharArray());
      }
      return new Certificates(
          pem(
              folder.resolve(file + ".crt"),
              "CERTIFICATE",
              made.getCertificate("own").getEncoded()),
          pem(
              folder.resolve(file + ".key"),
              "PRIVATE KEY",
              made.getKey("own", PASSWORD.toCharArray()).getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The certificate cannot be read.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a certificate was made.", e);
    }
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}
