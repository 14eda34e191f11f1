package dev.admiral.optimizer.telemetry;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spans on their way to the collector: a bounded queue, which drops what finds no room, and one
 * thread that sends what waits, some at a time. Every span is counted once: exported, failed or
 * dropped. The library's own batching counts for its own metrics only.
 */
final class SpanOutbox implements SpanProcessor {
  private static final Logger log = LoggerFactory.getLogger(SpanOutbox.class);

  /** What one export holds at most; collectors bound messages at 4 MiB. */
  private static final int MOST_AT_ONCE = 512;

  /** How long the first span waits for others to be sent with it. */
  private static final Duration GATHERING = Duration.ofMillis(500);

  /** How long what waits may take to be sent when the server stops. */
  private static final Duration LAST_EXPORTS = Duration.ofSeconds(3);

  private static final Duration LOOK = Duration.ofMillis(100);

  private final BlockingQueue<SpanData> waiting;
  private final SpanExporter exporter;
  private final Duration timeout;
  private final Thread thread;
  private final LongAdder exported = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean closed;

  // The thread's own.
  private boolean failing;

  /**
   * @param maxWaiting most spans that wait
   * @param timeout longest wait for one export
   */
  SpanOutbox(SpanExporter exporter, int maxWaiting, Duration timeout, ThreadFactory threads) {
    this.waiting = new ArrayBlockingQueue<>(maxWaiting);
    this.exporter = exporter;
    this.timeout = timeout;
    this.thread = threads.newThread(this::send);
  }

  void start() {
    thread.start();
  }

  SpanCounts counts() {
    return new SpanCounts(exported.sum(), failed.sum(), dropped.sum());
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    // Told of ends alone.
  }

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (span.getSpanContext().isSampled() && (closed || !waiting.offer(span.toSpanData()))) {
      dropped.increment();
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  private void send() {
    List<SpanData> batch = new ArrayList<>(MOST_AT_ONCE);
    try {
      while (!closed || !waiting.isEmpty()) {
        SpanData first = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          gather(batch);
          export(batch);
          batch.clear();
        }
      }
    } catch (InterruptedException e) {
      // The server stops, and the collector does not take what is left.
      dropped.add(batch.size());
    }
    List<SpanData> left = new ArrayList<>();
    waiting.drainTo(left);
    dropped.add(left.size());
  }

  private void gather(List<SpanData> batch) throws InterruptedException {
    long end = System.nanoTime() + GATHERING.toNanos();
    while (batch.size() < MOST_AT_ONCE && !closed) {
      waiting.drainTo(batch, MOST_AT_ONCE - batch.size());
      SpanData next =
          batch.size() == MOST_AT_ONCE
              ? null
              : waiting.poll(
                  Math.min(LOOK.toNanos(), end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (next != null) {
        batch.add(next);
      }
      if (end - System.nanoTime() <= 0) {
        return;
      }
    }
  }

  private void export(List<SpanData> batch) throws InterruptedException {
    // The library holds on to what it was given until it is done with it.
    CompletableResultCode result = exporter.export(List.copyOf(batch));
    result.join(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    boolean taken = result.isDone() && result.isSuccess();
    (taken ? exported : failed).add(batch.size());
    if (!taken && !failing) {
      log.warn("the collector of traces takes no spans; they are counted as failed until it does");
    } else if (taken && failing) {
      log.info("the collector of traces takes spans again");
    }
    failing = !taken;
  }

  /** Sends what waits, as far as the collector takes it in a few seconds. */
  @Override
  public CompletableResultCode shutdown() {
    closed = true;
    try {
      if (!thread.join(LAST_EXPORTS)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    return exporter.shutdown();
  }
}
