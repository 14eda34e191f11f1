package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many callers at once, some of them unlucky: each finds exactly its calls on the invoice. */
class MixedLoadTest {
  private static final int CALLS = 2000;
  private static final int CALLERS = 32;

  /** What a caller knows of a call: the tokens it was told, or that it was told none. */
  private record Known(boolean usage, long prompt, long output) {}

  @Test
  void invoice_agreesWithWhatEveryCallerSaw() throws Exception {
    Map<String, Known> known = new ConcurrentHashMap<>();
    AtomicInteger refused = new AtomicInteger();
    try (Simulator simulator =
        Simulator.builder()
            .seed(11)
            .timeScale(0)
            .fault("*", 0.02, "status=500")
            .fault("*", 0.02, "cut-after=3")
            .fault("*", 0.02, "reset=2")
            .fault("*", 0.02, "malformed-after=1")
            .fault("*", 0.02, "error-after=2")
            .start()) {
      try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
          ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int caller = 0; caller < CALLERS; caller++) {
          int first = caller;
          callers.submit(() -> {
            for (int i = first; i < CALLS; i += CALLERS) {
              call(http, simulator.uri(), i, known, refused);
            }
            return null;
          });
        }
      }
      assertThat(simulator.awaitIdle(Duration.ofSeconds(30))).isTrue();
      check(simulator.invoice(), known, refused.get());
    }
  }

  private static void call(
      HttpClient http, URI base, int i, Map<String, Known> known, AtomicInteger refused)
      throws InterruptedException {
    boolean stream = i % 2 == 0;
    boolean anthropic = i % 4 < 2;
    String id = "call-" + i;
    String body =
        "{\"model\":\"%s\",\"stream\":%s,%s\"messages\":[{\"role\":\"user\",\"content\":\"Call %d\"}]}"
            .formatted(
                anthropic ? "claude-haiku-4-5" : "gpt-4o-mini",
                stream,
                anthropic
                    ? "\"max_tokens\":999,"
                    : stream ? "\"stream_options\":{\"include_usage\":true}," : "",
                i);
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(anthropic ? "/v1/messages" : "/v1/chat/completions"))
            .header("anthropic-version", "2026-10-21")
            .header("x-client-request-id", id)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        refused.incrementAndGet();
      } else {
        known.put(id, told(response.body(), stream));
      }
    } catch (IOException e) {
      known.put(id, new Known(false, 0, 0));
    }
  }

  private static Known told(String body, boolean stream) {
    JsonNode usage = null;
    try {
      if (!stream) {
        usage = Caller.parse(body).get("usage");
      } else {
        for (Caller.Event event : Caller.events(body)) {
          if (!event.data().equals("[DONE]") && !event.name().equals("message_start")) {
            JsonNode said = event.json().get("usage");
            usage = said != null && !said.isNull() ? said : usage;
          }
        }
      }
    } catch (UncheckedIOException e) {
      return new Known(false, 0, 0);
    }
    if (usage == null) {
      return new Known(false, 0, 0);
    }
    return usage.has("input_tokens")
        ? new Known(true, usage.path("input_tokens").asLong(), usage.path("output_tokens").asLong())
        : new Known(
            true, usage.path("prompt_tokens").asLong(), usage.path("completion_tokens").asLong());
  }

  private static void check(Invoice invoice, Map<String, Known> known, int refused) {
    assertThat(invoice.refused()).hasSize(refused);
    assertThat(invoice.lines()).hasSize(known.size());
    assertThat(known.size() + refused).isEqualTo(CALLS);
    long cost = 0;
    long reported = 0;
    for (InvoiceLine line : invoice.lines()) {
      Known call = known.get(line.clientRequestId().orElseThrow());
      assertThat(call.usage()).as(line.toString()).isEqualTo(line.usageReported());
      long expected =
          line.provider().equals("anthropic")
              ? line.tokens().prompt() * 1_000_000 + line.tokens().output() * 5_000_000
              : line.tokens().prompt() * 150_000 + line.tokens().output() * 600_000;
      assertThat(line.costPicos()).hasValue(expected);
      cost += expected;
      if (call.usage()) {
        assertThat(line.tokens().prompt()).isEqualTo(call.prompt());
        assertThat(line.tokens().output()).isEqualTo(call.output());
        reported += expected;
      }
    }
    assertThat(invoice.costPicos()).isEqualTo(cost);
    assertThat(invoice.total().reportedCostPicos()).isEqualTo(reported);
    assertThat(invoice.total().unreportedCalls())
        .isEqualTo(known.values().stream().filter(call -> !call.usage()).count())
        .isPositive();
  }
}
