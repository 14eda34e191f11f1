package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.ListEntriesRequest;
import dev.admiral.optimizer.v1.ListEntriesResponse;
import java.util.stream.Stream;

/** What was paid and what was saved, for the caller's tenant. Thread-safe. */
public final class LedgerClient {
  private final Calls calls;

  LedgerClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists single entries, newest first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<LedgerEntry> entries(ListEntriesRequest request) {
    return Pages.all(
        token ->
            calls.await(
                LedgerServiceGrpc.getListEntriesMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListEntriesResponse::getEntriesList,
        ListEntriesResponse::getNextPageToken);
  }

  /** As {@link #entries(ListEntriesRequest)}, without narrowing. */
  public Stream<LedgerEntry> entries() {
    return entries(ListEntriesRequest.getDefaultInstance());
  }

  /**
   * Sums money and tokens by agent, model or day.
   *
   * @return all rows, fetched page by page, with the total
   * @throws AdmiralException if a call failed
   */
  public GetReportResponse report(GetReportRequest request) {
    GetReportResponse.Builder whole = GetReportResponse.newBuilder();
    Pages.all(
            token -> {
              GetReportResponse page =
                  calls.await(
                      LedgerServiceGrpc.getGetReportMethod(),
                      request.toBuilder().setPageToken(token).build());
              whole.setTotal(page.getTotal());
              return page;
            },
            GetReportResponse::getRowsList,
            GetReportResponse::getNextPageToken)
        .forEach(whole::addRows);
    return whole.build();
  }
}
