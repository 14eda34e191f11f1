package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.FakeVendor;
import dev.admiral.optimizer.provider.Prompts;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.assembly.Providers;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A vendor behind TLS. */
@Timeout(60)
class UpstreamTlsTest {
  private static final String STORE = "javax.net.ssl.trustStore";
  private static final String STORE_PASSWORD = "javax.net.ssl.trustStorePassword";

  @TempDir Path folder;

  private FakeVendor vendor;

  @BeforeEach
  void start() throws Exception {
    TlsPair pair = TlsPair.make(folder, "vendor", "EC");
    SSLContext server = pair.server();
    vendor =
        new FakeVendor(
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
    System.setProperty(STORE, pair.store().toString());
    System.setProperty(STORE_PASSWORD, "changeit");
  }

  @AfterEach
  void stop() throws Exception {
    System.clearProperty(STORE);
    System.clearProperty(STORE_PASSWORD);
    vendor.close();
  }

  @Test
  void connection_isUsedAgain() throws Exception {
    vendor.always(c -> c.raw(answer("one", 0)));
    Provider provider = provider();
    for (int i = 0; i < 20; i++) {
      assertThat(text(provider)).isEqualTo("one");
    }
    provider.close();
    assertThat(vendor.connections()).isEqualTo(1);
  }

  /** Wherever it is held: by the socket, decrypted, or read ahead (in steps of 4 KiB). */
  @Test
  void surplusBehindAnAnswer_isNobodysAnswer() throws Exception {
    for (int length = 4000; length < 4100; length++) {
      // One that was caught is not trusted again.
      Provider provider = provider();
      String twice = answer("own", length) + answer("surplus", length);
      vendor.always(c -> c.raw(twice));
      assertThat(text(provider)).as("length %d", length).isEqualTo("own");
      assertThat(text(provider)).as("length %d", length).isEqualTo("own");
      provider.close();
    }
  }

  /** What is encrypted must be read to tell one from the other. */
  @ParameterizedTest
  @CsvSource({"surplus, 5", "408, 2"})
  void wordOnAnIdleConnection_isASurplusOrItsEnd(String word, int connections) throws Exception {
    CompletableFuture<Void> replied = new CompletableFuture<>();
    CompletableFuture<Void> sent = new CompletableFuture<>();
    vendor.next(c -> {
      c.raw(answer("own", 0));
      replied.join();
      c.raw(word.equals("408") ? "HTTP/1.1 408 Request Timeout\r\n\r\n" : answer(word, 0));
      sent.complete(null);
      c.awaitClose();
    });
    vendor.always(c -> c.raw(answer("own", 0)));
    Provider provider = provider();
    assertThat(text(provider)).isEqualTo("own");
    replied.complete(null);
    sent.join();
    for (int i = 0; i < 4; i++) {
      assertThat(text(provider)).isEqualTo("own");
    }
    provider.close();
    assertThat(vendor.connections()).isEqualTo(connections);
  }

  private Provider provider() {
    URI address = URI.create(vendor.address("/v1").toString().replace("http:", "https:"));
    return Providers.create(
        ProviderSettings.builder("vendor", Dialect.OPENAI, address).build(), Time.SYSTEM);
  }

  private static String text(Provider provider) throws Exception {
    ProviderCall call =
        new ProviderCall(
            "attempt-1",
            "m",
            Prompts.ask("hello"),
            false,
            ModelTraits.UNKNOWN,
            ProviderCall.UNBOUNDED);
    return provider
        .complete(call, _ -> {})
        .completion()
        .getMessage()
        .getParts(0)
        .getText()
        .getText();
  }

  /**
   * @param length of the whole, if that is enough
   */
  private static String answer(String text, int length) {
    String body =
        "{\"choices\":[{\"message\":{\"content\":\"" + text + "\"},\"finish_reason\":\"stop\"}]}";
    String head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    int blanks = Math.max(0, length - head.length() - body.length() - 8);
    int all = body.length() + blanks;
    return head + all + "\r\n\r\n" + body + " ".repeat(blanks);
  }
}
