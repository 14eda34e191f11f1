package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.store.StoreException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** What SQLite's failures mean: the one place that tells. */
final class Failures {
  private Failures() {}

  /** Classifies a failure of SQLite, or of what ran inside a transaction. */
  static StoreException of(String file, Throwable failure) {
    if (failure instanceof StoreException known) {
      return known;
    }
    SQLException sql = sqlException(failure);
    if (sql == null) {
      return new StoreException(
          StoreException.Kind.REJECTED,
          file + " was not written: " + failure.getClass().getSimpleName(),
          failure);
    }
    int primaryCode = sql.getErrorCode() & 0xff;
    for (SQLiteErrorCode code : SQLiteErrorCode.values()) {
      if (code.code == primaryCode) {
        return of(file, code, sql);
      }
    }
    return new StoreException(
        StoreException.Kind.FAILED, file + " failed with SQLite code " + primaryCode, sql);
  }

  /** Classifies a failure to bring a file to this server's version. */
  static StoreException ofMigration(String file, int version, RuntimeException failure) {
    return sqlException(failure) != null
        ? of(file, failure)
        : new StoreException(
            StoreException.Kind.BROKEN,
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
              StoreException.Kind.FULL,
              "the disk of " + file + " is full; free space on it",
              cause);
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
          new StoreException(
              StoreException.Kind.READ_ONLY,
              file + " cannot be written; give this user the right to write it and its folder",
              cause);
      case SQLITE_CORRUPT, SQLITE_NOTADB ->
          new StoreException(
              StoreException.Kind.BROKEN,
              file + " is damaged or no SQLite database; restore it from a backup or move it away",
              cause);
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new StoreException(
              StoreException.Kind.BUSY,
              file + " is locked by another process; end that process",
              cause);
      case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE ->
          new StoreException(
              StoreException.Kind.REJECTED, file + " rejects a write: " + code.name(), cause);
      default ->
          new StoreException(
              StoreException.Kind.FAILED,
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
