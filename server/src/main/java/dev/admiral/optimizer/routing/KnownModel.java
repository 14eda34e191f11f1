package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.ModelTraits;
import java.util.Set;

/**
 * What is known of a model.
 *
 * @param provider the provider, as configured
 * @param name the provider's own name of the model
 * @param contextTokens most tokens of prompt and answer together; 0 if unknown
 * @param abilities what it can do
 * @param traits what the operator says of how it wants to be asked
 */
public record KnownModel(
    String provider, String name, long contextTokens, Set<Ability> abilities, ModelTraits traits) {

  /** A model of which the operator says no more than this. */
  public KnownModel(String provider, String name, long contextTokens, Set<Ability> abilities) {
    this(provider, name, contextTokens, abilities, ModelTraits.UNKNOWN);
  }

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
