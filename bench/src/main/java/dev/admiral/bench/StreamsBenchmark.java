package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ten thousand different streams open at once through a server with a heap of 1 GB. Each is held
 * open by the vendor until all have begun, so that all are open at one time; none may starve: the
 * longest silence of any stream is the figure beside the vendor's own pace.
 */
final class StreamsBenchmark implements Benchmark {
  private static final int STREAMS = 10_000;
  private static final int PIECES = 12;
  private static final double PACE_SECONDS = 1.5;
  private static final int WAIT_SECONDS = 110;

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.bare(PacedSimulator.class, Double.toString(PACE_SECONDS));
        Child server = Child.admiral(simulator, "-Xmx1g");
        AdmiralClient admiral = Clients.of(server)) {
      CountDownLatch ended = new CountDownLatch(STREAMS);
      AtomicInteger open = new AtomicInteger();
      AtomicInteger mostOpen = new AtomicInteger();
      List<Reader> readers = new ArrayList<>(STREAMS);
      for (int i = 0; i < STREAMS; i++) {
        Reader reader = new Reader(ended, open, mostOpen);
        readers.add(reader);
        StreamRequest request =
            StreamRequest.newBuilder()
                .setPrompt(
                    Prompts.of("openai/gpt-4o", "Stream " + i + " [[sim: tokens=" + PIECES + "]]"))
                .build();
        admiral.publisher(request).subscribe(reader);
      }
      boolean all = ended.await(WAIT_SECONDS, TimeUnit.SECONDS);
      long complete = readers.stream().filter(reader -> reader.complete).count();
      double longestSilence =
          readers.stream().mapToLong(reader -> reader.longestSilenceNanos).max().orElse(0) / 1e9;
      double peak = server.peakMemoryBytes() / (double) (1 << 20);
      System.out.printf(
          "               %d streams, most open at once %d, longest silence of one %.2f s at a pace"
              + " of %.2f s, server's memory %.0f MiB%n",
          complete, mostOpen.get(), longestSilence, PACE_SECONDS, peak);
      return List.of(
          new Figure(
              "streams-heap",
              complete,
              "streams",
              STREAMS,
              complete / (double) STREAMS,
              "10,000 open at once in 1 GB of heap, none silent for three times the pace",
              all
                  && complete == STREAMS
                  && mostOpen.get() == STREAMS
                  && longestSilence <= 3 * PACE_SECONDS));
    }
  }

  /** One stream's reader: asks for everything and notes when it came. */
  private static final class Reader implements Flow.Subscriber<StreamResponse> {
    private final CountDownLatch ended;
    private final AtomicInteger open;
    private final AtomicInteger mostOpen;
    private long lastNanos;
    private volatile long longestSilenceNanos;
    private volatile boolean complete;

    Reader(CountDownLatch ended, AtomicInteger open, AtomicInteger mostOpen) {
      this.ended = ended;
      this.open = open;
      this.mostOpen = mostOpen;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(StreamResponse event) {
      long now = System.nanoTime();
      if (event.hasStarted()) {
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
      } else {
        longestSilenceNanos = Math.max(longestSilenceNanos, now - lastNanos);
      }
      lastNanos = now;
      complete = event.hasFinished();
    }

    @Override
    public void onError(@Nullable Throwable failure) {
      open.decrementAndGet();
      ended.countDown();
    }

    @Override
    public void onComplete() {
      open.decrementAndGet();
      ended.countDown();
    }
  }
}
