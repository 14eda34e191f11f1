package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Messages at a caller's pace, and how a stream ends. */
class PumpTest {
  private static final StatusRuntimeException TOO_SLOW =
      Statuses.of(ErrorReason.ERROR_REASON_READER_TOO_SLOW, "too slow");

  private final FakeCaller<String> caller = new FakeCaller<>();
  private final Script source = new Script();
  private final Pump<String> pump = new Pump<>(caller, source);

  @Test
  void stalledCaller_getsNothingUntilItIsReady() {
    source.steps.add(new Pump.Step.Send<>("a"));
    source.steps.add(new Pump.Step.Finish<>("b"));
    caller.ready = false;

    pump.run();
    assertThat(caller.messages).isEmpty();

    caller.ready = true;
    pump.run();
    assertThat(caller.messages).containsExactly("a", "b");
    assertThat(caller.completed).isTrue();
    assertThat(pump.ended()).isTrue();
  }

  @Test
  void stalledCaller_isToldOfAFailure() {
    source.steps.add(new Pump.Step.Send<>("a"));
    source.failure = TOO_SLOW;
    caller.ready = false;

    pump.run();
    pump.run();

    assertThat(caller.messages).isEmpty();
    assertThat(caller.failure).isEqualTo(TOO_SLOW.getStatus());
  }

  @Test
  void cutOff_endsAStalledStreamWhoseAnswerIsThere() {
    source.steps.add(new Pump.Step.Finish<>("whole"));
    caller.ready = false;

    pump.run();
    pump.fail(Statuses.of(new Failure.DeadlineExceeded(null)));
    caller.ready = true;
    pump.run();

    assertThat(caller.messages).isEmpty();
    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void messageThatCannotBeMade_endsTheStreamAndLeavesTheSource() {
    source.fault = new IllegalStateException("secret words");

    pump.run();
    source.fault = null;
    source.steps.add(new Pump.Step.Send<>("too late"));
    pump.run();

    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(caller.failure.getDescription()).doesNotContain("secret");
    assertThat(caller.messages).isEmpty();
    assertThat(source.left.reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
  }

  private static final class Script implements Pump.Source<String> {
    final Queue<Pump.Step<String>> steps = new ArrayDeque<>();
    @Nullable StatusRuntimeException failure;
    @Nullable RuntimeException fault;
    @Nullable Failure left;

    @Override
    public Pump.@Nullable Step<String> next() {
      if (fault != null) {
        throw fault;
      }
      return steps.poll();
    }

    @Override
    public @Nullable StatusRuntimeException failure() {
      return failure;
    }

    @Override
    public void leave(Failure why) {
      left = why;
    }
  }
}
