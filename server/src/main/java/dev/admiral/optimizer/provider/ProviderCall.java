package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.v1.Prompt;

/**
 * One try of one model.
 *
 * @param attemptId identifier sent along, so that the vendor's record and ours can be matched
 * @param model the vendor's own name of the model; {@link Prompt#getModel()} is ignored
 * @param prompt what to ask
 * @param streamed true to ask for the answer piece by piece
 */
public record ProviderCall(String attemptId, String model, Prompt prompt, boolean streamed) {}
