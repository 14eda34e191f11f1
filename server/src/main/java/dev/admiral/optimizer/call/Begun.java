package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Source;

/**
 * Who answers.
 *
 * @param provider the provider
 * @param model the provider's own name of the model
 * @param source where the answer comes from, as this waiter sees it
 */
public record Begun(String provider, String model, Source source) {}
