package dev.admiral.bench;

import dev.admiral.simulator.Latency;
import dev.admiral.simulator.Simulator;
import java.time.Duration;

/**
 * A simulator all of whose models give a piece each so many seconds, the first after the time ten
 * thousand callers need to come.
 */
final class PacedSimulator {
  private static final Duration FIRST_TOKEN = Duration.ofSeconds(20);

  private PacedSimulator() {}

  /**
   * Starts it and prints its port.
   *
   * @param args seconds between two pieces
   */
  public static void main(String[] args) throws Exception {
    Duration pace = Duration.ofMillis((long) (Double.parseDouble(args[0]) * 1000));
    try (Simulator simulator =
        Simulator.builder()
            .models(model -> model.withLatency(Latency.fixed(FIRST_TOKEN, pace)))
            .start()) {
      System.out.println("listens on " + simulator.uri().getPort());
      Thread.currentThread().join();
    }
  }
}
