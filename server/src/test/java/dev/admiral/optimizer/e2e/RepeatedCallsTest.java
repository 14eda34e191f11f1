package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.AllSelector;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.simulator.Hold;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of request_id: a repeat gets the first answer and costs nothing, whatever else holds.
 */
class RepeatedCallsTest {
  @TempDir Path folder;

  @Test
  void repeatWhileTheFirstIsInFlight_isServedThoughTheLimitIsUsedUp() {
    try (Harness harness = Harness.start("limits:\n  agent_requests_per_minute: 1\n")) {
      Hold hold = harness.simulator().hold("gpt-4o");
      CompleteRequest request = request("x", "one");
      CompletableFuture<CompleteResponse> first = harness.client().completeAsync(request);
      harness.awaitUpstream(1);
      CompletableFuture<CompleteResponse> repeat = harness.client().completeAsync(request);
      harness.awaitInFlight(2);
      hold.close();

      assertThat(repeat.join().getCompletion()).isEqualTo(first.join().getCompletion());
      assertThat(Picos.of(repeat.join().getCost().getChargedAmount())).isZero();
      assertThat(harness.simulator().invoice().lines()).hasSize(1);
    }
  }

  @Test
  void otherBodyInTheCacheWhileTheFirstIsInFlight_isRefusedAndDoesNotTakeItsPlace() {
    try (Harness harness = Harness.start()) {
      assertThat(harness.client().complete(Prompts.of("gpt-4o", "cached")).getCallId())
          .isNotEmpty();
      Hold hold = harness.simulator().hold("gpt-4o");
      CompleteRequest request = request("y", "one");
      CompletableFuture<CompleteResponse> first = harness.client().completeAsync(request);
      harness.awaitUpstream(1);

      AdmiralException refused =
          catchThrowableOfType(
              AdmiralException.class, () -> harness.client().complete(request("y", "cached")));
      hold.close();
      CompleteResponse answer = first.join();
      CompleteResponse repeat = harness.client().complete(request);

      assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
      assertThat(repeat.getCompletion()).isEqualTo(answer.getCompletion());
      assertThat(repeat.getServed().getSource()).isEqualTo(Source.SOURCE_REPEATED);
    }
  }

  @Test
  void repeatAfterARestart_costsNothing() {
    CompleteRequest request = request("z", "kept");
    CompleteResponse first;
    try (Harness before = Harness.start(folder, "")) {
      first = before.client().complete(request);
      before.stopServer();
      try (Harness after = Harness.start(folder, "")) {
        CompleteResponse repeat = after.client().complete(request);

        assertThat(repeat.getCompletion()).isEqualTo(first.getCompletion());
        assertThat(repeat.getServed().getSource()).isEqualTo(Source.SOURCE_REPEATED);
        assertThat(after.simulator().invoice().lines()).isEmpty();
      }
    }
  }

  @Test
  void callThatPaidBecauseTheLeaderLeft_isRepeatedForNothing() {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold("gpt-4o");
      CompleteRequest request = request("w", "shared");
      CompletionStream leader = harness.client().stream(request.getPrompt());
      harness.awaitUpstream(1);
      CompletableFuture<CompleteResponse> follower = harness.client().completeAsync(request);
      harness.awaitInFlight(2);
      leader.close();
      harness.awaitInFlight(1);
      hold.close();
      CompleteResponse paid = follower.join();
      var _ =
          harness
              .client()
              .cache()
              .invalidate(
                  InvalidateCacheRequest.newBuilder()
                      .setAll(AllSelector.getDefaultInstance())
                      .build());

      CompleteResponse repeat = harness.client().complete(request);

      assertThat(Picos.of(paid.getCost().getChargedAmount())).isPositive();
      assertThat(repeat.getServed().getSource()).isEqualTo(Source.SOURCE_REPEATED);
      assertThat(harness.simulator().invoice().lines()).hasSize(1);
    }
  }

  private static CompleteRequest request(String id, String text) {
    return CompleteRequest.newBuilder()
        .setRequestId(id)
        .setPrompt(Prompts.of("gpt-4o", text))
        .build();
  }
}
