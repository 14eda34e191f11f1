package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.BatchFailure;
import dev.admiral.optimizer.v1.BatchResult;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Gathers the results of a batch and answers when the last one is there. */
final class BatchReply {
  private final StreamObserver<CompleteBatchResponse> caller;
  private final AtomicReferenceArray<BatchResult> results;
  private final AtomicInteger missing;
  private final List<RunningCall> running = new ArrayList<>();

  BatchReply(StreamObserver<CompleteBatchResponse> caller, int count) {
    this.caller = caller;
    this.results = new AtomicReferenceArray<>(count);
    this.missing = new AtomicInteger(count);
  }

  /** Puts the answer of one call in its place; each place is filled once. */
  void answer(int index, CompleteResponse response) {
    put(index, BatchResult.newBuilder().setResponse(response).build());
  }

  /** Puts the failure of one call in its place; each place is filled once. */
  void fail(int index, Failure failure) {
    put(
        index,
        BatchResult.newBuilder()
            .setFailure(
                BatchFailure.newBuilder()
                    .setCode(Statuses.code(failure.reason()).getNumber())
                    .setReason(failure.reason())
                    .setMessage(failure.message()))
            .build());
  }

  private void put(int index, BatchResult result) {
    results.set(index, result);
    if (missing.decrementAndGet() == 0) {
      CompleteBatchResponse.Builder response = CompleteBatchResponse.newBuilder();
      for (int i = 0; i < results.length(); i++) {
        response.addResults(results.get(i));
      }
      caller.onNext(response.build());
      caller.onCompleted();
    }
  }

  /** Remembers a call of the batch, to end it with the batch. */
  void runs(RunningCall call) {
    running.add(call);
  }

  /** Ends every call of the batch when the caller leaves. To be called once all have started. */
  void bindEnd(CallStarter starter, ServerCallStreamObserver<?> batchCaller) {
    starter.bindEnd(List.copyOf(running), batchCaller);
  }
}
