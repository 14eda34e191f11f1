package dev.admiral.bench;

import java.util.List;
import java.util.Locale;

/**
 * Memory hits per second by HTTP beside a bare handler of the same HTTP server that sends as many
 * bytes, and the latency of both at half of their load.
 */
final class HttpHitBenchmark implements Benchmark {
  private static final int ANSWER_LENGTH = 1_024;
  private static final int CONNECTIONS = 64;
  private static final double MOST_MILLIS = 1;

  @Override
  public List<Figure> run() throws Exception {
    byte[] request =
        HttpLoad.post(
            "/v1/chat/completions",
            "{\"model\":\"openai/gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"[[sim:"
                + " echo]]"
                + "x".repeat(ANSWER_LENGTH)
                + "\"}]}");
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        HttpLoad admiral = new HttpLoad(server.httpAddress(), request, CONNECTIONS)) {
      admiral.once();
      String hit = admiral.once();
      if (!hit.toLowerCase(Locale.ROOT).contains("x-admiral-served: memory")) {
        throw new IllegalStateException("the benchmark's call is not a hit");
      }
      String body = hit.substring(hit.indexOf("\r\n\r\n") + 4);
      try (Child floor = Child.bare(BareHttp.class, Integer.toString(body.length()));
          HttpLoad bare = new HttpLoad(floor.address(), request, CONNECTIONS)) {
        Rounds.inTurns(2, () -> admiral.perSecond(3), () -> bare.perSecond(3));
        Rounds rates = Rounds.inTurns(5, () -> admiral.perSecond(2), () -> bare.perSecond(2));
        Rounds latencies =
            Rounds.inTurns(
                3,
                () -> admiral.latencyMillis(rates.value() / 2, 2, 0.99),
                () -> bare.latencyMillis(rates.value() / 2, 2, 0.99));
        return List.of(
            new Figure(
                "http-hit",
                rates.value(),
                "calls/s",
                rates.floor(),
                rates.ratio(),
                "at least 0.60 of a bare handler",
                rates.ratio() >= 0.60),
            new Figure(
                "http-hit-p99",
                latencies.value(),
                "ms",
                latencies.floor(),
                latencies.ratio(),
                "99 % within 1 ms at half of that load",
                latencies.value() <= MOST_MILLIS));
      }
    }
  }
}
