package dev.admiral.optimizer.config;

/** A text that must not be seen: printing it, or anything that holds it, shows nothing of it. */
record Secret(String reveal) {
  @Override
  public String toString() {
    return "***";
  }
}
