package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.cache.CacheMetrics;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.http.metrics.ModelNames.Name;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.routing.ModelHealth.ModelState;
import dev.admiral.optimizer.routing.ModelHealth.State;
import dev.admiral.optimizer.telemetry.SpanCounts;
import dev.admiral.optimizer.v1.HealthState;
import java.util.List;

/** Tells how the parts of the server are: cache, limits, breakers, ledger, events, health. */
final class EngineFigures {
  private static final List<HealthState> STATES =
      List.of(
          HealthState.HEALTH_STATE_SERVING,
          HealthState.HEALTH_STATE_DEGRADED,
          HealthState.HEALTH_STATE_NOT_SERVING);

  /** Has no agents, so that only the providers' limits are told of. */
  private static final String NO_TENANT = "";

  private static final String PROVIDER = "provider/";

  private final Sources sources;
  private final ModelNames names;

  EngineFigures(Sources sources, ModelNames names) {
    this.sources = sources;
    this.names = names;
  }

  void tell(Exposition to) {
    Engines engines = sources.engines();
    cache(to, engines.cache().metrics());
    limits(to, engines.limiter());
    breakers(to, engines.health().snapshot());
    to.put(Metric.FLIGHTS, engines.flights().inFlight());
    to.put(Metric.LEDGER_BACKLOG, engines.ledger().health().backlog());
    to.put(Metric.LEDGER_ACCEPTING, number(engines.ledger().accepting()));
    to.put(Metric.EVENTS_DROPPED, engines.events().dropped());
    SpanCounts spans = sources.spans().get();
    to.put(Metric.SPANS, spans.exported(), "exported");
    to.put(Metric.SPANS, spans.failed(), "failed");
    to.put(Metric.SPANS, spans.dropped(), "dropped");
    health(to);
    to.put(Metric.CONNECTIONS, sources.grpcConnections().getAsInt(), "grpc");
    to.put(Metric.CONNECTIONS, sources.httpConnections().getAsInt(), "http");
    for (int status = 2; status <= 5; status++) {
      to.put(Metric.HTTP_REQUESTS, sources.httpRequests().applyAsLong(status), status + "xx");
    }
    to.info(Metric.BUILD, sources.version(), Runtime.version().toString());
  }

  private static void cache(Exposition to, CacheMetrics cache) {
    tier(to, "memory", cache.memory());
    tier(to, "disk", cache.disk());
    to.put(Metric.CACHE_REPEATS, cache.repeats());
    to.put(Metric.CACHE_FAILURES, cache.failures());
    to.put(Metric.CACHE_PENDING, cache.pendingWrites());
    to.put(Metric.CACHE_DROPPED, cache.droppedWrites());
    to.put(Metric.CACHE_UNREADABLE, cache.unreadable());
    to.put(Metric.CACHE_DISK_WORKS, number(cache.trouble() == null));
  }

  private static void tier(Exposition to, String name, CacheMetrics.Tier tier) {
    to.put(Metric.CACHE_ENTRIES, tier.entries(), name);
    to.put(Metric.CACHE_BYTES, tier.bytes(), name);
    to.put(Metric.CACHE_LIMIT, tier.limitBytes(), name);
    to.put(Metric.CACHE_HITS, tier.hits(), name);
    to.put(Metric.CACHE_MISSES, tier.misses(), name);
    to.put(Metric.CACHE_EVICTIONS, tier.evictions(), name);
  }

  private static void limits(Exposition to, Limiter limiter) {
    Limiter.Refusals refusals = limiter.refusals();
    to.put(Metric.REFUSALS, refusals.agents(), "agent", "none");
    refusals
        .providers()
        .forEach((provider, refused) -> to.put(Metric.REFUSALS, refused, "provider", provider));
    limiter
        .levels(NO_TENANT)
        .forEach(level -> {
          String provider = level.subject().substring(PROVIDER.length());
          to.put(Metric.LIMIT, level.limit(), provider);
          to.put(Metric.LIMIT_LEFT, level.available(), provider);
          to.put(Metric.LIMIT_BURST, level.burst(), provider);
        });
  }

  private void breakers(Exposition to, List<ModelState> models) {
    to.put(
        Metric.BREAKERS_OPEN, models.stream().filter(model -> model.state() == State.OPEN).count());
    for (ModelState model : models) {
      Name name = names.of(model.provider(), model.model());
      for (State state : State.values()) {
        to.put(
            Metric.BREAKER,
            number(model.state() == state),
            name.provider(),
            name.model(),
            word(state));
      }
    }
  }

  private void health(Exposition to) {
    List<PartHealth> parts = sources.board().check();
    for (PartHealth part : parts) {
      for (HealthState state : STATES) {
        to.put(Metric.PART, number(part.state() == state), part.name(), Words.of(state));
      }
    }
    HealthState overall = sources.board().overall(parts);
    to.put(Metric.READY, number(overall != HealthState.HEALTH_STATE_NOT_SERVING));
    to.put(Metric.DRAINING, number(sources.board().draining()));
  }

  /** Returns a circuit breaker's state as operators know it. */
  private static String word(State state) {
    if (state == State.CLOSED) {
      return "closed";
    }
    return state == State.OPEN ? "open" : "half_open";
  }

  private static double number(boolean holds) {
    return holds ? 1 : 0;
  }
}
