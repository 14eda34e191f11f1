package dev.admiral.optimizer.http.health;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.call.ProtoTimes;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.report.HealthReport;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.ServerFigures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /health/live}, {@code /health/ready} and {@code /health}. The first two are for probes,
 * which have no key, and tell nothing but yes or no and why; the third tells a key's bearer all,
 * and others the state alone.
 */
public final class HealthEndpoints {
  private static final Logger LOG = LoggerFactory.getLogger(HealthEndpoints.class);
  private static final String STORES = "store/";
  private static final int UNAVAILABLE = 503;

  private final HealthBoard board;
  private final HealthReport report;
  private final Keys keys;
  private final Executor virtualThreads;
  private final boolean readyNeedsStores;

  /**
   * @param readyNeedsStores true if a server one of whose stores does not work is not ready, though
   *     calls go on without it
   */
  public HealthEndpoints(
      HealthBoard board,
      HealthReport report,
      Keys keys,
      Executor virtualThreads,
      boolean readyNeedsStores) {
    this.board = board;
    this.report = report;
    this.keys = keys;
    this.virtualThreads = virtualThreads;
    this.readyNeedsStores = readyNeedsStores;
  }

  /** Returns the endpoints by their paths. */
  public Map<String, Endpoint> endpoints() {
    return Map.of(
        "/health/live", exchange -> get(exchange, () -> status(200, "live", "the server answers")),
        "/health/ready", exchange -> get(exchange, this::ready),
        "/health", exchange -> get(exchange, () -> whole(exchange)));
  }

  private interface Work {
    Reply reply();
  }

  private void get(Exchange exchange, Work work) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      exchange.reply(Reply.text(405, "the method must be GET").with(Map.of("allow", "GET, HEAD")));
      return;
    }
    virtualThreads.execute(() -> {
      try {
        exchange.reply(work.reply().with(Map.of("cache-control", "no-store")));
      } catch (RuntimeException e) {
        LOG.error("the health could not be told", Faults.withoutMessages(e));
        exchange.reply(Reply.text(500, "the health could not be told; the log says why"));
      }
    });
  }

  private Reply ready() {
    if (board.draining()) {
      return status(UNAVAILABLE, "not ready", "the server is shutting down");
    }
    List<PartHealth> parts = board.check();
    if (board.overall(parts) == HealthState.HEALTH_STATE_NOT_SERVING) {
      return status(
          UNAVAILABLE, "not ready", "no call can be answered; /health tells which parts are down");
    }
    boolean storeMissing =
        parts.stream()
            .anyMatch(part ->
                part.name().startsWith(STORES) && part.state() != HealthState.HEALTH_STATE_SERVING);
    return readyNeedsStores && storeMissing
        ? status(UNAVAILABLE, "not ready", "a store does not work; /health tells which")
        : status(200, "ready", "calls are answered");
  }

  private Reply whole(Exchange exchange) {
    Optional<Identity> identity = keys.authenticate(exchange.key());
    // Whose figures they are matters only to those who are shown any.
    HealthResponse health = report.health(identity.map(Identity::tenant).orElse(""));
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("status", Words.of(health.getState()));
    if (identity.isPresent()) {
      tell(json, health);
    }
    int status = health.getState() == HealthState.HEALTH_STATE_NOT_SERVING ? UNAVAILABLE : 200;
    return Reply.json(status, bytes(json));
  }

  private static void tell(ObjectNode json, HealthResponse health) {
    ServerFigures figures = health.getFigures();
    json.put("version", health.getVersion());
    json.put("start_time", String.valueOf(ProtoTimes.instant(health.getStartTime())));
    json.put("uptime_seconds", figures.getUptimeDuration().getSeconds());
    json.put("degraded", figures.getDegraded());
    json.put("emergency", figures.getEmergency());
    json.put("memory_used_bytes", figures.getHeapUsedBytes());
    json.put("memory_limit_bytes", figures.getHeapLimitBytes());
    if (figures.getResidentBytes() > 0) {
      json.put("memory_resident_bytes", figures.getResidentBytes());
    }
    if (figures.hasProcessorRate()) {
      json.put("cpu", figures.getProcessorRate());
    }
    json.put("error_rate", figures.getFailureRate());
    json.put("hit_rate", figures.getSavedRate());
    json.put("calls_in_flight", figures.getInFlightCount());
    ArrayNode parts = json.putArray("parts");
    for (dev.admiral.optimizer.v1.PartHealth part : health.getPartsList()) {
      parts
          .addObject()
          .put("name", part.getName())
          .put("status", Words.of(part.getState()))
          .put("reason", part.getReason())
          .put("since", String.valueOf(ProtoTimes.instant(part.getSinceTime())));
    }
  }

  private static Reply status(int status, String word, String reason) {
    return Reply.json(
        status,
        bytes(JsonNodeFactory.instance.objectNode().put("status", word).put("reason", reason)));
  }

  private static byte[] bytes(ObjectNode json) {
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
