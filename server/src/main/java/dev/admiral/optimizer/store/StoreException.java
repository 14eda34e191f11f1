package dev.admiral.optimizer.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A store did not do what it was asked for. The message is one sentence that names the file and
 * never quotes what was to be stored.
 */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What kind of trouble it is. */
  public enum Kind {
    /** The disk is full. */
    FULL,
    /** The file or its folder cannot be written. */
    READ_ONLY,
    /** The file is damaged, or no database at all. */
    BROKEN,
    /** The file was made by a newer server. */
    NEWER,
    /** Another process holds the file, or too many writes wait already. */
    BUSY,
    /** The operating system failed to read or write. */
    FAILED,
    /** What was to be stored breaks a rule of the schema; the store itself works. */
    REJECTED,
    /** The store was closed. */
    CLOSED
  }

  private final Kind kind;

  /**
   * @param kind what kind of trouble it is
   * @param message one sentence that names the store
   */
  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns the message, which is never absent. */
  public String sentence() {
    return requireNonNull(getMessage());
  }

  /** Returns what kind of trouble it is. */
  public Kind kind() {
    return kind;
  }

  /** Returns true if the store as a whole is in trouble, rather than one write. */
  public boolean concernsStore() {
    return kind != Kind.REJECTED;
  }
}
