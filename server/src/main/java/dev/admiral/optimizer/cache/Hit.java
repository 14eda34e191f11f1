package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.Instant;

/**
 * An answer found in the cache.
 *
 * @param answer the answer
 * @param source the tier it was found in, SOURCE_MEMORY or SOURCE_DISK
 * @param age time since the answer was complete; never negative
 */
public record Hit(Answer answer, Source source, Duration age) {

  /** Returns the time since an answer was complete; zero if the clock went back meanwhile. */
  static Duration age(Answer answer, Instant now) {
    Duration age = Duration.between(answer.created(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }
}
