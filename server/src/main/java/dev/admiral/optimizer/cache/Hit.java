package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;

/**
 * An answer found in the cache.
 *
 * @param answer the answer
 * @param source the tier it was found in, SOURCE_MEMORY or SOURCE_DISK
 * @param age time since the answer was complete; never negative
 */
public record Hit(Answer answer, Source source, Duration age) {}
