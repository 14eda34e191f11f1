package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Latencies are drawn by seed from distributions of the right middle and spread. */
class LatencyTest {
  private static final Latency TYPICAL =
      Latency.typical(Duration.ofMillis(400), Duration.ofMillis(10));

  @Test
  void draws_haveTheirMedianAndSpread() {
    double[] logs = new double[20_000];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = Math.log(TYPICAL.firstTokenNanos(Mix.mix(42, i)) / 400e6);
    }
    double mean = Arrays.stream(logs).average().orElseThrow();
    double variance = Arrays.stream(logs).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    assertThat(mean).isBetween(-0.01, 0.01);
    assertThat(Math.sqrt(variance)).isBetween(0.34, 0.36);
  }

  @Property
  void draws_areAFunctionOfTheSeed(@ForAll long seed) {
    assertThat(TYPICAL.firstTokenNanos(seed)).isEqualTo(TYPICAL.firstTokenNanos(seed)).isPositive();
    assertThat(Latency.NONE.firstTokenNanos(seed)).isZero();
    assertThat(Latency.fixed(Duration.ofMillis(3), Duration.ZERO).firstTokenNanos(seed))
        .isEqualTo(3_000_000);
  }

  @Test
  void pacedStream_arrivesWholeAndNotBeforeItsTime() throws Exception {
    Latency latency = Latency.fixed(Duration.ofMillis(20), Duration.ofMillis(2));
    try (Simulator simulator =
        Simulator.builder().models(model -> model.withLatency(latency)).start()) {
      String body =
          "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\","
              + "\"content\":\"Hi [[sim: tokens=21]]\"}]}";
      long start = System.nanoTime();
      Caller.Reply reply = new Caller(simulator).chat(body);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000L + 20 * 2_000_000L);
      assertThat(reply.events()).hasSize(21 + 3);
    }
  }
}
