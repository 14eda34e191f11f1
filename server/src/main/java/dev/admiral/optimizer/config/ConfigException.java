package dev.admiral.optimizer.config;

/** The configuration is wrong. The message is one sentence for the operator and holds no secret. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, where, and what to do
   */
  public ConfigException(String message) {
    super(message, null, false, false);
  }
}
