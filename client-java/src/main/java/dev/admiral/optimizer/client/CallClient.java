package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import java.util.stream.Stream;

/** What became of the latest calls of the caller's tenant. Thread-safe. */
public final class CallClient {
  private final Calls calls;

  CallClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists finished calls that the server remembers, newest first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<CallRecord> latest(ListCallsRequest request) {
    return Pages.all(
        token ->
            calls.await(
                CallServiceGrpc.getListCallsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListCallsResponse::getCallsList,
        ListCallsResponse::getNextPageToken);
  }

  /** As {@link #latest(ListCallsRequest)}, without narrowing. */
  public Stream<CallRecord> latest() {
    return latest(ListCallsRequest.getDefaultInstance());
  }

  /**
   * Tells of one finished call, step by step.
   *
   * @throws AdmiralException if the call failed
   */
  public GetCallResponse get(GetCallRequest request) {
    return calls.await(CallServiceGrpc.getGetCallMethod(), request);
  }
}
