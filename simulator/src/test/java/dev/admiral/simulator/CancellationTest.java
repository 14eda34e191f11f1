package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A caller that hangs up is noticed at once, however quiet the answer is at that moment. */
class CancellationTest {
  private static final String MESSAGE =
      "\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi [[sim:"
          + " tokens=20]]\"}]}";
  private static final String STREAM = "{\"stream\":true," + MESSAGE;
  private static final String WHOLE = "{" + MESSAGE;
  private static final String MESSAGES_STREAM =
      """
      {"stream":true,"model":"claude-haiku-4-5","max_tokens":99,
       "messages":[{"role":"user","content":"Hi"}]}
      """;
  private static final String PATH = "/v1/chat/completions";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Calls calls = new Calls();
  private Simulator simulator;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).listener(calls).start();
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void callerLeavesStream_isCancelledWithWhatWasGenerated() throws Exception {
    try (Hold hold = simulator.hold("gpt-4o", 5);
        Wire wire = new Wire(simulator)) {
      wire.post(PATH, STREAM, "x-client-request-id", "mine");
      String id = calls.nextAccepted();
      wire.readUntil("\"content\":\"\"");
      assertThat(simulator.stats().openStreams()).isEqualTo(1);
      long before = System.nanoTime();
      wire.hangUp();

      InvoiceLine line = calls.nextEnded();
      assertThat(line.requestId()).isEqualTo(id);
      assertThat(line.clientRequestId()).contains("mine");
      assertThat(line.outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(line.usageReported()).isFalse();
      assertThat(line.tokens().output()).isEqualTo(5);
      assertThat(line.tokens().prompt()).isPositive();
      assertThat(line.clientClosedNanos().orElseThrow()).isGreaterThanOrEqualTo(before);
      assertThat(hold.waiting()).isZero();
    }
    assertThat(simulator.awaitIdle(PATIENCE)).isTrue();
    assertThat(simulator.stats().cancelledCalls()).isEqualTo(1);
    assertThat(simulator.stats().openStreams()).isZero();
  }

  /** The end of the transfer may be on its way, or not: the caller does not wait for it. */
  @Test
  void callerLeavesWithTheLastFrame_wasServedAndToldItsUsage() throws Exception {
    for (int i = 0; i < 500; i++) {
      try (Wire wire = new Wire(simulator)) {
        wire.post(
            "/v1/messages", MESSAGES_STREAM, "x-api-key", "k", "anthropic-version", "2023-06-01");
        wire.readUntil("message_stop");
        wire.hangUp();
      }
      InvoiceLine line = calls.nextEnded();
      assertThat(line.outcome()).isEqualTo(Outcome.SERVED);
      assertThat(line.usageReported()).isTrue();
    }
    assertThat(simulator.awaitIdle(PATIENCE)).isTrue();
    assertThat(simulator.stats().openStreams()).isZero();
  }

  @Test
  void callerLeavesBeforeWholeAnswer_isCancelledAndOwesThePrompt() throws Exception {
    try (Hold hold = simulator.hold("*");
        Wire wire = new Wire(simulator)) {
      wire.post(PATH, WHOLE);
      assertThat(hold.awaitWaiting(1, PATIENCE)).isTrue();
      wire.hangUp();

      InvoiceLine line = calls.nextEnded();
      assertThat(line.outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(line.status()).isZero();
      assertThat(line.tokens().output()).isZero();
      assertThat(line.costPicos().orElseThrow())
          .isEqualTo(line.tokens().prompt() * 2_500_000); // $2.50 per million
    }
  }

  @Test
  void callerLeavesStalledStream_isStalledAndTheCloseIsDated() throws Exception {
    try (Wire wire = new Wire(simulator)) {
      wire.post(PATH, STREAM, "x-sim-fault", "stall-after=2");
      calls.nextAccepted();
      wire.readUntil("\"content\":\"\"");
      wire.hangUp();
      InvoiceLine line = calls.nextEnded();
      assertThat(line.outcome()).isEqualTo(Outcome.STALLED);
      assertThat(line.tokens().output()).isEqualTo(2);
      assertThat(line.clientClosedNanos()).isPresent();
    }
  }

  @Test
  void callerWaitsOutAStall_findsTheConnectionClosed() throws Exception {
    try (Simulator impatient =
            Simulator.builder().timeScale(0).stallLimit(Duration.ofMillis(20)).start();
        Wire wire = new Wire(impatient)) {
      wire.post(PATH, STREAM, "x-sim-fault", "stall-after=2");
      assertThat(wire.readToEnd()).contains("\"content\":\"\"").doesNotContain("[DONE]");
      InvoiceLine line = impatient.invoice().lines().getFirst();
      assertThat(line.outcome()).isEqualTo(Outcome.STALLED);
      assertThat(line.clientClosedNanos()).isEmpty();
    }
  }

  @Test
  void connection_afterWatchedAnswers_servesTheNextRequest() throws Exception {
    try (Wire wire = new Wire(simulator)) {
      for (int i = 0; i < 50; i++) {
        Hold hold = simulator.hold("gpt-4o", i % 3);
        wire.post(PATH, STREAM);
        calls.nextAccepted();
        hold.close();
        assertThat(wire.readUntil("0\r\n\r\n")).contains("[DONE]");
        assertThat(calls.nextEnded().outcome()).isEqualTo(Outcome.SERVED);
      }
    }
  }

  @Test
  void heldCalls_flowWhenReleased() throws Exception {
    Hold hold = simulator.hold("gpt-4o");
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Wire wire = new Wire(simulator);
      wires.add(wire);
      wire.post(PATH, STREAM);
    }
    assertThat(hold.awaitWaiting(20, PATIENCE)).isTrue();
    assertThat(simulator.stats().openConnections()).isEqualTo(20);
    hold.close();
    for (Wire wire : wires) {
      assertThat(wire.readUntil("[DONE]")).contains("finish_reason\":\"stop\"");
      wire.hangUp();
    }
    assertThat(simulator.awaitIdle(PATIENCE)).isTrue();
    assertThat(simulator.invoice().total().calls()).isEqualTo(20);
  }
}
