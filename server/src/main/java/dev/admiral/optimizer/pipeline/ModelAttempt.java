package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes one try of one model: asks, and settles whatever comes of it. Every try that was, or may
 * have been, billed has its own ledger entry before its outcome is known to anybody. Thread-safe.
 */
final class ModelAttempt {
  private static final ErrorReason NOTHING = ErrorReason.ERROR_REASON_UNSPECIFIED;

  private final Map<String, Provider> providers;
  private final Settlement settlement;
  private final TryReports reports;
  private final Time time;

  /**
   * @param providers vendors by configured name
   */
  ModelAttempt(
      Map<String, Provider> providers, Settlement settlement, TryReports reports, Time time) {
    this.providers = providers;
    this.settlement = settlement;
    this.reports = reports;
    this.time = time;
  }

  /** What came of a try. */
  sealed interface Result {
    /** There is an answer, and it is paid for. */
    record Fine(Answered outcome) implements Result {}

    /**
     * There is none.
     *
     * @param begun true if a piece was given away already, so that nothing may be tried again
     */
    record Broken(Failure failure, boolean begun) implements Result {}
  }

  /** The answer of one try as it comes. */
  private final class Pieces implements ReplySink {
    private final FlightLog log;
    private final Candidate candidate;
    final Instant start = time.now();
    final long startNanos = time.nanos();
    private long firstPieceNanos;
    boolean begun;

    Pieces(FlightLog log, Candidate candidate) {
      this.log = log;
      this.candidate = candidate;
    }

    @Override
    public void accept(ContentDelta piece) {
      if (!begun) {
        begun = true;
        firstPieceNanos = time.nanos();
        log.begun(candidate.provider(), candidate.model(), Source.SOURCE_UPSTREAM);
      }
      log.append(piece);
    }

    Attempt ended(@Nullable Failure failure, int httpStatus) {
      Duration took = Duration.ofNanos(time.nanos() - startNanos);
      log.stepEnded(failure == null ? NOTHING : failure.reason());
      return new Attempt(
          candidate.provider(),
          candidate.model(),
          start,
          took,
          begun ? Duration.ofNanos(firstPieceNanos - startNanos) : null,
          failure,
          httpStatus);
    }
  }

  /**
   * Tries once. Blocks.
   *
   * @param traits what is known of the model
   * @param patience longest wait for its first piece
   * @param health ended in any case
   * @param permit ended in any case
   */
  Result make(
      Tries tries,
      Candidate candidate,
      ModelTraits traits,
      Duration patience,
      ModelHealth.Try health,
      Permit permit)
      throws InterruptedException {
    String id = tries.nextId();
    try {
      return ask(
          tries,
          candidate,
          new Question.Asked(id, candidate.model(), traits, patience),
          health,
          permit);
    } finally {
      // Both end once; what was not settled above (an interruption, a fault of ours) is given back.
      health.ignored();
      permit.cancel();
    }
  }

  private Result ask(
      Tries tries, Candidate candidate, Question.Asked asked, ModelHealth.Try health, Permit permit)
      throws InterruptedException {
    Call call = tries.call();
    tries.log().stepBegan(Step.Kind.ATTEMPT, candidate.name());
    Pieces pieces = new Pieces(tries.log(), candidate);
    String id = asked.attemptId();
    try {
      Reply reply = tries.question().ask(provider(candidate), call, asked, pieces);
      Attempt attempt = pieces.ended(null, reply.httpStatus());
      tries.ended(attempt);
      // Nothing comes before the entry but what cannot fail: the answer is paid for.
      Answered answered = answered(tries, candidate, id, reply, attempt.duration());
      health.succeeded(attempt.firstToken(), attempt.duration());
      permit.settle(reply.usage());
      reports.tried(attempt, reply.usage());
      return new Result.Fine(answered);
    } catch (ProviderException e) {
      Attempt attempt = pieces.ended(e.failure(), e.httpStatus());
      tries.ended(attempt);
      Usage usage = e.billable().orElse(null);
      if (usage != null) {
        LedgerEntry _ = settlement.enter(tries, candidate, id, usage, e.terms(), e.requestId());
      }
      boolean cancelled = e.failure().reason() == ErrorReason.ERROR_REASON_CALL_CANCELLED;
      if (!cancelled) {
        health.failed(e.failure(), attempt.duration());
      }
      permit.settle(usage == null ? Usage.NONE : usage);
      reports.tried(attempt, usage == null ? Usage.NONE : usage);
      if (!cancelled) {
        reports.failed(call, attempt);
      }
      return new Result.Broken(e.failure(), pieces.begun);
    }
  }

  private Provider provider(Candidate candidate) {
    Provider provider = providers.get(candidate.provider());
    if (provider == null) {
      throw new IllegalStateException(
          "the router named a provider that is not configured: " + candidate.provider());
    }
    return provider;
  }

  private Answered answered(
      Tries tries, Candidate candidate, String id, Reply reply, Duration took) {
    LedgerEntry entry =
        settlement.enter(tries, candidate, id, reply.usage(), reply.terms(), reply.requestId());
    Answer answer =
        new Answer(
            reply.completion(),
            candidate.provider(),
            candidate.model(),
            reply.usage(),
            entry.cost(),
            entry.created(),
            took);
    return new Answered(answer, Source.SOURCE_UPSTREAM, tries.timing(), tries.attempts(), id);
  }
}
