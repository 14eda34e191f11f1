package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.flight.SingleFlight;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;
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

/**
 * What the pipeline drives.
 *
 * @param cache finished answers
 * @param flights calls under way
 * @param limiter limits of agents and providers
 * @param router order of the candidate models
 * @param health which models take calls now
 * @param backoff waits between tries
 * @param providers vendors by configured name
 * @param prices prices with dates
 * @param ledger what was paid and saved
 * @param fleet agents
 * @param events watchers
 * @param statistics counts and latencies
 * @param learning failures seen
 * @param outcomes what callers reported of answers
 * @param journal the latest finished calls
 * @param observers told of every finished call
 * @param time clock
 * @param virtualThreads starts a virtual thread for each task
 */
public record Engines(
    ResponseCache cache,
    SingleFlight flights,
    Limiter limiter,
    Router router,
    ModelHealth health,
    Backoff backoff,
    Map<String, Provider> providers,
    PriceBook prices,
    Ledger ledger,
    Fleet fleet,
    EventBus events,
    CallStatistics statistics,
    FailureLog learning,
    OutcomeLog outcomes,
    CallJournal journal,
    List<CallObserver> observers,
    Time time,
    Executor virtualThreads) {}
