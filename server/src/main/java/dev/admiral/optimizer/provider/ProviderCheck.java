package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last calls tell of a provider's health.
 *
 * @param healthy false if the last call that tells anything of the provider's health failed
 * @param failure the failure of that call; null if it succeeded, or there was none
 * @param at when that call ended; null if there was none
 */
public record ProviderCheck(boolean healthy, @Nullable Failure failure, @Nullable Instant at) {
  /** No call was made yet. */
  public static final ProviderCheck UNTRIED = new ProviderCheck(true, null, null);
}
