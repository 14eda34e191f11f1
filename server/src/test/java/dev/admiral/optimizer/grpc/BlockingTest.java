package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Work for one answer, and its interruption. */
class BlockingTest {
  private final FakeCaller<String> caller = new FakeCaller<>();
  private final List<Runnable> tasks = new ArrayList<>();

  @Test
  void callerThatLeftBeforeTheWorkBegan_interruptsIt() throws Exception {
    Blocking.run(
        tasks::add,
        caller,
        () -> {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          return "answered";
        });

    caller.cancelHandler.run();
    Thread thread = Thread.ofVirtual().start(tasks.getFirst());
    thread.join();

    assertThat(caller.messages).isEmpty();
    assertThat(caller.failure.getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void callerThatLeavesAfterTheWork_interruptsNobody() {
    Blocking.run(Runnable::run, caller, () -> "answered");

    caller.cancelHandler.run();

    assertThat(caller.messages).containsExactly("answered");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
