package dev.admiral.optimizer.app;

/** The configuration is wrong. The message is one sentence for the operator and holds no secret. */
final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message, null, false, false);
  }
}
