package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.simulator.Hold;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What HTTP tells of the server's health: the same as gRPC. */
class HttpHealthTest {

  @Test
  void workingServer_isLiveReadyAndTellsItsFigures() {
    try (Harness harness = Harness.start()) {
      harness.client().complete(Prompts.of("gpt-4o", "one"));
      harness.client().complete(Prompts.of("gpt-4o", "one"));

      assertThat(health(harness, "/live").status()).isEqualTo(200);
      assertThat(health(harness, "/ready").status()).isEqualTo(200);
      JsonNode told = health(harness, "").json();
      HealthResponse same = harness.client().health();
      assertThat(told.get("status").asText()).isEqualTo("serving");
      assertThat(told.get("version").asText()).isEqualTo(same.getVersion());
      assertThat(told.get("hit_rate").asDouble()).isEqualTo(0.5);
      assertThat(told.get("error_rate").asDouble()).isZero();
      assertThat(told.get("calls_in_flight").asInt()).isZero();
      assertThat(told.get("memory_used_bytes").asLong()).isPositive();
      assertThat(told.get("memory_limit_bytes").asLong())
          .isEqualTo(same.getFigures().getHeapLimitBytes());
      assertThat(told.get("degraded").asBoolean()).isFalse();
      assertThat(told.get("emergency").asBoolean()).isFalse();
      assertThat(told.get("uptime_seconds").asLong()).isNotNegative();
      assertThat(StreamSupport.stream(told.get("parts").spliterator(), false))
          .extracting(part -> part.get("name").asText())
          .containsExactlyElementsOf(
              same.getPartsList().stream().map(PartHealth::getName).toList());
    }
  }

  @Test
  void serverWithoutAnyProvider_isLiveAndNotReady() {
    try (Harness harness = Harness.start("retry: {max_attempts: 1}")) {
      harness.simulator().close();
      await()
          .until(() -> {
            for (String model : new String[] {"gpt-4o", "claude-sonnet-4-6"}) {
              try {
                harness.client().complete(Prompts.of(model, "anybody? " + System.nanoTime()));
              } catch (AdmiralException e) {
                // Each failure makes the provider's health worse.
              }
            }
            return harness.client().health().getState() == HealthState.HEALTH_STATE_NOT_SERVING;
          });

      Reply ready = health(harness, "/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.json().get("reason").asText()).contains("no call can be answered");
      assertThat(health(harness, "").status()).isEqualTo(503);
      assertThat(health(harness, "").json().get("emergency").asBoolean()).isTrue();
      assertThat(health(harness, "/live").status()).isEqualTo(200);
    }
  }

  @Test
  void drainingServer_isNotReadyWhileItsLastCallRuns() throws Exception {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold("gpt-4o");
      CompletableFuture<?> call =
          CompletableFuture.runAsync(() -> harness.client().complete(Prompts.of("gpt-4o", "long")));
      harness.awaitUpstream(1);
      String ready = harness.httpAddress() + "/health/ready";
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(harness::stopServer);

      await()
          .until(() -> {
            try {
              return HttpClients.get(ready).status() == 503;
            } catch (UncheckedIOException e) {
              // The port is closed to new connections by then: no probe takes that for ready.
              return true;
            }
          });
      hold.close();
      call.join();
      stopped.join();
    }
  }

  @Test
  void strangerWhereKeysAreNeeded_isToldTheStateAndNoMore() {
    try (Harness harness =
        Harness.start(
            """
            keys:
              - label: operator
                operator: true
                key: the-key
            """)) {
      assertThat(health(harness, "/ready").status()).isEqualTo(200);
      JsonNode told = health(harness, "").json();
      assertThat(told.get("status").asText()).isEqualTo("serving");
      assertThat(told).hasSize(1);
      Reply known =
          HttpClients.get(harness.httpAddress() + "/health", "authorization", "Bearer the-key");
      assertThat(known.json().get("parts")).isNotEmpty();
    }
  }

  private static Reply health(Harness harness, String path) {
    return HttpClients.get(harness.httpAddress() + "/health" + path);
  }
}
