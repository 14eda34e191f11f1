package dev.admiral.optimizer.store.sqlite;

import dev.admiral.optimizer.cache.EntryOwner;
import dev.admiral.optimizer.cache.ResponseStore;
import dev.admiral.optimizer.cache.Selector;
import dev.admiral.optimizer.call.CallKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Stored answers in main.db. */
final class SqliteResponseStore implements ResponseStore {
  /** Rows looked at before others get a turn to read. */
  private static final int SCAN_STEP = 2_000;

  private static final int KEY_BYTES = 32;
  private static final int HASH_BYTES = Long.BYTES;

  private static final String FIND =
      """
      SELECT tenant, agent, provider, model, body, created, expires, answer
      FROM response WHERE shelf = ? AND key = ?
      """;

  private static final String FIND_BY_HASH =
      """
      SELECT tenant, agent, provider, model, body, created, expires, answer, key
      FROM response WHERE shelf = 0 AND key >= ? AND key <= ?
      """;

  private static final String INSERT =
      """
      INSERT INTO response (
        shelf, key, tenant, agent, provider, model, body, created, expires, answer)
      VALUES (?,?,?,?,?,?,?,?,?,?)
      """;

  private static final String DELETE = "DELETE FROM response WHERE shelf = ? AND key = ?";

  private static final String SCAN =
      """
      SELECT number, key, tenant, agent, provider, model, created
      FROM response WHERE number > ? AND shelf = 0 ORDER BY number LIMIT ?
      """;

  private static final String SCAN_HASH =
      """
      SELECT number, key, tenant, agent, provider, model, created
      FROM response WHERE shelf = 0 AND key >= ? AND key <= ?
      """;

  /** A row replaced since it was scanned has another number, or is too new. */
  private static final String DELETE_SCANNED =
      "DELETE FROM response WHERE number = ? AND shelf = 0 AND key = ? AND created <= ?";

  private static final String DELETE_EXPIRED =
      """
      DELETE FROM response WHERE number IN (
        SELECT number FROM response WHERE shelf = ? AND expires <= ? ORDER BY expires LIMIT ?)
      """;

  private static final String SIZE =
      "SELECT row_count, byte_count FROM response_total WHERE shelf = ?";

  private static final String KEYS =
      "SELECT key FROM response WHERE shelf = ? AND key > ? ORDER BY key LIMIT ?";

  private final SqliteDatabase database;

  SqliteResponseStore(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<@Nullable Row> find(Shelf shelf, CallKey key) {
    return database.read(session -> {
      PreparedStatement find = session.statement(FIND);
      find.setInt(1, number(shelf));
      find.setBytes(2, key.bytes());
      try (ResultSet row = find.executeQuery()) {
        return row.next() ? row(key, row) : null;
      }
    });
  }

  @Override
  public CompletableFuture<List<Row>> findByHash(long bits) {
    return database.read(session -> {
      PreparedStatement find = session.statement(FIND_BY_HASH);
      find.setBytes(1, new CallKey(bits, 0, 0, 0).bytes());
      // Blobs are compared byte by byte, each without a sign.
      find.setBytes(2, new CallKey(bits, -1, -1, -1).bytes());
      List<Row> rows = new ArrayList<>();
      try (ResultSet row = find.executeQuery()) {
        while (row.next()) {
          rows.add(row(CallKey.of(row.getBytes(9)), row));
        }
      }
      return rows;
    });
  }

  private static Row row(CallKey key, ResultSet row) throws SQLException {
    byte @Nullable [] body = row.getBytes(5);
    return new Row(
        key,
        new EntryOwner(row.getString(1), row.getString(2)),
        row.getString(3),
        row.getString(4),
        body == null ? null : CallKey.of(body),
        Instant.ofEpochMilli(row.getLong(6)),
        Instant.ofEpochMilli(row.getLong(7)),
        row.getBytes(8));
  }

  @Override
  public CompletableFuture<@Nullable Void> write(List<Change> changes) {
    return database.write(session -> {
      for (Change change : changes) {
        switch (change) {
          case Change.Put(Shelf shelf, Row row) -> {
            delete(session, shelf, row.key());
            insert(session.statement(INSERT), shelf, row);
          }
          case Change.Delete(Shelf shelf, CallKey key) -> delete(session, shelf, key);
        }
      }
      return null;
    });
  }

  private static void insert(PreparedStatement insert, Shelf shelf, Row row) throws SQLException {
    CallKey body = row.body();
    insert.setInt(1, number(shelf));
    insert.setBytes(2, row.key().bytes());
    insert.setString(3, row.owner().tenant());
    insert.setString(4, row.owner().agent());
    insert.setString(5, row.provider());
    insert.setString(6, row.model());
    insert.setBytes(7, body == null ? null : body.bytes());
    insert.setLong(8, row.created().toEpochMilli());
    insert.setLong(9, row.expires().toEpochMilli());
    insert.setBytes(10, row.answer());
    insert.executeUpdate();
  }

  private static void delete(Session session, Shelf shelf, CallKey key) throws SQLException {
    PreparedStatement delete = session.statement(DELETE);
    delete.setInt(1, number(shelf));
    delete.setBytes(2, key.bytes());
    delete.executeUpdate();
  }

  // Invalidation.

  /** What a selector looks at, and where it is. */
  private record Scanned(
      long number, CallKey key, EntryOwner owner, String provider, String model, Instant created) {}

  @Override
  public CompletableFuture<@Nullable Void> delete(
      String tenant, Selector selector, Instant now, Consumer<CallKey> deleted) {
    return selector instanceof Selector.ByHash(String hash)
        ? scan(hash)
            .thenCompose(found -> delete(matching(found, tenant, selector, now), now, deleted))
        : deleteAfter(0, tenant, selector, now, deleted);
  }

  /** Deletes step by step, so that others get their turns between. */
  private CompletableFuture<@Nullable Void> deleteAfter(
      long after, String tenant, Selector selector, Instant now, Consumer<CallKey> deleted) {
    return scan(after)
        .thenCompose(step -> {
          if (step.isEmpty()) {
            return CompletableFuture.completedFuture(null);
          }
          long last = step.getLast().number();
          return delete(matching(step, tenant, selector, now), now, deleted)
              .thenCompose(_ -> deleteAfter(last, tenant, selector, now, deleted));
        });
  }

  private static List<Scanned> matching(
      List<Scanned> rows, String tenant, Selector selector, Instant now) {
    return rows.stream()
        .filter(row -> row.owner.tenant().equals(tenant))
        .filter(
            row -> selector.matches(row.key, row.owner, row.provider, row.model, row.created, now))
        .toList();
  }

  private CompletableFuture<List<Scanned>> scan(long after) {
    return database.read(session -> {
      PreparedStatement scan = session.statement(SCAN);
      scan.setLong(1, after);
      scan.setInt(2, SCAN_STEP);
      return scanned(scan);
    });
  }

  private CompletableFuture<List<Scanned>> scan(String hash) {
    byte[] first = new byte[KEY_BYTES];
    byte[] last = new byte[KEY_BYTES];
    if (!prefix(hash, first, last)) {
      return CompletableFuture.completedFuture(List.of());
    }
    return database.read(session -> {
      PreparedStatement scan = session.statement(SCAN_HASH);
      scan.setBytes(1, first);
      scan.setBytes(2, last);
      return scanned(scan);
    });
  }

  /** Fills in the least and the greatest key with a hash; returns false if it is none. */
  private static boolean prefix(String hash, byte[] first, byte[] last) {
    if (hash.length() != 2 * HASH_BYTES) {
      return false;
    }
    Arrays.fill(last, (byte) 0xff);
    try {
      byte[] bytes = HexFormat.of().parseHex(hash);
      System.arraycopy(bytes, 0, first, 0, HASH_BYTES);
      System.arraycopy(bytes, 0, last, 0, HASH_BYTES);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<Scanned> scanned(PreparedStatement scan) throws SQLException {
    List<Scanned> rows = new ArrayList<>();
    try (ResultSet row = scan.executeQuery()) {
      while (row.next()) {
        rows.add(
            new Scanned(
                row.getLong(1),
                CallKey.of(row.getBytes(2)),
                new EntryOwner(row.getString(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                Instant.ofEpochMilli(row.getLong(7))));
      }
    }
    return rows;
  }

  private CompletableFuture<@Nullable Void> delete(
      List<Scanned> rows, Instant now, Consumer<CallKey> deleted) {
    if (rows.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<List<CallKey>> done =
        database.write(session -> {
          List<CallKey> gone = new ArrayList<>();
          PreparedStatement delete = session.statement(DELETE_SCANNED);
          for (Scanned row : rows) {
            delete.setLong(1, row.number());
            delete.setBytes(2, row.key().bytes());
            delete.setLong(3, now.toEpochMilli());
            if (delete.executeUpdate() > 0) {
              gone.add(row.key());
            }
          }
          return gone;
        });
    return done.<@Nullable Void>thenApply(keys -> {
      keys.forEach(deleted);
      return null;
    });
  }

  // Bounds.

  @Override
  public CompletableFuture<Integer> deleteExpired(Shelf shelf, Instant now, int limit) {
    return deleteExpiringBy(shelf, now.toEpochMilli(), limit);
  }

  @Override
  public CompletableFuture<Integer> deleteNearestExpiry(Shelf shelf, int limit) {
    return deleteExpiringBy(shelf, Long.MAX_VALUE, limit);
  }

  private CompletableFuture<Integer> deleteExpiringBy(Shelf shelf, long millis, int limit) {
    return database.write(session -> {
      PreparedStatement delete = session.statement(DELETE_EXPIRED);
      delete.setInt(1, number(shelf));
      delete.setLong(2, millis);
      delete.setInt(3, limit);
      return delete.executeUpdate();
    });
  }

  @Override
  public CompletableFuture<Size> size(Shelf shelf) {
    return database.read(session -> {
      PreparedStatement size = session.statement(SIZE);
      size.setInt(1, number(shelf));
      try (ResultSet row = size.executeQuery()) {
        return row.next() ? new Size(row.getLong(1), row.getLong(2)) : new Size(0, 0);
      }
    });
  }

  @Override
  public CompletableFuture<List<CallKey>> keys(Shelf shelf, @Nullable CallKey after, int limit) {
    return database.read(session -> {
      PreparedStatement keys = session.statement(KEYS);
      keys.setInt(1, number(shelf));
      keys.setBytes(2, after == null ? new byte[0] : after.bytes());
      keys.setInt(3, limit);
      List<CallKey> page = new ArrayList<>();
      try (ResultSet row = keys.executeQuery()) {
        while (row.next()) {
          page.add(CallKey.of(row.getBytes(1)));
        }
      }
      return page;
    });
  }

  /** The number of a shelf in the file, which must not change with the order of the constants. */
  private static int number(Shelf shelf) {
    return switch (shelf) {
      case RESPONSES -> 0;
      case REPEATS -> 1;
    };
  }
}
