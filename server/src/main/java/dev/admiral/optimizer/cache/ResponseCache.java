package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The three memories of calls, and the disk tier that two of them share: {@link Answers} for equal
 * calls, {@link KnownFailures} that would only happen again, and the {@link FirstAnswers} to
 * request_ids. Starts and stops them, and tells their figures.
 *
 * <p>The disk tier may be slow, full or gone: look-ups then miss, writes wait and are dropped past
 * a bound, and {@link #metrics()} says what is wrong.
 *
 * <p>Safe for use from any thread. Methods block only where they say so.
 */
public final class ResponseCache implements AutoCloseable {
  /** Longest wait for what is left to be written at closing. */
  private static final Duration CLOSING_WAIT = Duration.ofSeconds(10);

  private final DiskTier disk;
  private final Answers answers;
  private final KnownFailures failures;
  private final FirstAnswers firstAnswers;
  private final ThreadFactory threads;
  private volatile @Nullable Thread writer;

  /**
   * Assembles; reads and writes nothing before {@link #start()}.
   *
   * @param store the disk tier
   * @param random spreads the end of remembered failures
   * @param threads makes the thread that writes to the store
   */
  public ResponseCache(
      CacheSettings settings,
      ResponseStore store,
      Time time,
      RandomGenerator random,
      ThreadFactory threads) {
    this.threads = threads;
    this.disk = new DiskTier(store, settings, time);
    this.answers = new Answers(settings, disk, time);
    this.failures =
        new KnownFailures(settings.failureTimeToLive(), settings.failureEntries(), time, random);
    this.firstAnswers = new FirstAnswers(settings, disk, time);
  }

  /** Starts writing to the disk tier. */
  public void start() {
    Thread thread = threads.newThread(disk.writes());
    writer = thread;
    thread.start();
  }

  /** Writes what waits, for a bounded time, and stops the thread. Blocks. */
  @Override
  public void close() {
    disk.writes().close();
    Thread thread = writer;
    if (thread != null) {
      try {
        if (!thread.join(CLOSING_WAIT)) {
          thread.interrupt();
        }
      } catch (InterruptedException e) {
        // For the caller; the thread is told to stop all the same.
        thread.interrupt();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns the answers to equal calls. */
  public Answers answers() {
    return answers;
  }

  /** Returns the failures worth remembering. */
  public KnownFailures failures() {
    return failures;
  }

  /** Returns the first answers to request_ids. */
  public FirstAnswers firstAnswers() {
    return firstAnswers;
  }

  /**
   * Removes a tenant's answers from both tiers. From this call on none of them is served, nor put
   * by whoever took its {@link Answers#epoch()} before. Answers kept for repeats of a request_id
   * stay: those were given already. Remembered failures go with {@link Selector.All}, and with
   * {@link Selector.ByHash} that of the call. Blocks.
   *
   * @return how many different answers were removed
   * @throws IOException if the disk tier could not be cleared; its answers are still not served
   *     while this process lives
   */
  public long invalidate(String tenant, Selector selector)
      throws IOException, InterruptedException {
    failures.forget(tenant, selector);
    return answers.invalidate(tenant, selector);
  }

  /** Returns the cache's figures; cheap, and never blocks for long. */
  public CacheMetrics metrics() {
    return new CacheMetrics(
        answers.memoryTier(),
        answers.diskTier(),
        failures.count(),
        disk.writes().size(Shelf.REPEATS).rows(),
        disk.writes().waiting(),
        disk.writes().dropped(),
        disk.unreadable(),
        disk.trouble());
  }

  /** The disk tier's writer, which tests run step by step. */
  WriteBehind writes() {
    return disk.writes();
  }
}
