package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.report.CallReport;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** The latest calls, of the contract. They are looked through one by one, off the event loop. */
final class CallGrpcService extends CallServiceGrpc.CallServiceImplBase {
  private final CallReport calls;
  private final Executor virtualThreads;

  CallGrpcService(CallReport calls, Executor virtualThreads) {
    this.calls = calls;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void listCalls(ListCallsRequest request, StreamObserver<ListCallsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<ListCallsResponse>) caller,
        () -> calls.list(tenant, request));
  }

  @Override
  public void getCall(GetCallRequest request, StreamObserver<GetCallResponse> caller) {
    Identity identity = CallIdentity.sender().identity();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<GetCallResponse>) caller,
        () -> calls.call(identity, request));
  }
}
