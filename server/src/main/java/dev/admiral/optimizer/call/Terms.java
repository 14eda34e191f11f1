package dev.admiral.optimizer.call;

import org.jspecify.annotations.Nullable;

/**
 * On what terms a vendor says it served a call.
 *
 * @param tier the vendor's words for a service that it prices apart, such as "flex", "priority" or
 *     "fast", with + between several; empty for its usual one
 * @param charge what the vendor says it charges; null if it did not say
 */
public record Terms(String tier, @Nullable Money charge) {
  /** Some four words; nobody prices by more. */
  private static final int MOST_TIER_CHARS = 128;

  /** Nothing said: the usual service at the listed price. */
  public static final Terms USUAL = new Terms("", null);

  /** Returns the same with one more word of the vendor for the service, if it has few yet. */
  public Terms withTier(String word) {
    if (tier.length() + word.length() > MOST_TIER_CHARS
        || ("+" + tier + "+").contains("+" + word + "+")) {
      return this;
    }
    return new Terms(tier.isEmpty() ? word : tier + "+" + word, charge);
  }

  /** Returns the same with what the vendor says it charges. */
  public Terms withCharge(Money amount) {
    return new Terms(tier, amount);
  }
}
