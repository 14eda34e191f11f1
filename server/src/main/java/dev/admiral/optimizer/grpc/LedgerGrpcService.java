package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.report.LedgerReport;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.ListEntriesRequest;
import dev.admiral.optimizer.v1.ListEntriesResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** What was paid and saved, of the contract. */
final class LedgerGrpcService extends LedgerServiceGrpc.LedgerServiceImplBase {
  private final LedgerReport ledger;
  private final Executor virtualThreads;

  LedgerGrpcService(LedgerReport ledger, Executor virtualThreads) {
    this.ledger = ledger;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void getReport(GetReportRequest request, StreamObserver<GetReportResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<GetReportResponse>) caller,
        () -> ledger.report(tenant, request));
  }

  @Override
  public void listEntries(ListEntriesRequest request, StreamObserver<ListEntriesResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<ListEntriesResponse>) caller,
        () -> ledger.list(tenant, request));
  }
}
