package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.front.CallEnd;
import dev.admiral.optimizer.front.Pump;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A stream of messages, pumped to a gRPC caller. */
class GrpcSinkTest {
  private final FakeCaller<String> caller = new FakeCaller<>();
  private final Queue<String> steps = new ArrayDeque<>();
  private @Nullable Failure failure;
  private final Pump<String> pump = new Pump<>(new Letters(caller));

  @Test
  void stalledCaller_getsNothingUntilItIsReady() {
    steps.addAll(List.of("a", "b."));
    caller.ready = false;

    pump.bind(steps::poll);
    assertThat(caller.messages).isEmpty();

    caller.ready = true;
    pump.run();
    assertThat(caller.messages).containsExactly("a", "b.");
    assertThat(caller.completed).isTrue();
    assertThat(pump.ended()).isTrue();
  }

  @Test
  void stalledCaller_isToldOfAFailure() {
    steps.add("a");
    failure = new Failure.Refused(ErrorReason.ERROR_REASON_READER_TOO_SLOW, "too slow");
    caller.ready = false;

    pump.bind(new Source());
    pump.run();

    assertThat(caller.messages).isEmpty();
    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(caller.failure.getDescription()).isEqualTo("too slow");
  }

  @Test
  void cutOff_endsAStalledStreamWhoseAnswerIsThere() {
    steps.add("whole.");
    caller.ready = false;

    pump.bind(steps::poll);
    pump.fail(CallEnd.LATE);
    caller.ready = true;
    pump.run();

    assertThat(caller.messages).isEmpty();
    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  private final class Source implements Pump.Source<String> {
    @Override
    public @Nullable String next() {
      return steps.poll();
    }

    @Override
    public @Nullable Failure failure() {
      return failure;
    }
  }

  /** Ends with what ends with a full stop. */
  private static final class Letters extends GrpcSink<String, String> {
    Letters(FakeCaller<String> caller) {
      super(caller);
    }

    @Override
    public boolean give(String step) {
      send(step);
      if (step.endsWith(".")) {
        end();
        return false;
      }
      return true;
    }
  }
}
