package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.simulator.Hold;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streams whose models are silent for longer than a heartbeat. */
class SilentStreamTest {
  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.startHttp("  heartbeat_interval: 1s");
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  @Test
  void modelThatIsSilentAtFirst_isWaitedForWithComments() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      Hold hold = harness.simulator().hold("gpt-4o");
      HttpResponse<InputStream> response = ask(client, "gpt-4o", "slowly", "x-admiral-agent", "a");
      try (BufferedReader lines = lines(response)) {
        // The status is sent, though nobody knows yet who will answer.
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("x-admiral-request-id")).isPresent();
        assertThat(response.headers().firstValue("x-admiral-served")).isEmpty();
        assertThat(lines.readLine()).isEqualTo(": waiting");
        hold.close();

        List<String> rest = lines.lines().toList();
        assertThat(rest)
            .contains(": x-admiral-served upstream", ": x-admiral-model openai/gpt-4o")
            .anyMatch(line -> line.matches(": x-admiral-cost-usd 0\\.\\d+"))
            .anyMatch(line -> line.matches(": x-admiral-overhead-ms \\d+\\.\\d+"))
            .contains("data: [DONE]")
            .noneMatch(line -> line.contains("x-admiral-request-id"));
      }
    }
  }

  @Test
  void callThatFailsAfterSilence_endsWithTheVendorsError() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient();
        Hold _ = harness.simulator().hold("gpt-4.1")) {
      HttpResponse<InputStream> response =
          ask(client, "gpt-4.1", "for ever", "x-admiral-timeout-ms", "2500");
      try (BufferedReader lines = lines(response)) {
        assertThat(lines.readLine()).isEqualTo(": waiting");

        List<String> rest = lines.lines().toList();
        assertThat(rest)
            .anyMatch(line -> line.startsWith("data: {\"error\":{") && line.contains("deadline"))
            .doesNotContain("data: [DONE]");
      }
    }
  }

  private static HttpResponse<InputStream> ask(
      HttpClient client, String model, String text, String... headers) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(harness.httpAddress() + "/v1/chat/completions"))
            .header("content-type", "application/json")
            .headers(headers)
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"%s","stream":true,"messages":[{"role":"user","content":"%s"}]}
                    """
                        .formatted(model, text)))
            .build(),
        BodyHandlers.ofInputStream());
  }

  private static BufferedReader lines(HttpResponse<InputStream> response) {
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }
}
