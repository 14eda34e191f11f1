package dev.admiral.optimizer.provider;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * One try of turning texts into vectors.
 *
 * @param attemptId as {@link ProviderCall#attemptId()}
 * @param model the vendor's own name of the model
 * @param texts what to embed, at least one
 * @param dimensions wanted length of the vectors
 * @param patience as {@link ProviderCall#patience()}
 */
public record VectorCall(
    String attemptId,
    String model,
    List<String> texts,
    OptionalInt dimensions,
    Duration patience) {}
