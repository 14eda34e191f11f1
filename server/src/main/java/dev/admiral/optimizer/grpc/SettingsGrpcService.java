package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.v1.ListChangesRequest;
import dev.admiral.optimizer.v1.ListChangesResponse;
import dev.admiral.optimizer.v1.RollBackChangeRequest;
import dev.admiral.optimizer.v1.RollBackChangeResponse;
import dev.admiral.optimizer.v1.SettingsServiceGrpc;
import io.grpc.stub.StreamObserver;

/** Settings that were changed while the server runs, of the contract. */
final class SettingsGrpcService extends SettingsServiceGrpc.SettingsServiceImplBase {
  @Override
  public void listChanges(ListChangesRequest request, StreamObserver<ListChangesResponse> caller) {
    caller.onError(Unimplemented.method("ListChanges"));
  }

  @Override
  public void rollBackChange(
      RollBackChangeRequest request, StreamObserver<RollBackChangeResponse> caller) {
    caller.onError(Unimplemented.method("RollBackChange"));
  }
}
