package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The one answer of a call, to come. Completing it by any other means cancels the call. */
final class PendingCall<R> extends CompletableFuture<R> implements Exchange.Sink<R> {
  private @Nullable R answer;

  @Override
  public void onMessage(R message) {
    answer = message;
  }

  @Override
  public void onEnd(@Nullable AdmiralException failure) {
    R message = answer;
    if (failure != null) {
      completeExceptionally(failure);
    } else if (message != null) {
      complete(message);
    } else {
      completeExceptionally(
          Failures.of(
              ErrorReason.ERROR_REASON_INTERNAL,
              Status.Code.INTERNAL,
              "The server ended the call without an answer."));
    }
  }
}
