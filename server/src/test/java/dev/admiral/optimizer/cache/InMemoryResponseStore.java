package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store that is gone with the process. Bounded by its user, as every store is. */
public final class InMemoryResponseStore implements ResponseStore {
  private static final Comparator<CallKey> BY_KEY =
      Comparator.comparingLong(CallKey::a)
          .thenComparingLong(CallKey::b)
          .thenComparingLong(CallKey::c)
          .thenComparingLong(CallKey::d);

  private final Map<Shelf, Rows> shelves = new EnumMap<>(Shelf.class);

  private static final class Rows {
    final NavigableMap<CallKey, Row> byKey = new TreeMap<>(BY_KEY);
    final NavigableSet<Row> byExpiry =
        new TreeSet<>(Comparator.comparing(Row::expires).thenComparing(Row::key, BY_KEY));
    long bytes;

    void put(Row row) {
      remove(row.key());
      byKey.put(row.key(), row);
      byExpiry.add(row);
      bytes += row.bytes();
    }

    void remove(CallKey key) {
      Row row = byKey.remove(key);
      if (row != null) {
        byExpiry.remove(row);
        bytes -= row.bytes();
      }
    }
  }

  /** Creates an empty store. */
  public InMemoryResponseStore() {
    for (Shelf shelf : Shelf.values()) {
      shelves.put(shelf, new Rows());
    }
  }

  @Override
  public synchronized CompletableFuture<@Nullable Row> find(Shelf shelf, CallKey key) {
    return done(rows(shelf).byKey.get(key));
  }

  @Override
  public synchronized CompletableFuture<List<Row>> findByHash(long bits) {
    CallKey first = new CallKey(bits, Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);
    CallKey last = new CallKey(bits, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    return done(List.copyOf(rows(Shelf.RESPONSES).byKey.subMap(first, true, last, true).values()));
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> write(List<Change> changes) {
    for (Change change : changes) {
      switch (change) {
        case Change.Put(Shelf shelf, Row row) -> rows(shelf).put(row);
        case Change.Delete(Shelf shelf, CallKey key) -> rows(shelf).remove(key);
      }
    }
    return done(null);
  }

  @Override
  public synchronized CompletableFuture<@Nullable Void> delete(
      String tenant, Selector selector, Instant now, Consumer<CallKey> deleted) {
    Rows rows = rows(Shelf.RESPONSES);
    List<CallKey> keys =
        rows.byKey.values().stream()
            .filter(row -> row.owner().tenant().equals(tenant) && !row.created().isAfter(now))
            .filter(row -> row.matches(selector, now))
            .map(Row::key)
            .toList();
    keys.forEach(rows::remove);
    keys.forEach(deleted);
    return done(null);
  }

  @Override
  public synchronized CompletableFuture<Integer> deleteExpired(
      Shelf shelf, Instant now, int limit) {
    Rows rows = rows(shelf);
    List<CallKey> keys =
        rows.byExpiry.stream()
            .takeWhile(row -> !row.expires().isAfter(now))
            .map(Row::key)
            .limit(limit)
            .toList();
    keys.forEach(rows::remove);
    return done(keys.size());
  }

  @Override
  public synchronized CompletableFuture<Integer> deleteNearestExpiry(Shelf shelf, int limit) {
    Rows rows = rows(shelf);
    List<CallKey> keys = rows.byExpiry.stream().map(Row::key).limit(limit).toList();
    keys.forEach(rows::remove);
    return done(keys.size());
  }

  @Override
  public synchronized CompletableFuture<Size> size(Shelf shelf) {
    Rows rows = rows(shelf);
    return done(new Size(rows.byKey.size(), rows.bytes));
  }

  @Override
  public synchronized CompletableFuture<List<CallKey>> keys(
      Shelf shelf, @Nullable CallKey after, int limit) {
    NavigableMap<CallKey, Row> byKey = rows(shelf).byKey;
    NavigableMap<CallKey, Row> rest = after == null ? byKey : byKey.tailMap(after, false);
    return done(rest.keySet().stream().limit(limit).toList());
  }

  private static <T extends @Nullable Object> CompletableFuture<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }

  private Rows rows(Shelf shelf) {
    Rows rows = shelves.get(shelf);
    if (rows == null) {
      throw new IllegalStateException("no shelf " + shelf);
    }
    return rows;
  }
}
