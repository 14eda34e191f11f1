package dev.admiral.cli;

import dev.admiral.optimizer.v1.HealthState;

/**
 * Colours. They only stress what words say already.
 *
 * @param on whether they show
 */
record Paint(boolean on) {
  String good(String text) {
    return with("32", text);
  }

  String warning(String text) {
    return with("33", text);
  }

  String bad(String text) {
    return with("1;31", text);
  }

  String strong(String text) {
    return with("1", text);
  }

  String dim(String text) {
    return with("2", text);
  }

  /** Returns a text in the colour of a state. */
  String state(HealthState state, String text) {
    return switch (state) {
      case HEALTH_STATE_SERVING -> good(text);
      case HEALTH_STATE_DEGRADED -> warning(text);
      default -> bad(text);
    };
  }

  private String with(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
