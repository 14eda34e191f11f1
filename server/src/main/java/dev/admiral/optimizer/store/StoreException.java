package dev.admiral.optimizer.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

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

  StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns the message, which is never absent. */
  String sentence() {
    return requireNonNull(getMessage());
  }

  /** Returns what kind of trouble it is. */
  public Kind kind() {
    return kind;
  }

  /** Returns true if the store as a whole is in trouble, rather than one write. */
  boolean concernsStore() {
    return kind != Kind.REJECTED;
  }

  /** Classifies a failure of SQLite, or of what ran inside a transaction. */
  static StoreException of(String file, Throwable failure) {
    if (failure instanceof StoreException known) {
      return known;
    }
    SQLException sql = sqlException(failure);
    if (sql == null) {
      return new StoreException(
          Kind.REJECTED, file + " was not written: " + failure.getClass().getSimpleName(), failure);
    }
    int primaryCode = sql.getErrorCode() & 0xff;
    for (SQLiteErrorCode code : SQLiteErrorCode.values()) {
      if (code.code == primaryCode) {
        return of(file, code, sql);
      }
    }
    return new StoreException(Kind.FAILED, file + " failed with SQLite code " + primaryCode, sql);
  }

  /** Classifies a failure to bring a file to this server's version. */
  static StoreException ofMigration(String file, int version, RuntimeException failure) {
    return sqlException(failure) != null
        ? of(file, failure)
        : new StoreException(
            Kind.BROKEN,
            file
                + " cannot be brought to version "
                + version
                + "; restore it from a backup or move it away",
            failure);
  }

  private static StoreException of(String file, SQLiteErrorCode code, SQLException cause) {
    return switch (code) {
      case SQLITE_FULL ->
          new StoreException(
              Kind.FULL, "the disk of " + file + " is full; free space on it", cause);
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
          new StoreException(
              Kind.READ_ONLY,
              file + " cannot be written; give this user the right to write it and its folder",
              cause);
      case SQLITE_CORRUPT, SQLITE_NOTADB ->
          new StoreException(
              Kind.BROKEN,
              file + " is damaged or no SQLite database; restore it from a backup or move it away",
              cause);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new StoreException(
              Kind.BUSY, file + " is locked by another process; end that process", cause);
      case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE ->
          new StoreException(Kind.REJECTED, file + " rejects a write: " + code.name(), cause);
      default ->
          new StoreException(
              Kind.FAILED,
              file + " cannot be read or written (" + code.name() + "); check its disk",
              cause);
    };
  }

  private static @Nullable SQLException sqlException(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql && sql.getErrorCode() != 0) {
        return sql;
      }
    }
    return null;
  }
}
