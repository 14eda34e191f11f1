package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.simulator.Hold;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces reach callers while the vendor still writes, the one who asked and the one who joined. */
class LiveStreamTest {
  private static final int PIECES_BEFORE_THE_HOLD = 5;

  @ParameterizedTest
  @ValueSource(strings = {"gpt-4o", "claude-haiku-4-5"})
  void pieces_arriveWhileTheVendorWrites(String model) {
    try (Harness harness = Harness.start()) {
      Hold hold = harness.simulator().hold(model, PIECES_BEFORE_THE_HOLD);
      Prompt prompt = Prompts.of(model, "Tell it slowly. [[sim: tokens=20]]");
      try (CompletionStream first =
              harness.client().withDeadline(Duration.ofSeconds(30)).stream(prompt);
          CompletionStream joined =
              harness.client().withDeadline(Duration.ofSeconds(30)).stream(prompt)) {
        for (CompletionStream stream : new CompletionStream[] {first, joined}) {
          assertThat(stream.next().getEventCase()).isEqualTo(StreamResponse.EventCase.STARTED);
          for (int i = 0; i < PIECES_BEFORE_THE_HOLD; i++) {
            assertThat(stream.next().getEventCase()).isEqualTo(StreamResponse.EventCase.DELTA);
          }
          assertThat(stream.finished()).isEmpty();
        }
        hold.close();

        assertThat(first.finish().getUsage()).isEqualTo(joined.finish().getUsage());
      }
    }
  }
}
