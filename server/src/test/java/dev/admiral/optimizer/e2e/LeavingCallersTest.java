package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.InvoiceLine;
import dev.admiral.simulator.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Callers that leave before the answer is there. How quickly the vendor sees it is the benchmark's
 * to tell; that it does, and only when nobody waits any more, is told here.
 */
class LeavingCallersTest {
  private static final String MODEL = "gpt-4o";
  private static final int CASES = 1_000;
  private static final int AT_ONCE = 50;

  @Test
  void lastCallerLeaving_closesTheUpstreamConnection() throws Exception {
    Random random = new Random(5);
    try (Harness harness = Harness.start();
        Hold _ = harness.simulator().hold(MODEL)) {
      for (int batch = 0; batch < CASES / AT_ONCE; batch++) {
        List<Runnable> callers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
          Prompt prompt = Prompts.of(MODEL, "case " + batch + "." + i);
          for (int c = 1 + random.nextInt(4); c > 0; c--) {
            callers.add(caller(harness.client(), prompt, random.nextBoolean()));
          }
        }
        harness.awaitInFlight(callers.size());
        harness.awaitUpstream(AT_ONCE);
        Collections.shuffle(callers, random);
        callers.forEach(Runnable::run);
        harness.awaitInFlight(0);
        harness.awaitUpstream(0);
      }

      List<InvoiceLine> lines = harness.simulator().invoice().lines();
      assertThat(lines)
          .hasSize(CASES)
          .extracting(InvoiceLine::outcome)
          .containsOnly(Outcome.CANCELLED);
      assertThat(harness.client().ledger().entries())
          .hasSize(CASES)
          .allMatch(entry -> entry.getUsage().getEstimated());
    }
  }

  @Test
  void leaderLeaving_doesNotHurtItsFollowers() {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold(MODEL);
      Prompt prompt = Prompts.of(MODEL, "for all of us");
      CompletionStream leader = harness.client().forAgent("leader", "").stream(prompt);
      harness.awaitUpstream(1);
      CompletableFuture<CompleteResponse> follower =
          harness
              .client()
              .forAgent("follower", "")
              .completeAsync(CompleteRequest.newBuilder().setPrompt(prompt).build());
      harness.awaitInFlight(2);

      leader.close();
      harness.awaitInFlight(1);
      hold.close();

      CompleteResponse response = follower.join();
      assertThat(response.getCompletion().getMessage().getPartsList()).isNotEmpty();
      assertThat(harness.simulator().invoice().lines()).hasSize(1);
      assertThat(harness.client().ledger().entries().toList())
          .singleElement()
          .satisfies(entry -> assertThat(entry.getAgentId()).isEqualTo("follower"));
      assertThat(Picos.of(response.getCost().getChargedAmount()))
          .isEqualTo(harness.simulator().invoice().costPicos());
    }
  }

  /** Starts a call and returns what makes its caller leave. */
  private static Runnable caller(AdmiralClient client, Prompt prompt, boolean streamed) {
    if (streamed) {
      CompletionStream stream = client.stream(prompt);
      return stream::close;
    }
    CompletableFuture<CompleteResponse> answer =
        client.completeAsync(CompleteRequest.newBuilder().setPrompt(prompt).build());
    return () -> answer.cancel(true);
  }
}
