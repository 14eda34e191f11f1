package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A thousand equal calls at once beside one alone: how much longer until the last of them has its
 * answer.
 */
final class JoinBenchmark implements Benchmark {
  private static final int CALLERS = 1_000;
  private static final int WARM_UP = 20;
  private static final int ROUNDS = 15;
  private static final double MOST_ADDED_MILLIS = 250;

  private long calls;

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        AdmiralClient admiral = Clients.of(server)) {
      Rounds.inTurns(WARM_UP, () -> millis(admiral, CALLERS), () -> millis(admiral, 1));
      Rounds rounds =
          Rounds.inTurns(ROUNDS, () -> millis(admiral, CALLERS), () -> millis(admiral, 1));
      return List.of(
          new Figure(
              "join",
              rounds.value(),
              "ms",
              rounds.floor(),
              rounds.ratio(),
              "1,000 callers, one upstream call, the last within 250 ms of a lone one",
              rounds.value() - rounds.floor() <= MOST_ADDED_MILLIS));
    }
  }

  /**
   * Returns the time until the last caller has its answer; fails if more than one of them was asked
   * upstream.
   */
  private double millis(AdmiralClient admiral, int callers) {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(
                Prompts.of(
                    "openai/gpt-4o",
                    "Call " + calls++ + " [[sim: tokens=20; fault=slow-first-token=50ms]]"))
            .build();
    long start = System.nanoTime();
    List<CompletableFuture<CompleteResponse>> answers = new ArrayList<>(callers);
    for (int i = 0; i < callers; i++) {
      answers.add(admiral.completeAsync(request));
    }
    long upstream =
        answers.stream()
            .filter(answer -> answer.join().getServed().getSource() == Source.SOURCE_UPSTREAM)
            .count();
    if (upstream != 1) {
      throw new IllegalStateException(upstream + " of " + callers + " equal calls went upstream");
    }
    return (System.nanoTime() - start) / 1e6;
  }
}
