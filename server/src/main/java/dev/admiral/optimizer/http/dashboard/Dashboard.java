package dev.admiral.optimizer.http.dashboard;

import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.http.exchange.Endpoint;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** What a browser is shown, ready to be put under its paths. Thread-safe. */
public final class Dashboard implements AutoCloseable {
  private final LocalCalls calls;
  private final LiveFeed live;
  private final Map<String, Endpoint> endpoints;

  /**
   * What the dashboard is told once.
   *
   * @param maxWatchers most browsers that are sent live figures at a time
   * @param maxRequestBytes largest body taken
   * @param timeout how long a body may take to come, and an answer to be made
   */
  public record Settings(int maxWatchers, int maxRequestBytes, Duration timeout) {}

  /**
   * Assembles the dashboard.
   *
   * @param services the contract's services, which are asked for everything
   * @param timer says when live figures are due
   * @param virtualThreads runs what blocks
   */
  public Dashboard(
      List<ServerServiceDefinition> services,
      Keys keys,
      ScheduledExecutorService timer,
      Executor virtualThreads,
      Settings settings) {
    this.calls = new LocalCalls(services, virtualThreads, settings.timeout());
    this.live = new LiveFeed(calls, timer, virtualThreads, settings.maxWatchers());
    Map<String, Endpoint> all = new HashMap<>(new StaticFiles().endpoints());
    all.putAll(
        new JsonApi(calls, virtualThreads, settings.maxRequestBytes(), settings.timeout())
            .endpoints());
    all.put("/api/me", new WhoAmI(keys));
    all.put("/api/live", live::open);
    this.endpoints = Map.copyOf(all);
  }

  /** Returns who answers which path. */
  public Map<String, Endpoint> endpoints() {
    return endpoints;
  }

  /** Ends the streams of live figures, and stops asking. */
  @Override
  public void close() {
    live.close();
    calls.close();
  }
}
