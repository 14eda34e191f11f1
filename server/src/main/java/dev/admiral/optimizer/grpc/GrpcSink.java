package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.front.Pump;
import io.grpc.stub.ServerCallStreamObserver;

/** Tells one caller by messages of a stream. */
abstract class GrpcSink<T, A> implements Pump.Sink<T> {
  private final ServerCallStreamObserver<A> caller;

  GrpcSink(ServerCallStreamObserver<A> caller) {
    this.caller = caller;
  }

  final void send(A message) {
    caller.onNext(message);
  }

  final void end() {
    caller.onCompleted();
  }

  @Override
  public final boolean ready() {
    return caller.isReady();
  }

  @Override
  public final boolean gone() {
    return caller.isCancelled();
  }

  @Override
  public final void fail(Failure why) {
    caller.onError(Statuses.of(why));
  }

  @Override
  public final boolean failsUnready() {
    return true;
  }
}
