package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The agent's own limit: what counts against it, and what does not. */
class AgentLimitTest {
  // One call at a time, the next after a minute.
  private static final String LIMIT =
      """
      limits:
        agent_requests_per_minute: 1
      """;

  @Test
  void callsThatFailedUpstream_count() {
    try (Harness harness = Harness.start(LIMIT)) {
      harness.simulator().fault("*", 1, "status=400");
      assertThat(refused(harness, "one").reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID);

      AdmiralException limited = refused(harness, "two");

      assertThat(limited.reason()).isEqualTo(ErrorReason.ERROR_REASON_RATE_LIMITED);
      assertThat(limited.retryAfter()).isPresent();
      assertThat(limited.quotaViolations()).isNotEmpty();
    }
  }

  @Test
  void callsThatWereLeft_count() {
    try (Harness harness = Harness.start(LIMIT)) {
      var _ = harness.simulator().hold("*");
      CompletionStream stream = harness.client().stream(Prompts.of("gpt-4o", "left"));
      harness.awaitUpstream(1);
      stream.close();
      harness.awaitInFlight(0);

      assertThat(refused(harness, "next").reason())
          .isEqualTo(ErrorReason.ERROR_REASON_RATE_LIMITED);
    }
  }

  @Test
  void hitsAndRepeatsAndBadCalls_doNotCount() {
    try (Harness harness = Harness.start(LIMIT)) {
      for (int i = 0; i < 3; i++) {
        assertThat(refused(harness, "").reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
      }
      CompleteRequest once =
          CompleteRequest.newBuilder()
              .setPrompt(Prompts.of("gpt-4o", "asked again and again"))
              .setRequestId(UUID.randomUUID().toString())
              .build();
      for (int i = 0; i < 3; i++) {
        assertThat(harness.client().complete(once).getCallId()).isNotEmpty();
        assertThat(harness.client().complete(once.getPrompt()).getCallId()).isNotEmpty();
      }

      assertThat(refused(harness, "another").reason())
          .isEqualTo(ErrorReason.ERROR_REASON_RATE_LIMITED);
    }
  }

  private static AdmiralException refused(Harness harness, String text) {
    return catchThrowableOfType(
        AdmiralException.class, () -> harness.client().complete(Prompts.of("gpt-4o", text)));
  }
}
