package dev.admiral.optimizer.learning;

import dev.admiral.optimizer.v1.ErrorReason;

/**
 * Which failures are asked for.
 *
 * @param tenant whose
 * @param provider only this provider's; empty for all
 * @param model only this model's; empty for all
 * @param reason only of this reason; unspecified for all
 * @param pageSize most in one answer; 0 means 100, more than 1,000 means 1,000, negative is refused
 * @param pageToken token of the page before; empty for the first
 */
public record FailureQuery(
    String tenant,
    String provider,
    String model,
    ErrorReason reason,
    int pageSize,
    String pageToken) {

  boolean matches(FailureRecord.Key key) {
    return key.tenant().equals(tenant)
        && (provider.isEmpty() || key.provider().equals(provider))
        && (model.isEmpty() || key.model().equals(model))
        && (reason == ErrorReason.ERROR_REASON_UNSPECIFIED || key.reason() == reason);
  }
}
