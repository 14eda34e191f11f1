package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the last calls tell of a provider's health.
 *
 * @param failuresInRow how many of the calls that tell anything of the provider's health have
 *     failed since the last one that succeeded; zero for a healthy one
 * @param failure the last of those failures; null if there is none
 * @param at when the last call ended that tells anything; null if there was none
 */
public record ProviderCheck(int failuresInRow, @Nullable Failure failure, @Nullable Instant at) {
  /** No call was made yet. */
  public static final ProviderCheck UNTRIED = new ProviderCheck(0, null, null);

  /** Returns true if the last call that tells anything of the provider's health succeeded. */
  public boolean healthy() {
    return failuresInRow == 0;
  }

  /** Returns what is known after one more call that succeeded. */
  public ProviderCheck succeeded(Instant now) {
    return new ProviderCheck(0, null, now);
  }

  /** Returns what is known after one more call that failed. */
  public ProviderCheck failed(Failure latest, Instant now) {
    return new ProviderCheck(failuresInRow + 1, latest, now);
  }
}
