package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.DurableRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A store that works, fails or hangs as told; what hangs is written, in order, when it works again.
 * It works at once, or on a thread of its own behind a queue.
 */
final class FaultyLedgerStore implements LedgerStore, AutoCloseable {
  private final MemoryLedgerStore memory = new MemoryLedgerStore();
  private final List<Runnable> hanging = new ArrayList<>();
  private boolean failing;
  private boolean frozen;
  private int writings;
  private final ExecutorService writer = Executors.newSingleThreadExecutor();
  private int queue;
  private int queued;
  private int refused;

  synchronized void fail() {
    failing = true;
  }

  synchronized void freeze() {
    frozen = true;
  }

  synchronized void work() {
    failing = false;
    frozen = false;
    hanging.forEach(Runnable::run);
    hanging.clear();
  }

  /** Works again, by a thread of its own; refuses what its queue cannot hold. */
  synchronized void workBehindAQueueOf(int size) {
    queue = size;
    work();
  }

  /** Returns how much the queue could not hold. */
  synchronized int refused() {
    return refused;
  }

  @Override
  public void close() {
    writer.close();
  }

  /** Lets what hangs fail instead. */
  synchronized void giveUp() {
    failing = true;
    frozen = false;
    hanging.forEach(Runnable::run);
    hanging.clear();
  }

  /** Returns how often anything was given to the store. */
  synchronized int writings() {
    return writings;
  }

  private synchronized CompletableFuture<@Nullable Void> write(Runnable write) {
    writings++;
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    Runnable outcome =
        () -> {
          if (failing) {
            done.completeExceptionally(new IOException("the disk is full"));
          } else {
            write.run();
            done.complete(null);
          }
        };
    if (frozen) {
      hanging.add(outcome);
    } else if (queue > 0 && queued == queue) {
      refused++;
      done.completeExceptionally(new IOException("the queue is full"));
    } else if (queue > 0) {
      queued++;
      writer.execute(() -> writeQueued(outcome));
    } else {
      outcome.run();
    }
    return done;
  }

  private synchronized void writeQueued(Runnable outcome) {
    queued--;
    outcome.run();
  }

  @Override
  public CompletableFuture<@Nullable Void> commit(UnitOfWork work) {
    return write(() -> memory.commit(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> addSavings(List<Saving> savings) {
    return write(() -> memory.addSavings(savings));
  }

  @Override
  public synchronized CompletableFuture<List<Report.Row>> rows(ReportQuery query) {
    return failing
        ? CompletableFuture.failedFuture(new IOException("the disk is gone"))
        : memory.rows(query);
  }

  @Override
  public CompletableFuture<List<Numbered>> entries(
      EntryQuery query, @Nullable Place before, int limit) {
    return memory.entries(query, before, limit);
  }

  @Override
  public CompletableFuture<List<NumberedRecord>> records(
      DurableRecord.Log log, long after, int limit) {
    return memory.records(log, after, limit);
  }
}
