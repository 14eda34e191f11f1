package dev.admiral.optimizer.call;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Additions of one engine to its store, one at a time.
 *
 * <p>Additions must be made exactly once, so how a writing ends decides what becomes of them: once
 * it is durable they are the store's, and once it has certainly failed they are the engine's again.
 * A writing that takes longer than anybody would wait has not ended. It is remembered, and nothing
 * more is begun before it has: so no addition is lost, and none is made twice, without any mark in
 * the store. It rests on the promise of every store that a future which fails means that nothing
 * was written.
 *
 * <p>Not safe for use by several threads at once: the owner holds a lock.
 */
public final class StoreWriter {
  private final Duration wait;
  private @Nullable Writing underWay;

  private record Writing(
      CompletableFuture<@Nullable Void> end, Runnable written, Runnable failed) {}

  /**
   * @param wait longest wait for one writing
   */
  public StoreWriter(Duration wait) {
    this.wait = wait;
  }

  /**
   * Waits for a writing that had not ended, if there is one, and lets its owner know how it did.
   *
   * @throws IOException if it has not ended now either; nothing may be begun then
   */
  public void settle() throws IOException {
    Writing writing = underWay;
    if (writing != null) {
      awaitEnd(writing);
      end(writing);
    }
  }

  /**
   * Waits for a writing that was begun just now, after {@link #settle}.
   *
   * @param writing its end
   * @param written called once it is durable, here or in a later {@link #settle}
   * @param failed called once it has certainly failed, here or in a later {@link #settle}
   * @throws IOException if it failed, or has not ended in time
   */
  public void await(CompletableFuture<@Nullable Void> writing, Runnable written, Runnable failed)
      throws IOException {
    Writing begun = new Writing(writing, written, failed);
    underWay = begun;
    awaitEnd(begun);
    end(begun);
    StoreWait.forEnd(writing);
  }

  /** Waits however it ends. */
  private void awaitEnd(Writing writing) throws IOException {
    StoreWait.atMost(wait, writing.end.handle((_, _) -> true));
  }

  private void end(Writing writing) {
    underWay = null;
    (writing.end.isCompletedExceptionally() ? writing.failed : writing.written).run();
  }
}
