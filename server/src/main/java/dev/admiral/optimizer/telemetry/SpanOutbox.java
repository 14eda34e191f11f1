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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spans on their way to the collector: a queue bounded by number and by the bytes of content, which
 * drops what finds no room, and one thread that sends what waits, some at a time. Every span is
 * counted once: exported, failed or dropped. The library's own batching knows no bytes, and counts
 * for its own metrics only.
 */
final class SpanOutbox implements SpanProcessor {
  private static final Logger log = LoggerFactory.getLogger(SpanOutbox.class);

  /** What one export holds at most; collectors bound messages at 4 MiB. */
  private static final int MOST_AT_ONCE = 512;

  /** Past this much content no further span is put into an export. */
  private static final long MOST_CONTENT_AT_ONCE = 2 << 20;

  /** How long the first span waits for others to be sent with it. */
  private static final Duration GATHERING = Duration.ofMillis(500);

  /** How long what waits may take to be sent when the server stops. */
  private static final Duration LAST_EXPORTS = Duration.ofSeconds(3);

  private static final Duration LOOK = Duration.ofMillis(100);

  private final BlockingQueue<Waiting> waiting;
  private final long maxContentBytes;
  private final AtomicLong contentBytes = new AtomicLong();
  private final SpanExporter exporter;
  private final Duration timeout;
  private final Thread thread;
  private final LongAdder exported = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private volatile boolean closed;

  // The thread's own.
  private boolean failing;

  private record Waiting(SpanData span, long contentBytes) {}

  /**
   * @param maxWaiting most spans that wait
   * @param maxContentBytes most bytes of prompts and answers that wait or are being sent
   * @param timeout longest wait for one export
   */
  SpanOutbox(
      SpanExporter exporter,
      int maxWaiting,
      long maxContentBytes,
      Duration timeout,
      ThreadFactory threads) {
    this.waiting = new ArrayBlockingQueue<>(maxWaiting);
    this.maxContentBytes = maxContentBytes;
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
    if (span.getSpanContext().isSampled() && (closed || !offer(span.toSpanData()))) {
      dropped.increment();
    }
  }

  private boolean offer(SpanData span) {
    long bytes = Contents.bytes(span.getAttributes());
    if (contentBytes.addAndGet(bytes) <= maxContentBytes
        && waiting.offer(new Waiting(span, bytes))) {
      return true;
    }
    contentBytes.addAndGet(-bytes);
    return false;
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  private void send() {
    List<Waiting> batch = new ArrayList<>(MOST_AT_ONCE);
    try {
      while (!closed || !waiting.isEmpty()) {
        Waiting first = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
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
    List<Waiting> left = new ArrayList<>();
    waiting.drainTo(left);
    dropped.add(left.size());
  }

  private void gather(List<Waiting> batch) throws InterruptedException {
    long end = System.nanoTime() + GATHERING.toNanos();
    long content = batch.getFirst().contentBytes();
    while (batch.size() < MOST_AT_ONCE && content < MOST_CONTENT_AT_ONCE) {
      long left = closed ? 0 : Math.max(0, end - System.nanoTime());
      Waiting next = waiting.poll(Math.min(LOOK.toNanos(), left), TimeUnit.NANOSECONDS);
      if (next != null) {
        batch.add(next);
        content += next.contentBytes();
      } else if (left == 0) {
        return;
      }
    }
  }

  private void export(List<Waiting> batch) throws InterruptedException {
    try {
      send(batch.stream().map(Waiting::span).toList());
    } finally {
      contentBytes.addAndGet(-batch.stream().mapToLong(Waiting::contentBytes).sum());
    }
  }

  private void send(List<SpanData> batch) throws InterruptedException {
    // The library holds on to what it was given until it is done with it.
    CompletableResultCode result = exporter.export(batch);
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
