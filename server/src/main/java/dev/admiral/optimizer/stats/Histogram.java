package dev.admiral.optimizer.stats;

import java.util.List;

/**
 * Durations counted by bounds, as metrics are exported. Counts never fall from one reading to the
 * next.
 *
 * @param counts durations that did not exceed each of the bounds asked for, each within 1 % of its
 *     bound
 * @param count all durations
 * @param sumSeconds their sum in seconds, within 1 %
 */
public record Histogram(List<Long> counts, long count, double sumSeconds) {}
