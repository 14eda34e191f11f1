package dev.admiral.optimizer.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What callers are told of what was thrown. */
class CallFaultsTest {
  @Test
  void failureOfACall_isToldAsItIs() {
    Failure failure = Failure.Invalid.of("page_size", "is -1");

    assertThat(CallFaults.of(new CallException(failure))).isSameAs(failure);
    assertThat(failure.message()).isEqualTo("page_size is -1");
  }

  @Test
  void faultOfAStore_isItsUnavailability() {
    Failure told = CallFaults.of(new IOException("secret words"));

    assertThat(told.reason()).isEqualTo(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE);
    assertThat(told.message()).doesNotContain("secret");
  }

  @Test
  void interruption_isTheCallersLeaving_andStaysSet() {
    Failure told = CallFaults.of(new InterruptedException());

    assertThat(told.reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_CANCELLED);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void faultOfThisProgram_isAnIdAlone_anotherEachTime() {
    Failure first = CallFaults.of(new IllegalStateException("secret words"));
    Failure second = CallFaults.of(new IllegalStateException("secret words"));

    assertThat(first.reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
    assertThat(first.message()).doesNotContain("secret");
    assertThat(first).isNotEqualTo(second);
  }
}
