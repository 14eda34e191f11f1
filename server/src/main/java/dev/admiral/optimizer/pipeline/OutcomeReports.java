package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.cache.Answers;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.journal.KeptCall;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.learning.OutcomeReport;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes what callers report of their answers: a bad one leaves the cache, and each report is
 * counted for the model that answered. Which that was is told by an earlier report, the latest
 * calls, or the ledger, in this order. Thread-safe.
 */
public final class OutcomeReports {
  private static final Pattern CALL_ID = Pattern.compile("[0-9a-f]{28}-([0-9a-f]{16})");

  private final OutcomeLog outcomes;
  private final Answers answers;
  private final CallJournal journal;
  private final Ledger ledger;

  /**
   * @param outcomes counts what is reported
   * @param answers lose those reported to be bad
   * @param journal knows who answered the latest calls
   * @param ledger knows who answered those that were paid for
   */
  public OutcomeReports(OutcomeLog outcomes, Answers answers, CallJournal journal, Ledger ledger) {
    this.outcomes = outcomes;
    this.answers = answers;
    this.journal = journal;
    this.ledger = ledger;
  }

  /**
   * Takes a report. Blocks.
   *
   * @param caller who reports
   * @param callId the call reported on
   * @param good true if its answer served
   * @param score quality, 0 to 1; empty if unknown
   * @return true if the answer was in the cache and was removed
   * @throws CallException if there can be no such call, it has no answer, or it is not known any
   *     more and its answer was not in the cache either
   * @throws IOException if the answer could not be removed from the disk; the report is counted
   * @throws InterruptedException if the thread was interrupted meanwhile; the report is counted
   */
  public boolean report(Caller caller, String callId, boolean good, OptionalDouble score)
      throws CallException, IOException, InterruptedException {
    Matcher id = CALL_ID.matcher(callId);
    if (!id.matches()) {
      throw invalid(
          "call_id",
          "is not an identifier of a call; send CompleteResponse.call_id or Started.call_id");
    }
    if (score.isPresent() && !(score.getAsDouble() >= 0 && score.getAsDouble() <= 1)) {
      throw invalid("score", "must be 0 to 1");
    }
    OutcomeReport.Id report = new OutcomeReport.Id(caller.tenant(), callId, caller.agent());
    Optional<OutcomeRecord.Key> answerer = answerer(report);
    answerer.ifPresent(key -> outcomes.report(report, key, good, score));
    boolean evicted = !good && answers.evict(caller.tenant(), id.group(1));
    if (answerer.isEmpty() && !evicted) {
      throw new CallException(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_NOT_FOUND,
              "no such call is known, so its outcome cannot be counted; report within the latest "
                  + journal.settings().kept()
                  + " calls, and with the key of the call"));
    }
    return evicted;
  }

  /** Returns which model answered a call, and what kind of work it was. */
  private Optional<OutcomeRecord.Key> answerer(OutcomeReport.Id report) throws CallException {
    Optional<OutcomeRecord.Key> counted = outcomes.counted(report);
    if (counted.isPresent()) {
      return counted;
    }
    String tenant = report.tenant();
    Optional<KeptCall> kept = journal.find(tenant, report.callId());
    if (kept.isPresent()) {
      KeptCall call = kept.get();
      if (call.failed()) {
        throw invalid("call_id", "names a call that failed; report on those that were answered");
      }
      return Optional.of(
          new OutcomeRecord.Key(tenant, call.provider(), call.model(), call.taskType()));
    }
    List<LedgerEntry> paid =
        ledger.entries(new EntryQuery(tenant, null, null, "", report.callId()), 1, "").entries();
    return paid.stream()
        .findFirst()
        .map(entry ->
            new OutcomeRecord.Key(tenant, entry.provider(), entry.model(), entry.taskType()));
  }

  private static CallException invalid(String field, String description) {
    return new CallException(
        new Failure.Invalid(
            field + " " + description, List.of(new Failure.Violation(field, description))));
  }
}
