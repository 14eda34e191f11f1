package dev.admiral.optimizer.call;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One finished try of one model.
 *
 * @param provider the provider asked
 * @param model the provider's own name of the model
 * @param start when the try began
 * @param duration how long it took
 * @param firstToken time to the first piece of the answer; null if none came
 * @param failure why it failed; null if it succeeded
 * @param httpStatus the provider's HTTP status; 0 if none came
 */
public record Attempt(
    String provider,
    String model,
    Instant start,
    Duration duration,
    @Nullable Duration firstToken,
    @Nullable Failure failure,
    int httpStatus) {}
