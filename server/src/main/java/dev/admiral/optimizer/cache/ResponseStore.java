package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.CallKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The disk tier: keeps stored answers as bytes and knows nothing of what is in them.
 *
 * <p>No method blocks; each may be called by several threads at once. Its future completes when
 * what was asked for is done, writes being durable then, or with an {@link IOException} if the
 * store is full, broken or gone; what was asked for has then not happened. What depends on a future
 * may run on a thread of the store, and must be short.
 */
public interface ResponseStore {

  /** What a row is kept for; each shelf has its own keys and its own bound. */
  enum Shelf {
    /** Answers to equal calls. */
    RESPONSES,
    /** First answers to a request_id. */
    REPEATS
  }

  /**
   * One stored answer.
   *
   * @param key where it is found
   * @param owner whom it belongs to
   * @param provider the provider that answered
   * @param model the provider's own name of the model
   * @param body for a repeat the key of the call that was answered; null for others
   * @param created when the answer was complete, to the millisecond
   * @param expires when it may no longer be served, to the millisecond
   * @param answer the answer in the cache's own form
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares rows; a copy for each read would.
  record Row(
      CallKey key,
      EntryOwner owner,
      String provider,
      String model,
      @Nullable CallKey body,
      Instant created,
      Instant expires,
      byte[] answer) {
    /** What a row weighs beside the answer, in bytes: columns and indexes. */
    public static final long OVERHEAD_BYTES = 256;

    /** Returns true if a selector of the owner's tenant matches the row. */
    public boolean matches(Selector selector, Instant now) {
      return selector.matches(key, owner, provider, model, created, now);
    }

    /** Returns what the row weighs. */
    public long bytes() {
      return OVERHEAD_BYTES + answer.length;
    }
  }

  /** A change of one row. */
  sealed interface Change {
    /** Writes a row, in place of an older one with its key. */
    record Put(Shelf shelf, Row row) implements Change {}

    /** Deletes the row with a key, if there is one. */
    record Delete(Shelf shelf, CallKey key) implements Change {}
  }

  /**
   * How much a shelf holds.
   *
   * @param rows number of rows
   * @param bytes sum of {@link Row#bytes()}
   */
  record Size(long rows, long bytes) {}

  /** Returns the row with a key, expired or not; null if there is none. */
  CompletableFuture<@Nullable Row> find(Shelf shelf, CallKey key);

  /**
   * Returns the responses whose key begins with 64 bits ({@link CallKey#a()}), expired or not;
   * hardly ever more than one.
   */
  CompletableFuture<List<Row>> findByHash(long bits);

  /** Makes all changes in order, or none. */
  CompletableFuture<@Nullable Void> write(List<Change> changes);

  /**
   * Deletes all responses a selector matches that were complete at {@code now} or earlier, expired
   * ones too. Others may use the store meanwhile.
   *
   * @param deleted told each key that was deleted, also if the rest then fails; on a thread of the
   *     store
   */
  CompletableFuture<@Nullable Void> delete(
      String tenant, Selector selector, Instant now, Consumer<CallKey> deleted);

  /**
   * Deletes rows whose time has come by {@code now}, those that expired first.
   *
   * @return how many; fewer than the limit only if no more have expired
   */
  CompletableFuture<Integer> deleteExpired(Shelf shelf, Instant now, int limit);

  /**
   * Deletes the rows nearest their expiry, expired or not.
   *
   * @return how many; fewer than the limit only if the shelf is empty
   */
  CompletableFuture<Integer> deleteNearestExpiry(Shelf shelf, int limit);

  /** Returns how much a shelf holds; cheap. */
  CompletableFuture<Size> size(Shelf shelf);

  /**
   * Lists keys in an order of the store's own that does not change.
   *
   * @param after the last key of the page before; null for the first page
   * @return the next keys; fewer than the limit only at the end
   */
  CompletableFuture<List<CallKey>> keys(Shelf shelf, @Nullable CallKey after, int limit);
}
