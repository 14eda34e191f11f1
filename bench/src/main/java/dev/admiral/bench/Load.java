package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.CompleteRequest;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps a number of unary calls in flight for a while and counts what was answered. */
final class Load {
  private final AdmiralClient client;
  private final Supplier<CompleteRequest> requests;
  private final LongAdder answered = new LongAdder();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final CountDownLatch ended;
  private volatile boolean stop;

  private Load(AdmiralClient client, Supplier<CompleteRequest> requests, int inFlight) {
    this.client = client;
    this.requests = requests;
    this.ended = new CountDownLatch(inFlight);
  }

  /** Returns answered calls per second. */
  static double callsPerSecond(
      AdmiralClient client, int inFlight, double seconds, Supplier<CompleteRequest> requests)
      throws InterruptedException {
    Load load = new Load(client, requests, inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      load.next();
    }
    Thread.sleep((long) (seconds * 1000));
    long count = load.answered.sum();
    double took = (System.nanoTime() - start) / 1e9;
    load.stop = true;
    load.ended.await();
    if (!load.failures.isEmpty()) {
      throw new IllegalStateException("a call of the benchmark failed", load.failures.peek());
    }
    return count / took;
  }

  private void next() {
    var _ = client.completeAsync(requests.get()).whenComplete((answer, thrown) -> ended(thrown));
  }

  private void ended(@Nullable Throwable failure) {
    if (failure != null) {
      failures.add(failure);
    } else {
      answered.increment();
    }
    if (failure != null || stop) {
      ended.countDown();
    } else {
      next();
    }
  }
}
