package dev.admiral.bench;

import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;

/**
 * How the benchmarks themselves reach the simulated vendor: with the HTTP client that Admiral uses.
 */
final class Vendor {
  private static final int CONNECTIONS = 1_000;

  private Vendor() {}

  static CloseableHttpClient client() {
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .build())
        .disableAutomaticRetries()
        .disableContentCompression()
        .disableCookieManagement()
        .build();
  }

  static String chatUri(String simulator) {
    return "http://" + simulator + "/openai/v1/chat/completions";
  }
}
