package dev.admiral.optimizer.client;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate for 127.0.0.1 that vouches for itself, made by the JDK's own tool. */
record Certificates(Path certificate, Path key) {
  static Certificates in(Path folder) throws Exception {
    Path store = folder.resolve("store.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "change-it",
                "-alias",
                "test",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "SAN=IP:127.0.0.1")
            .redirectErrorStream(true)
            .start();
    process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool failed.");
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), "change-it".toCharArray());
    Path certificate = folder.resolve("certificate.pem");
    Path key = folder.resolve("key.pem");
    writePem(certificate, "CERTIFICATE", keys.getCertificate("test").getEncoded());
    writePem(key, "PRIVATE KEY", keys.getKey("test", "change-it".toCharArray()).getEncoded());
    return new Certificates(certificate, key);
  }

  private static void writePem(Path file, String kind, byte[] der) throws Exception {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
  }
}
