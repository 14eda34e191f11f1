package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
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
  void pacedStream_flowsByTheClock() throws Exception {
    AtomicLong clock = new AtomicLong();
    Calls calls = new Calls();
    Latency latency = Latency.fixed(Duration.ofSeconds(20), Duration.ofSeconds(2));
    try (Simulator simulator =
            Simulator.builder()
                .nanoTime(clock::get)
                .listener(calls)
                .models(model -> model.withLatency(latency))
                .start();
        Wire wire = new Wire(simulator)) {
      wire.post("/v1/chat/completions", body(true), "Connection", "close");
      calls.nextAccepted();
      clock.addAndGet(Duration.ofSeconds(20).toNanos());
      wire.readUntil("\"delta\":{\"content\":");
      assertThat(simulator.stats().openStreams()).isEqualTo(1);
      for (int token = 2; token <= 5; token++) {
        clock.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(wire.readUntil("\"delta\":{\"content\":")).doesNotContain("[DONE]");
      }
      assertThat(wire.readToEnd()).contains("[DONE]");
    }
  }

  @Test
  void slowFirstToken_isWaitedForByTheClockAndNotScaled() throws Exception {
    AtomicLong clock = new AtomicLong();
    Calls calls = new Calls();
    try (Simulator simulator =
            Simulator.builder().timeScale(0).nanoTime(clock::get).listener(calls).start();
        Wire wire = new Wire(simulator)) {
      wire.post("/v1/chat/completions", body(false), "x-sim-fault", "slow-first-token=60s");
      calls.nextAccepted();
      clock.addAndGet(Duration.ofSeconds(59).toNanos());
      assertThat(simulator.stats().openCalls()).isEqualTo(1);
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      wire.readUntil("\"usage\"");
      assertThat(calls.nextEnded().outcome()).isEqualTo(Outcome.SERVED);
    }
  }

  @Test
  void wholeAnswerCancelledOnItsWay_owesWhatTimeAllowed() throws Exception {
    AtomicLong clock = new AtomicLong();
    Calls calls = new Calls();
    Latency latency = Latency.fixed(Duration.ofSeconds(20), Duration.ofSeconds(2));
    try (Simulator simulator =
            Simulator.builder()
                .nanoTime(clock::get)
                .listener(calls)
                .models(model -> model.withLatency(latency))
                .start();
        Wire wire = new Wire(simulator)) {
      wire.post("/v1/chat/completions", body(false));
      calls.nextAccepted();
      clock.addAndGet(Duration.ofSeconds(26).toNanos());
      wire.hangUp();
      InvoiceLine line = calls.nextEnded();
      assertThat(line.outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(line.tokens().output()).isEqualTo(3);
    }
  }

  private static String body(boolean stream) {
    return "{\"model\":\"gpt-4o\",\"stream\":"
        + stream
        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi [[sim: tokens=5]]\"}]}";
  }
}
