package dev.admiral.optimizer.store.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection with its prepared statements. For one thread at a time. */
final class Session implements AutoCloseable {
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  Session(Connection connection) {
    this.connection = connection;
  }

  /**
   * Returns the prepared form of a constant statement. It stays open for the next use; result sets
   * must be closed.
   */
  PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement found = statements.get(sql);
    if (found == null) {
      found = connection.prepareStatement(sql);
      statements.put(sql, found);
    }
    return found;
  }

  /**
   * Takes back the transaction, whatever else fails. Closes the prepared statements before: the
   * driver leaves those that failed unusable.
   *
   * @throws SQLException what failed first
   */
  void rollBack() throws SQLException {
    SQLException first = null;
    for (PreparedStatement statement : statements.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        first = earlier(first, e);
      }
    }
    statements.clear();
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      first = earlier(first, e);
    }
    if (first != null) {
      throw first;
    }
  }

  private static SQLException earlier(@Nullable SQLException first, SQLException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  /** Runs a statement that is used once, such as a PRAGMA. */
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
