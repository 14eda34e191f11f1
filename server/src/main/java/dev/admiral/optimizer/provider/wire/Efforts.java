package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.v1.ReasoningEffort;
import java.util.Locale;
import java.util.Optional;

/** Efforts of reasoning as the contract and as vendors call them. */
public final class Efforts {
  private Efforts() {}

  /** Returns what the contract's effort means; empty if none is set or it is not known here. */
  public static Optional<Effort> of(ReasoningEffort effort) {
    return switch (effort) {
      case REASONING_EFFORT_NONE -> Optional.of(Effort.NONE);
      case REASONING_EFFORT_MINIMAL -> Optional.of(Effort.MINIMAL);
      case REASONING_EFFORT_LOW -> Optional.of(Effort.LOW);
      case REASONING_EFFORT_MEDIUM -> Optional.of(Effort.MEDIUM);
      case REASONING_EFFORT_HIGH -> Optional.of(Effort.HIGH);
      case REASONING_EFFORT_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Returns the vendors' word, which is the same with all of them. */
  public static String word(Effort effort) {
    return effort.name().toLowerCase(Locale.ROOT);
  }
}
