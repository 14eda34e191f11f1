package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** From starting the process to its first answer, beside a bare gRPC server. */
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
    try (Child server = Child.admiral(simulator, aotFlags());
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

  /** Returns the flags the launcher gives a server when it has recorded its classes beforehand. */
  private static String[] aotFlags() {
    Path cache = Path.of(System.getProperty("admiral.home", "."), "target", "aot", "server");
    return Files.exists(cache)
        ? new String[] {"-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"}
        : new String[0];
  }
}
