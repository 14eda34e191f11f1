package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Completion;
import java.time.Duration;
import java.time.Instant;

/**
 * A complete answer, as it is paid for, cached and shared. It knows nothing of the callers it is
 * given to.
 *
 * @param completion what the model said
 * @param provider the provider that answered
 * @param model the provider's own name of the model that answered
 * @param usage tokens
 * @param cost list price of the usage
 * @param created when the answer was complete
 * @param took how long the provider took for it, without tries that failed before; zero if that was
 *     not kept
 */
public record Answer(
    Completion completion,
    String provider,
    String model,
    Usage usage,
    Cost cost,
    Instant created,
    Duration took) {}
