package dev.admiral.optimizer.app;

import dev.admiral.optimizer.admission.RequestRateLimiter;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.LiveConfig;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.FanOut;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.flight.Flights;
import dev.admiral.optimizer.flight.SingleFlight;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.PipelineBuilder;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.store.sqlite.SqliteStores;
import dev.admiral.optimizer.telemetry.CallTraces;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What serves: the engines, and the pipeline over them. Each is made of those above it. When it
 * closes nobody calls any more: calls under way end, then what is held in memory is written.
 */
final class Engine implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);
  private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  /** After the last caller a flight has its grace, and then to close a connection. */
  private static final Duration LAST_FLIGHTS = Duration.ofSeconds(5);

  /** As long as log.max_similar_failures is said to go. */
  private static final Duration SIMILAR_INTERVAL = Duration.ofSeconds(10);

  // What runs things.
  final Executor virtualThreads = task -> Thread.ofVirtual().name("call").start(task);
  final ScheduledExecutorService timer;
  final Chores chores;
  final Time time;

  // The engines.
  final Backends backends;
  final EventBus events;
  final Keys keys;
  final Fleet fleet;
  final FailureLog failures;
  final OutcomeLog outcomes;
  final Ledger ledger;
  final ResponseCache cache;
  final Flights flights;
  final RequestRateLimiter limiter;
  final ModelHealth modelHealth;
  final Router router;
  final CallStatistics statistics;
  final CallJournal journal;
  final @Nullable CallTraces traces;

  // What drives them.
  final CallPipeline pipeline;
  final CallIntake intake;
  final HealthBoard board;

  private final Opened opened;
  private final CallLog callLog;

  private Engine(
      LiveConfig live, Environment environment, SqliteStores stores, Program program, Opened opened)
      throws ConfigException, StartException, IOException {
    Config config = live.started();
    Config.Kept kept = config.kept();
    this.opened = opened;
    this.time = program.time();
    this.timer = opened.add("timer", Threads.timer("timer"));
    this.chores = opened.add("chores", new Chores(Threads.timer("chores")));

    // Before the files are waited for, as starting a simulator takes as long as opening them.
    this.backends = Backends.open(config, environment, time, opened);
    stores.awaitReady();

    this.events =
        new FanOut(
            kept.events(), time, Replica.name(config.observing().replica()), new SecureRandom());
    this.keys = new Keys(live.part(c -> c.access().keys()));
    this.fleet =
        new Fleet(
            stores.agents(),
            kept.ledger().writeWait(),
            config.access().maxAgents(),
            time,
            agent -> events.publish(agent.tenant(), registered(agent)));
    fleet.load();
    this.failures =
        new FailureLog(
            stores.failures(), kept.ledger().writeWait(), kept.learning().failures(), time);
    failures.load();
    this.outcomes =
        new OutcomeLog(
            stores.outcomes(), kept.ledger().writeWait(), kept.learning().outcomes(), time);
    outcomes.load();
    this.ledger = opened.add("ledger", new Ledger(stores.ledger(), kept.ledger(), time));
    ledger.start();
    this.cache = opened.add("cache", cache(config, stores));
    cache.start();
    // Before the ledger closes: what a flight still pays for is entered when its connection ends.
    opened.beforeClosing("providers", backends::close);
    this.flights = new SingleFlight(config.serving().coalescing(), virtualThreads, timer, time);
    this.limiter = limiter(live);
    this.modelHealth =
        new ModelHealth(
            live.part(c -> c.serving().circuitBreaker()),
            time,
            (provider, model, state) -> events.publishToAll(changed(provider, model, state)));
    this.router =
        new Router(backends.catalogue(), new Expectations(backends.prices(), modelHealth, time));
    this.statistics = new CallStatistics(kept.statistics(), time);
    this.journal = new CallJournal(live.part(c -> c.kept().calls()));
    this.callLog = new CallLog(live.part(c -> c.observing().log()));
    this.traces = traces(config, program);

    this.pipeline = pipeline(live);
    this.intake =
        new CallIntake(
            fleet, live.part(c -> CacheUse.unsaid(c.serving().cache().timeToLive())), time);
    this.board = board(stores);
    keepWriting();
  }

  /**
   * Starts everything that serves. Blocks until the stores are ready and what they hold is read.
   *
   * @throws ConfigException if the configuration asks for what cannot be
   * @throws StartException if there is nobody to answer calls
   * @throws IOException if a store cannot be read
   */
  static Engine start(
      LiveConfig live, Environment environment, SqliteStores stores, Program program)
      throws ConfigException, StartException, IOException {
    return Opened.whole(opened -> new Engine(live, environment, stores, program, opened));
  }

  private ResponseCache cache(Config config, SqliteStores stores) {
    return new ResponseCache(
        config.serving().cache(), stores.responses(), time, new Random(), Threads.named("cache"));
  }

  private RequestRateLimiter limiter(LiveConfig live) {
    return new RequestRateLimiter(
        live.part(c ->
            c.serving().limits().law().withProviders(backends.upstreams().requestsPerMinute())),
        live.started().serving().limits().maxAgents(),
        time);
  }

  /** Returns what traces calls; null, with nothing loaded for it, if nobody asked for traces. */
  private @Nullable CallTraces traces(Config config, Program program) {
    return config
        .observing()
        .traces()
        .map(settings ->
            opened.add(
                "traces", CallTraces.open(settings, program.version(), Threads.named("traces"))))
        .orElse(null);
  }

  /** Puts the steps of a call together. */
  private CallPipeline pipeline(LiveConfig live) {
    Backoff backoff =
        new Backoff(
            live.part(c -> c.serving().retry().backoff()),
            () -> ThreadLocalRandom.current().nextDouble());
    return new PipelineBuilder(time, virtualThreads)
        .gate(statistics, ledger)
        .lookUp(cache)
        .admission(limiter)
        .flight(flights)
        .route(router, modelHealth)
        .retry(live.part(c -> c.serving().retry().policy()), backoff)
        .attempt(backends.providers(), statistics, failures, events)
        .settle(backends.prices(), ledger)
        .finish(observers())
        .build();
  }

  /** Returns who is told of the end of a call, in this order. */
  private List<CallObserver> observers() {
    List<CallObserver> observers = new ArrayList<>();
    observers.add(statistics);
    observers.add(fleet);
    observers.add(ledger.savings());
    observers.add(cache.firstAnswers());
    observers.add(events.callEnds());
    observers.add(journal);
    observers.add(callLog);
    if (traces != null) {
      observers.add(traces);
    }
    return observers;
  }

  /** Puts up the board that tells how each part is. */
  private HealthBoard board(SqliteStores stores) {
    HealthBoard all =
        new HealthBoard(
            part ->
                events.publishToAll(
                    new Event.PartHealthChanged(
                        part.name(), part.state(), part.reason(), part.since())),
            time);
    backends
        .providers()
        .forEach((name, provider) -> all.add("provider/" + name, Checks.of(provider, time)));
    stores.checks().forEach((file, check) -> all.add("store/" + file, Checks.ofStore(check)));
    all.add("outcomes", Checks.of(outcomes));
    all.addEssential("ledger", Checks.of(ledger));
    all.add("cache", Checks.of(cache));
    all.add("observers", Checks.ofObservers(pipeline::observerTroubles, time));
    return all;
  }

  /** Writes now and then what is held in memory, and once more when nobody calls any more. */
  private void keepWriting() {
    chores.every(FLUSH_INTERVAL, "writing agents", fleet::flush);
    chores.every(FLUSH_INTERVAL, "writing lessons", failures::flush);
    chores.every(FLUSH_INTERVAL, "writing outcomes", outcomes::flush);
    chores.every(SIMILAR_INTERVAL, "summing up failed calls", callLog::sumUp);
    opened.beforeClosing("last sum of failed calls", callLog::sumUp);
    opened.beforeClosing("last flush of agents", fleet::flush);
    opened.beforeClosing("last flush of lessons", failures::flush);
    opened.beforeClosing("last flush of outcomes", outcomes::flush);
    opened.beforeClosing(
        "flights",
        () -> {
          if (!pipeline.awaitFlights(LAST_FLIGHTS)) {
            log.warn("some upstream calls did not end; what they cost may be missing");
          }
        });
  }

  @Override
  public void close() {
    opened.close();
  }

  private static Event registered(Agent agent) {
    return new Event.AgentRegistered(agent.name(), agent.group());
  }

  private static Event changed(String provider, String model, ModelHealth.State state) {
    return new Event.ModelHealthChanged(
        provider,
        model,
        switch (state) {
          case OPEN -> Event.ModelHealthChanged.Health.OPENED;
          case HALF_OPEN -> Event.ModelHealthChanged.Health.HALF_OPEN;
          case CLOSED -> Event.ModelHealthChanged.Health.CLOSED;
        });
  }
}
