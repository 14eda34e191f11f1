package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.cache.CacheMetrics;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.telemetry.SpanCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/**
 * What there is to tell beside calls: each part of the server names what can be asked of it, which
 * is asked anew for every reading, in the order in which it was named. For one thread.
 */
public final class MetricSources {
  private final List<Figures> figures = new ArrayList<>();

  /** How full and how useful the cache is. */
  public MetricSources cache(Supplier<CacheMetrics> metrics) {
    return with(new CacheFigures(metrics));
  }

  /** The limits of providers, and what was refused. */
  public MetricSources limits(Limiter limiter) {
    return with(new LimitFigures(limiter));
  }

  /**
   * What is under way.
   *
   * @param flights how many calls of providers are in flight
   */
  public MetricSources flow(IntSupplier flights, Ledger ledger, EventBus events) {
    return with(new FlowFigures(flights, ledger, events));
  }

  /** What became of the spans of traces. */
  public MetricSources traces(Supplier<SpanCounts> spans) {
    return with(new TraceFigures(spans));
  }

  /** What those did wrong who are told of the end of calls. */
  public MetricSources observers(Supplier<List<CallObserver.Trouble>> troubles) {
    return with(new ObserverFigures(troubles));
  }

  /** How the parts of the server are. */
  public MetricSources parts(HealthBoard board) {
    return with(new PartFigures(board));
  }

  /**
   * What the ports do.
   *
   * @param grpcConnections open connections that speak gRPC
   * @param httpConnections open connections that speak HTTP
   * @param httpRequests HTTP requests answered so far, by the first digit of their status
   */
  public MetricSources ports(
      IntSupplier grpcConnections, IntSupplier httpConnections, IntToLongFunction httpRequests) {
    return with(new PortFigures(grpcConnections, httpConnections, httpRequests));
  }

  /**
   * Which program this is, and what it uses of the machine.
   *
   * @param version version of the server
   */
  public MetricSources machine(ProcessGauge process, String version) {
    return with(new MachineFigures(process, version));
  }

  private MetricSources with(Figures more) {
    figures.add(more);
    return this;
  }

  /** Returns what is told of all that was named. */
  List<Figures> figures() {
    return List.copyOf(figures);
  }
}
