package dev.admiral.optimizer.learning;

import java.util.List;

/**
 * Some of the failures asked for.
 *
 * @param failures most frequent first
 * @param nextPageToken token of the next page; empty at the end
 */
public record FailurePage(List<FailureRecord> failures, String nextPageToken) {}
