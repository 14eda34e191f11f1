package dev.admiral.optimizer.learning;

/**
 * Which outcomes are asked for.
 *
 * @param tenant whose
 * @param provider only this provider's; empty for all
 * @param model only this model's; empty for all
 */
public record OutcomeQuery(String tenant, String provider, String model) {

  boolean matches(OutcomeRecord.Key key) {
    return key.tenant().equals(tenant)
        && (provider.isEmpty() || key.provider().equals(provider))
        && (model.isEmpty() || key.model().equals(model));
  }
}
