package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Calls per second that all go upstream, beside a bare proxy with the same HTTP client. */
final class MissBenchmark implements Benchmark {
  private static final int IN_FLIGHT = 64;

  private final AtomicLong calls = new AtomicLong();

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        Child proxy = Child.bare(BareProxy.class, simulator.address());
        AdmiralClient admiral = Clients.of(server);
        AdmiralClient bare = Clients.of(proxy)) {
      Rounds.inTurns(5, () -> calls(admiral, 4), () -> calls(bare, 4));
      Rounds rounds = Rounds.inTurns(5, () -> calls(admiral, 3), () -> calls(bare, 3));
      return List.of(
          new Figure(
              "miss",
              rounds.value(),
              "calls/s",
              rounds.floor(),
              rounds.ratio(),
              "at least 0.70 of a bare proxy",
              rounds.ratio() >= 0.70));
    }
  }

  private double calls(AdmiralClient client, double seconds) throws InterruptedException {
    return Load.callsPerSecond(client, IN_FLIGHT, seconds, this::next);
  }

  private CompleteRequest next() {
    return CompleteRequest.newBuilder()
        .setPrompt(
            Prompts.of("openai/gpt-4o", "Call " + calls.incrementAndGet() + " [[sim: tokens=20]]"))
        .build();
  }
}
