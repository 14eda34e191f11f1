package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.time.Duration;
import java.time.Instant;

/** Which answers of a tenant to remove. */
public sealed interface Selector {

  /**
   * Returns true if an answer is among those to remove.
   *
   * @param owner whom it belongs to; the tenant is not looked at
   * @param created when it was complete
   * @param now when the removal was asked for
   */
  default boolean matches(
      CallKey key, EntryOwner owner, String provider, String model, Instant created, Instant now) {
    return switch (this) {
      case ByHash(String hash) -> key.hash().equals(hash);
      case ByModel(String byProvider, String byModel) ->
          provider.equals(byProvider) && model.equals(byModel);
      case ByAgent(String agent) -> agent.equals(owner.agent());
      case OlderThan(Duration age) -> created.isBefore(now.minus(age));
      case All() -> true;
    };
  }

  /**
   * One answer.
   *
   * @param hash {@link CallKey#hash()}
   */
  record ByHash(String hash) implements Selector {}

  /**
   * The answers of one model.
   *
   * @param model the provider's own name of the model
   */
  record ByModel(String provider, String model) implements Selector {}

  /** The answers kept for one agent alone. */
  record ByAgent(String agent) implements Selector {}

  /**
   * Old answers.
   *
   * @param age all that were complete longer ago than this go
   */
  record OlderThan(Duration age) implements Selector {}

  /** All answers, and all remembered failures. */
  record All() implements Selector {}
}
