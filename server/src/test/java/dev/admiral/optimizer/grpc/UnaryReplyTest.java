package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Source;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One answer to one caller. */
class UnaryReplyTest {
  private static final Outcome ANSWERED =
      new Outcome.Answered(
          new Answer(
              Completion.getDefaultInstance(),
              "openai",
              "gpt",
              Usage.NONE,
              new Cost.Unknown(),
              Instant.EPOCH,
              Duration.ZERO),
          Source.SOURCE_UPSTREAM,
          new Outcome.Timing(null, Duration.ZERO, Duration.ZERO),
          List.of(),
          "");

  private final FakeCaller<String> caller = new FakeCaller<>();
  private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
  private final UnaryReply<String> reply = UnaryReply.to(caller);

  @Test
  void manyWakeUps_answerOnce() {
    reply.run();
    reply.bind(outcome::get, answered -> answered.answer().provider());
    assertThat(caller.messages).isEmpty();

    outcome.set(ANSWERED);
    reply.run();
    reply.run();

    assertThat(caller.messages).containsExactly("openai");
    assertThat(caller.completed).isTrue();
  }

  @Test
  void replyThatCannotBeMade_isAFailureWithoutItsText() {
    outcome.set(ANSWERED);

    reply.bind(
        outcome::get,
        answered -> {
          throw new IllegalStateException("secret words");
        });

    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(caller.failure.getDescription()).doesNotContain("secret");
  }
}
