package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.journal.KeptCall;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import java.util.Optional;

/** The latest calls, which are looked through one by one. Thread-safe. */
public final class CallReport {
  private final CallJournal journal;

  public CallReport(CallJournal journal) {
    this.journal = journal;
  }

  /**
   * Returns the latest calls of a tenant.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public ListCallsResponse list(String tenant, ListCallsRequest request) throws CallException {
    int size = Paging.size(request.getPageSize());
    long before = Paging.beforeNumber(request.getPageToken());
    Paging.Page<KeptCall> page =
        Paging.cut(
            journal.list(tenant, request.getAgentId(), request.getFailedOnly(), before, size + 1),
            size,
            call -> Long.toString(call.number()));
    ListCallsResponse.Builder response =
        ListCallsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items().forEach(call -> response.addCalls(CallRecords.of(call)));
    return response.build();
  }

  /**
   * Returns one call of the tenant of whoever asks; its content only to operators.
   *
   * @throws CallException if no such call is kept
   */
  public GetCallResponse call(Identity identity, GetCallRequest request) throws CallException {
    String id = request.getCallId();
    if (id.isEmpty()) {
      throw new CallException(
          Failure.Invalid.of(
              "call_id", "is empty; send CompleteResponse.call_id or Started.call_id"));
    }
    Optional<KeptCall> call = journal.find(identity.tenant(), id);
    if (call.isEmpty()) {
      throw new CallException(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_NOT_FOUND,
              "no such call among the latest "
                  + journal.settings().kept()
                  + " that ended; ListCalls tells those that are kept"));
    }
    GetCallResponse.Builder response =
        GetCallResponse.newBuilder().setCall(CallRecords.withSteps(call.get()));
    if (identity.operator()) {
      journal
          .content(identity.tenant(), id)
          .ifPresent(content -> {
            response.setPrompt(content.prompt());
            if (content.completion() != null) {
              response.setCompletion(content.completion());
            }
          });
    }
    return response.build();
  }
}
