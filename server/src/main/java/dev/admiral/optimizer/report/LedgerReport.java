package dev.admiral.optimizer.report;

import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.ledger.EntryPage;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.ListEntriesRequest;
import dev.admiral.optimizer.v1.ListEntriesResponse;
import dev.admiral.optimizer.v1.ReportRow;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What a tenant paid and saved. Thread-safe; asks a store, and so blocks. */
public final class LedgerReport {
  private final Ledger ledger;

  public LedgerReport(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Returns the sums of a tenant's entries.
   *
   * @throws CallException if the request names no time or grouping, or the page's size or token is
   *     not a legal one
   */
  public GetReportResponse report(String tenant, GetReportRequest request) throws CallException {
    ReportQuery query =
        new ReportQuery(
            tenant,
            request.hasStartTime() ? day("start_time", request.getStartTime()) : null,
            request.hasEndTime() ? day("end_time", request.getEndTime()) : null,
            grouping(request),
            request.getAgentId());
    Paging.Slice slice = Paging.slice(request.getPageSize(), request.getPageToken());
    Report report = ledger.report(query);
    Paging.Page<Report.Row> page = slice.of(report.rows());
    GetReportResponse.Builder response =
        GetReportResponse.newBuilder()
            .setTotal(row(report.total()))
            .setNextPageToken(page.nextToken());
    page.items().forEach(row -> response.addRows(row(row)));
    return response.build();
  }

  /**
   * Returns a tenant's entries.
   *
   * @throws CallException if the request names no time, or the page's size or token is not a legal
   *     one
   */
  public ListEntriesResponse list(String tenant, ListEntriesRequest request) throws CallException {
    EntryQuery query =
        new EntryQuery(
            tenant,
            request.hasStartTime() ? Protos.instant("start_time", request.getStartTime()) : null,
            request.hasEndTime() ? Protos.instant("end_time", request.getEndTime()) : null,
            request.getAgentId(),
            request.getCallId());
    EntryPage page = page(query, request);
    ListEntriesResponse.Builder response =
        ListEntriesResponse.newBuilder().setNextPageToken(page.nextPageToken());
    page.entries().forEach(entry -> response.addEntries(entry(entry)));
    return response.build();
  }

  private EntryPage page(EntryQuery query, ListEntriesRequest request) throws CallException {
    Paging.checkSize(request.getPageSize());
    try {
      return ledger.entries(query, request.getPageSize(), request.getPageToken());
    } catch (IllegalArgumentException e) {
      throw Paging.badToken();
    }
  }

  private static ReportQuery.Grouping grouping(GetReportRequest request) throws CallException {
    return switch (request.getGrouping()) {
      case REPORT_GROUPING_UNSPECIFIED -> ReportQuery.Grouping.ALL;
      case REPORT_GROUPING_AGENT -> ReportQuery.Grouping.AGENT;
      case REPORT_GROUPING_MODEL -> ReportQuery.Grouping.MODEL;
      case REPORT_GROUPING_DAY -> ReportQuery.Grouping.DAY;
      case UNRECOGNIZED ->
          throw new CallException(
              Failure.Invalid.of("grouping", "is a value this server does not know"));
    };
  }

  private static LocalDate day(String field, Timestamp timestamp) throws CallException {
    return LocalDate.ofInstant(Protos.instant(field, timestamp), ZoneOffset.UTC);
  }

  private static ReportRow row(Report.Row row) {
    return ReportRow.newBuilder()
        .setGroup(row.group())
        .setExactCallCount(row.exactCalls())
        .setExactAmount(ProtoMoney.of(row.exact()))
        .setEstimatedCallCount(row.estimatedCalls())
        .setEstimatedAmount(ProtoMoney.of(row.estimated()))
        .setUnpricedCallCount(row.unpricedCalls())
        .setSavedCallCount(row.savedCalls())
        .setSavedAmount(ProtoMoney.of(row.saved()))
        .setUsage(Protos.usage(row.usage()))
        .setSavedDuration(Protos.duration(row.savedTime()))
        .build();
  }

  private static LedgerEntry entry(dev.admiral.optimizer.ledger.LedgerEntry entry) {
    return LedgerEntry.newBuilder()
        .setEntryId(entry.id())
        .setCallId(entry.callId())
        .setCreateTime(Protos.timestamp(entry.created()))
        .setAgentId(entry.agent())
        .setProvider(entry.provider())
        .setModel(entry.model())
        .setUsage(Protos.usage(entry.usage()))
        .setCost(Protos.cost(entry.cost(), true))
        .setProviderRequestId(entry.providerRequestId())
        .setAttempt(entry.attempt())
        .setTaskType(entry.taskType())
        .build();
  }
}
