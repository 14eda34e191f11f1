package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import java.util.List;
import java.util.concurrent.Callable;

/** What one call at a time takes through Admiral beyond a direct call of the vendor. */
final class AddedLatencyBenchmark implements Benchmark {
  private static final int WARM_UP = 6_000;
  private static final int CALLS = 4_000;
  private static final double MOST_ADDED_MILLIS = 0.3;

  private long calls;

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        AdmiralClient admiral = Clients.of(server);
        Vendor vendor = new Vendor(simulator.address())) {
      Callable<Double> through =
          () -> millis(() -> admiral.complete(Prompts.of("openai/gpt-4o", text())).getCallId());
      Callable<Double> direct = () -> millis(() -> vendor.ask(text()));
      Rounds.inTurns(WARM_UP, through, direct);
      Rounds rounds = Rounds.inTurns(CALLS, through, direct);
      double added = rounds.value() - rounds.floor();
      return List.of(
          new Figure(
              "added-latency",
              added,
              "ms",
              rounds.floor(),
              added / rounds.floor(),
              "at most 0.3 ms added (median)",
              added <= MOST_ADDED_MILLIS));
    }
  }

  private String text() {
    return "Call " + calls++ + " [[sim: tokens=20]]";
  }

  private static double millis(Callable<?> call) throws Exception {
    long start = System.nanoTime();
    call.call();
    return (System.nanoTime() - start) / 1e6;
  }
}
