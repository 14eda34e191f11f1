package dev.admiral.optimizer.stats;

import java.util.List;
import java.util.stream.Stream;

/**
 * Tries counted by how many tokens they had. Counts never fall from one reading to the next.
 *
 * @param counts tries that had no more tokens than each of {@link #BOUNDS}
 * @param count all tries
 */
public record TokenHistogram(List<Long> counts, long count) {
  /** 1, 4, 16 and so on to 67,108,864, as OpenTelemetry's GenAI convention has them. */
  public static final List<Long> BOUNDS = Stream.iterate(1L, bound -> bound * 4).limit(14).toList();
}
