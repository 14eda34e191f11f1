package dev.admiral.optimizer.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A caller that takes messages only while it is said to be ready. */
final class FakeCaller<T> extends ServerCallStreamObserver<T> {
  final List<T> messages = new ArrayList<>();
  boolean ready = true;
  boolean completed;
  @Nullable Status failure;
  Runnable cancelHandler = () -> {};

  @Override
  public void onNext(T message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable thrown) {
    if (failure != null || completed) {
      throw new IllegalStateException("ended twice");
    }
    failure = Status.fromThrowable(thrown);
  }

  @Override
  public void onCompleted() {
    if (failure != null || completed) {
      throw new IllegalStateException("ended twice");
    }
    completed = true;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {
    cancelHandler = handler;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
