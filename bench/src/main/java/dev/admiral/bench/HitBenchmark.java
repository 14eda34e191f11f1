package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.Source;
import java.util.List;

/** Memory hits per second beside a bare echo of equal messages. */
final class HitBenchmark implements Benchmark {
  private static final int ANSWER_LENGTH = 1_024;
  private static final int IN_FLIGHT = 64;

  @Override
  public List<Figure> run() throws Exception {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("openai/gpt-4o", "[[sim: echo]]" + "x".repeat(ANSWER_LENGTH)))
            .build();
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        Child echo = Child.bare(BareEcho.class, Integer.toString(ANSWER_LENGTH));
        AdmiralClient admiral = Clients.of(server);
        AdmiralClient bare = Clients.of(echo)) {
      admiral.complete(request);
      if (admiral.complete(request).getServed().getSource() != Source.SOURCE_MEMORY) {
        throw new IllegalStateException("the benchmark's call is not a hit");
      }
      Rounds.inTurns(2, () -> calls(admiral, request, 3), () -> calls(bare, request, 3));
      Rounds rounds =
          Rounds.inTurns(5, () -> calls(admiral, request, 2), () -> calls(bare, request, 2));
      return List.of(
          new Figure(
              "hit",
              rounds.value(),
              "calls/s",
              rounds.floor(),
              rounds.ratio(),
              "at least 0.70 of a bare echo",
              rounds.ratio() >= 0.70));
    }
  }

  private static double calls(AdmiralClient client, CompleteRequest request, double seconds)
      throws InterruptedException {
    return Load.callsPerSecond(client, IN_FLIGHT, seconds, () -> request);
  }
}
