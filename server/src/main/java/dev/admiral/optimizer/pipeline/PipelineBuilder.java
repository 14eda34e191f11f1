package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.flight.Flights;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.stats.CallStatistics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes a pipeline: gives each step the engines it works with. Every step is to be named once; in
 * which order a call takes them is the pipeline's own. For one thread.
 */
public final class PipelineBuilder {
  private final Time time;
  private final Executor virtualThreads;

  private @Nullable Gate gate;
  private @Nullable ResponseCache cache;
  private @Nullable Limiter limiter;
  private @Nullable Flights flights;
  private @Nullable Router router;
  private @Nullable ModelHealth health;
  private @Nullable RetryPolicy retries;
  private @Nullable Map<String, Provider> providers;
  private @Nullable TryReports reports;
  private @Nullable Settlement settlement;
  private @Nullable CallObservers observers;

  /**
   * @param virtualThreads runs what may block
   */
  public PipelineBuilder(Time time, Executor virtualThreads) {
    this.time = time;
    this.virtualThreads = virtualThreads;
  }

  /**
   * Where calls come in.
   *
   * @param statistics counts who comes
   * @param ledger says whether what a call costs can be kept
   */
  public PipelineBuilder gate(CallStatistics statistics, Ledger ledger) {
    gate = new Gate(statistics, ledger);
    return this;
  }

  /** What was answered before: repeats of a request_id, equal calls, failures that are known. */
  public PipelineBuilder lookUp(ResponseCache answers) {
    cache = answers;
    return this;
  }

  /** What holds agents and providers to their limits. */
  public PipelineBuilder admission(Limiter limits) {
    limiter = limits;
    return this;
  }

  /** Where equal calls meet. */
  public PipelineBuilder flight(Flights joined) {
    flights = joined;
    return this;
  }

  /** Which models may answer, in which order, and which are left alone. */
  public PipelineBuilder route(Router candidates, ModelHealth models) {
    router = candidates;
    health = models;
    return this;
  }

  /** When a model that failed is tried again. */
  public PipelineBuilder retry(Live<PipelineSettings> settings, Backoff backoff) {
    retries = new RetryPolicy(settings, backoff);
    return this;
  }

  /**
   * Who is asked, and who hears of every try.
   *
   * @param vendors by configured name
   */
  public PipelineBuilder attempt(
      Map<String, Provider> vendors,
      CallStatistics statistics,
      FailureLog lessons,
      EventBus events) {
    providers = vendors;
    reports = new TryReports(statistics, lessons, events);
    return this;
  }

  /** What a try costs, and where that is entered. */
  public PipelineBuilder settle(PriceBook prices, Ledger ledger) {
    settlement = new Settlement(prices, ledger, time);
    return this;
  }

  /** Who is told of the end of every call, in this order. */
  public PipelineBuilder finish(List<? extends CallObserver> told) {
    observers = new CallObservers(told, time);
    return this;
  }

  /**
   * Returns the pipeline.
   *
   * @throws IllegalStateException if a step was not named
   */
  public CallPipeline build() {
    ResponseCache answers = named(cache, "lookUp");
    Limiter limits = named(limiter, "admission");
    Flights joined = named(flights, "flight");
    ModelAttempt attempt =
        new ModelAttempt(
            named(providers, "attempt"),
            named(settlement, "settle"),
            named(reports, "attempt"),
            time);
    return new CallPipeline(
        named(gate, "gate"),
        new Repeats(joined, answers.firstAnswers(), time, virtualThreads),
        new LookUp(answers.answers(), answers.failures()),
        new AgentAdmission(limits),
        joined,
        new UpstreamTries(
            named(router, "route"),
            named(health, "route"),
            limits,
            attempt,
            named(retries, "retry"),
            time),
        new Finish(named(observers, "finish"), time));
  }

  private static <T> T named(@Nullable T part, String step) {
    if (part == null) {
      throw new IllegalStateException("the pipeline's step '" + step + "' was not named");
    }
    return part;
  }
}
