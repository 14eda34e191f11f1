package dev.admiral.optimizer.routing;

import java.util.Set;

/**
 * What is known of a model.
 *
 * @param provider the provider, as configured
 * @param name the provider's own name of the model
 * @param contextTokens most tokens of prompt and answer together; 0 if unknown
 * @param abilities what it can do
 */
public record KnownModel(String provider, String name, long contextTokens, Set<Ability> abilities) {
  public KnownModel {
    if (contextTokens < 0) {
      throw new IllegalArgumentException(
          "the context of " + provider + "/" + name + " must not be negative");
    }
    abilities = Set.copyOf(abilities);
  }

  Candidate candidate() {
    return new Candidate(provider, name, true);
  }
}
