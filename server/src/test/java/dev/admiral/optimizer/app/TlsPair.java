package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A certificate for localhost that signed itself, and its key, as PEM and in a store. */
record TlsPair(String name, Path cert, Path key, Path store) {
  private static final String PASSWORD = "changeit";

  /** Lets the JDK's own tool make a pair, and writes it as PEM. */
  static TlsPair make(Path folder, String name, String algorithm) throws Exception {
    TlsPair pair =
        new TlsPair(
            name,
            folder.resolve(name + ".crt"),
            folder.resolve(name + ".key"),
            folder.resolve(name + ".p12"));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name,
            "-keyalg",
            algorithm,
            "-dname",
            "CN=localhost",
            "-ext",
            "san=dns:localhost,ip:127.0.0.1",
            "-ext",
            "bc:c",
            "-validity",
            "3650",
            "-storetype",
            "PKCS12",
            "-keystore",
            pair.store.toString(),
            "-storepass",
            PASSWORD);
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore made = pair.load();
    Key key = made.getKey(name, PASSWORD.toCharArray());
    write(pair.key, "PRIVATE KEY", key.getEncoded());
    write(pair.cert, "CERTIFICATE", made.getCertificate(name).getEncoded());
    return pair;
  }

  /**
   * Returns what a client needs.
   *
   * @param trusted the server it trusts
   * @param own what it shows of itself; null if nothing
   */
  static SSLContext client(TlsPair trusted, @Nullable TlsPair own) throws Exception {
    KeyStore servers = KeyStore.getInstance("PKCS12");
    servers.load(null, null);
    servers.setCertificateEntry("server", trusted.load().getCertificate(trusted.name));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(servers);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own == null ? null : own.load(), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** Returns what a server needs that shows this certificate. */
  SSLContext server() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  private static void write(Path file, String kind, byte[] content) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }
}
