package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import java.util.List;

/** From the launcher's command to the first answer, beside a bare gRPC server. */
final class StartBenchmark implements Benchmark {
  private static final int ROUNDS = 5;
  private static final double MOST_MILLIS = 1_500;

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.simulator(0)) {
      Rounds rounds = Rounds.inTurns(ROUNDS, () -> admiral(simulator), StartBenchmark::bare);
      return List.of(
          new Figure(
              "start",
              rounds.value(),
              "ms",
              rounds.floor(),
              rounds.ratio(),
              "first answer within 1,500 ms",
              rounds.value() <= MOST_MILLIS));
    }
  }

  private static double admiral(Child simulator) throws Exception {
    long start = System.nanoTime();
    try (Child server = Child.launched(simulator);
        AdmiralClient client = Clients.of(server)) {
      client.complete(Prompts.of("openai/gpt-4o", "Hello"));
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static double bare() throws Exception {
    long start = System.nanoTime();
    try (Child server = Child.bare(BareEcho.class, "10");
        AdmiralClient client = Clients.of(server)) {
      client.complete(Prompts.of("openai/gpt-4o", "Hello"));
      return (System.nanoTime() - start) / 1e6;
    }
  }
}
