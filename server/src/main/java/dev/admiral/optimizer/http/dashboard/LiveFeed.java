package dev.admiral.optimizer.http.dashboard;

import dev.admiral.optimizer.http.exchange.EventStream;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends browsers the figures of each second, and events as they happen, by server-sent events:
 * {@code snapshot} with the messages of Stats (without its rows) and Health, {@code happened} with
 * an Event, {@code missed} with the number of events that were too many to show, {@code refused}
 * with a sentence before a stream that ends.
 *
 * <p>Each second the services are asked once for each key that looks, so that a key that is taken
 * away ends its streams within that second. Thread-safe.
 */
final class LiveFeed implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final LocalCalls calls;
  private final Executor virtualThreads;
  private final int maxWatchers;
  private final Semaphore places;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean asking = new AtomicBoolean();
  private final Future<?> ticks;

  /** Who looks, and with what key; empty if with none. */
  private record Watcher(String authorization, LiveWatch watch) {}

  LiveFeed(
      LocalCalls calls, ScheduledExecutorService timer, Executor virtualThreads, int maxWatchers) {
    this.calls = calls;
    this.virtualThreads = virtualThreads;
    this.maxWatchers = maxWatchers;
    this.places = new Semaphore(maxWatchers);
    this.ticks =
        timer.scheduleAtFixedRate(
            this::tick, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Answers a browser that wants to look on. */
  void open(Exchange exchange) {
    if (!exchange.method().equals("GET")) {
      exchange.reply(BrowserReplies.wrongMethod("GET"));
    } else if (!places.tryAcquire()) {
      exchange.reply(
          BrowserReplies.error(
              503,
              maxWatchers
                  + " browsers look on already, the most this server serves; close one, or raise"
                  + " http.max_watchers"));
    } else {
      virtualThreads.execute(() -> begin(exchange));
    }
  }

  private void begin(Exchange exchange) {
    String authorization = exchange.header("authorization");
    WatchEventsRequest wanted =
        WatchEventsRequest.newBuilder()
            .addAllPatterns(exchange.query().getValuesOrEmpty("pattern"))
            .build();
    String snapshot;
    try {
      snapshot = snapshot(authorization);
    } catch (StatusRuntimeException e) {
      places.release();
      exchange.reply(BrowserReplies.error(e.getStatus()));
      return;
    }
    LiveWatch watch = new LiveWatch();
    Watcher watcher = new Watcher(authorization == null ? "" : authorization, watch);
    watchers.add(watcher);
    watch.onEnd(() -> {
      watchers.remove(watcher);
      places.release();
    });
    exchange.onGone(watch::gone);
    EventStream stream = exchange.stream(BrowserReplies.HEADERS);
    if (stream == null) {
      watch.gone();
      return;
    }
    watch.begin(stream, snapshot);
    calls.watch(EventServiceGrpc.getWatchEventsMethod(), wanted, authorization, watch);
    watch.started();
  }

  private void tick() {
    if (!watchers.isEmpty() && asking.compareAndSet(false, true)) {
      virtualThreads.execute(() -> {
        try {
          tell();
        } finally {
          asking.set(false);
        }
      });
    }
  }

  private void tell() {
    Map<String, List<LiveWatch>> byKey = new HashMap<>();
    watchers.forEach(watcher ->
        byKey
            .computeIfAbsent(watcher.authorization(), _ -> new ArrayList<>())
            .add(watcher.watch()));
    byKey.forEach((authorization, watches) -> {
      try {
        String snapshot = snapshot(authorization.isEmpty() ? null : authorization);
        watches.forEach(watch -> watch.snapshot(snapshot));
      } catch (StatusRuntimeException e) {
        watches.forEach(watch -> watch.refuse(e.getStatus()));
      }
    });
  }

  private String snapshot(@Nullable String authorization) {
    StatsResponse stats =
        calls.ask(
            OptimizerServiceGrpc.getStatsMethod(),
            StatsRequest.getDefaultInstance(),
            authorization);
    HealthResponse health =
        calls.ask(
            OptimizerServiceGrpc.getHealthMethod(),
            HealthRequest.getDefaultInstance(),
            authorization);
    return "{\"stats\":" + JsonApi.json(stats) + ",\"health\":" + JsonApi.json(health) + "}";
  }

  /** Ends every stream in good order. */
  @Override
  public void close() {
    ticks.cancel(false);
    watchers.forEach(watcher -> watcher.watch().end());
  }
}
