package dev.admiral.optimizer.routing;

/**
 * A model that may be asked.
 *
 * @param provider the provider, as configured
 * @param model the provider's own name of the model
 * @param known false if the catalogue does not know the model and the name is passed on as it came
 */
public record Candidate(String provider, String model, boolean known) {
  /** Returns "provider/model". */
  public String name() {
    return provider + "/" + model;
  }
}
