package dev.admiral.cli;

/** The command cannot be carried out as given; the message says what to change. */
final class UsageException extends RuntimeException {
  UsageException(String message) {
    super(message);
  }
}
