package dev.admiral.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ten thousand event streams open at once by HTTP, each on a connection of its own, through a
 * server with a heap of 1 GB. Two at a time ask the same, so that the server's connections on both
 * sides stay below what systems allow a process.
 */
final class HttpStreamsBenchmark implements Benchmark {
  private static final int STREAMS = 10_000;
  private static final int PIECES = 12;
  private static final double PACE_SECONDS = 1.5;
  private static final int WAIT_SECONDS = 110;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final AtomicInteger complete = new AtomicInteger();
  private final AtomicLong longestSilenceNanos = new AtomicLong();

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.bare(PacedSimulator.class, Double.toString(PACE_SECONDS));
        Child server = Child.admiral(simulator, "-Xmx1g")) {
      CountDownLatch ended = new CountDownLatch(STREAMS);
      int port = Integer.parseInt(server.httpAddress().replaceAll(".*:", ""));
      for (int i = 0; i < STREAMS; i++) {
        Socket socket = new Socket("127.0.0.1", port);
        socket
            .getOutputStream()
            .write(
                HttpLoad.post(
                    "/v1/chat/completions",
                    "{\"model\":\"openai/gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"Stream "
                        + i / 2
                        + " [[sim: tokens="
                        + PIECES
                        + "]]\"}]}"));
        Thread.ofVirtual()
            .start(() -> {
              try {
                read(socket);
              } finally {
                ended.countDown();
              }
            });
      }
      boolean all = ended.await(WAIT_SECONDS, TimeUnit.SECONDS);
      double silence = longestSilenceNanos.get() / 1e9;
      System.out.printf(
          "               %d streams, most open at once %d, longest silence of one %.2f s at a pace"
              + " of %.2f s, server's memory %.0f MiB%n",
          complete.get(),
          mostOpen.get(),
          silence,
          PACE_SECONDS,
          server.peakMemoryBytes() / (double) (1 << 20));
      return List.of(
          new Figure(
              "http-streams",
              complete.get(),
              "streams",
              STREAMS,
              complete.get() / (double) STREAMS,
              "10,000 open at once in 1 GB of heap, none silent for three times the pace",
              all
                  && complete.get() == STREAMS
                  && mostOpen.get() == STREAMS
                  && silence <= 3 * PACE_SECONDS));
    }
  }

  /** Reads one stream to its end, and notes when its events came. */
  private void read(Socket socket) {
    long last = 0;
    try (socket;
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1024)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("data: ")) {
          continue;
        }
        long now = System.nanoTime();
        if (last == 0) {
          mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        } else {
          longestSilenceNanos.accumulateAndGet(now - last, Math::max);
        }
        last = now;
        if (line.equals("data: [DONE]")) {
          complete.incrementAndGet();
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (last != 0) {
        open.decrementAndGet();
      }
    }
  }
}
