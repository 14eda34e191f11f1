package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

class SessionTest {
  private static final String INSERT = "INSERT INTO t VALUES (1)";

  @TempDir Path folder;

  @Test
  void rollBack_thoughStatementsDoNotClose_takesTheTransactionBackAndTellsTheFirstFailure()
      throws Exception {
    try (Connection connection = connect();
        Session session = new Session(unclosing(connection))) {
      session.execute("CREATE TABLE t (x)");
      session.execute("BEGIN IMMEDIATE");
      session.statement(INSERT).execute();
      session.statement(INSERT + ", (2)").execute();

      assertThatThrownBy(session::rollBack)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("does not close")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

      assertThat(rows(connection)).isZero();
      session.execute("BEGIN IMMEDIATE");
      session.statement(INSERT).execute();
      session.execute("COMMIT");
      assertThat(rows(connection)).isEqualTo(1);
    }
  }

  @Test
  void rollBack_withoutTransaction_tellsSo() throws Exception {
    try (Session session = new Session(connect())) {
      assertThatThrownBy(session::rollBack).hasMessageContaining("no transaction");
    }
  }

  private Connection connect() throws SQLException {
    return JDBC.createConnection(JDBC.PREFIX + folder.resolve("t.db"), new Properties());
  }

  private static int rows(Connection connection) throws SQLException {
    try (PreparedStatement count = connection.prepareStatement("SELECT count(*) FROM t");
        ResultSet row = count.executeQuery()) {
      return row.getInt(1);
    }
  }

  /** A connection whose prepared statements close and say that they did not. */
  private static Connection unclosing(Connection connection) {
    return proxy(
        Connection.class,
        connection,
        (method, result) ->
            method.equals("prepareStatement")
                ? proxy(PreparedStatement.class, (PreparedStatement) result, SessionTest::refuse)
                : result);
  }

  private static Object refuse(String method, Object result) throws SQLException {
    if (method.equals("close")) {
      throw new SQLException("it does not close");
    }
    return result;
  }

  /** What is done to what a call returned. */
  private interface After {
    Object apply(String method, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, T real, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                return after.apply(method.getName(), method.invoke(real, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
