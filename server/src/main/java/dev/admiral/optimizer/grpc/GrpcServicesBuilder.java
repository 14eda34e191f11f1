package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.pipeline.OutcomeReports;
import dev.admiral.optimizer.report.AgentReport;
import dev.admiral.optimizer.report.CacheReport;
import dev.admiral.optimizer.report.CallReport;
import dev.admiral.optimizer.report.HealthReport;
import dev.admiral.optimizer.report.LearningReport;
import dev.admiral.optimizer.report.LedgerReport;
import dev.admiral.optimizer.report.LimitReport;
import dev.admiral.optimizer.report.ModelReport;
import dev.admiral.optimizer.report.StatsReport;
import io.grpc.BindableService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the services of the contract of what answers their calls. Each group of calls is to be
 * named once. For one thread.
 */
public final class GrpcServicesBuilder {
  private final Executor virtualThreads;
  private final List<BindableService> others = new ArrayList<>();
  private @Nullable ModelCalls models;
  private @Nullable OutcomeCalls outcomes;
  private @Nullable FigureCalls figures;
  private @Nullable EventGrpcService watchers;

  /**
   * @param virtualThreads runs what may block
   */
  public GrpcServicesBuilder(Executor virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  /** Calls of models. */
  public GrpcServicesBuilder models(CallStart calls, Time time) {
    models = new ModelCalls(calls, virtualThreads, time);
    return this;
  }

  /** What callers report of the answers they got. */
  public GrpcServicesBuilder outcomes(OutcomeReports reports, Fleet fleet) {
    outcomes = new OutcomeCalls(reports, fleet, virtualThreads);
    return this;
  }

  /** What is told of this server, its models and what was learned. */
  public GrpcServicesBuilder figures(
      HealthReport health, StatsReport stats, ModelReport catalogue, LearningReport learning) {
    figures = new FigureCalls(health, stats, catalogue, learning, virtualThreads);
    return this;
  }

  /** The agents, and the limits they are held to. */
  public GrpcServicesBuilder fleet(Fleet fleet, LimitReport limits) {
    return with(new FleetGrpcService(fleet, new AgentReport(fleet), limits, virtualThreads));
  }

  /** The latest calls. */
  public GrpcServicesBuilder calls(CallReport calls) {
    return with(new CallGrpcService(calls, virtualThreads));
  }

  /** What was paid and saved. */
  public GrpcServicesBuilder ledger(LedgerReport ledger) {
    return with(new LedgerGrpcService(ledger, virtualThreads));
  }

  /** What happens in the fleet. */
  public GrpcServicesBuilder events(EventBus events) {
    watchers = new EventGrpcService(events);
    return this;
  }

  /**
   * The cache.
   *
   * @param events told of what was removed from it
   */
  public GrpcServicesBuilder cache(ResponseCache cache, EventBus events) {
    return with(
        new CacheGrpcService(cache, new CacheReport(cache::metrics), events, virtualThreads));
  }

  private GrpcServicesBuilder with(BindableService service) {
    others.add(service);
    return this;
  }

  /**
   * Returns the services, guarded.
   *
   * @param keys who may call
   * @throws IllegalStateException if a group of calls was not named
   */
  public GrpcServices build(Keys keys, GrpcServices.Settings settings) {
    EventGrpcService events = named(watchers, "events");
    List<BindableService> all = new ArrayList<>(others);
    all.add(events);
    all.add(
        new OptimizerGrpcService(
            named(models, "models"), named(outcomes, "outcomes"), named(figures, "figures")));
    all.add(new SettingsGrpcService());
    return new GrpcServices(all, events, keys, settings);
  }

  private static <T> T named(@Nullable T calls, String group) {
    if (calls == null) {
      throw new IllegalStateException("the contract's calls of '" + group + "' were not named");
    }
    return calls;
  }
}
