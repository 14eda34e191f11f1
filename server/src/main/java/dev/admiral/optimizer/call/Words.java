package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.Source;
import java.util.Locale;

/** The contract's enums as single words in lower case, for logs, metrics and traces. */
public final class Words {
  private Words() {}

  /** Returns a reason, such as "provider_overloaded". */
  public static String of(ErrorReason reason) {
    return without("ERROR_REASON_", reason);
  }

  /** Returns a source, such as "memory". */
  public static String of(Source source) {
    return without("SOURCE_", source);
  }

  /** Returns why an answer ended, such as "tool_calls". */
  public static String of(FinishReason reason) {
    return without("FINISH_REASON_", reason);
  }

  /** Returns a state of health, such as "not_serving". */
  public static String of(HealthState state) {
    return without("HEALTH_STATE_", state);
  }

  /** A value that this version does not know has no prefix. */
  private static String without(String prefix, Enum<?> value) {
    String name = value.name();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }
}
