package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Admission;
import dev.admiral.optimizer.admission.Demand;
import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.cache.SingleFlight.FlightLog;
import dev.admiral.optimizer.cache.SingleFlight.Leader;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.PromptSize;
import dev.admiral.optimizer.routing.Route;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The upstream part of a flight: candidates in order, one retry each, until an answer, a failure
 * nobody else can mend, or no time. Nothing is tried again once a piece of an answer was given
 * away. Every try that was, or may have been, billed has its own ledger entry.
 */
final class UpstreamTries {
  private static final int MOST_SAID = 1_000;
  private static final ErrorReason NOTHING = ErrorReason.ERROR_REASON_UNSPECIFIED;

  private final Engines engines;
  private final Live<PipelineSettings> settings;

  UpstreamTries(Engines engines, Live<PipelineSettings> settings) {
    this.engines = engines;
    this.settings = settings;
  }

  /** Flies once, on the flight's own thread. */
  Outcome fly(Leader leader, FlightLog log, Question question) throws InterruptedException {
    try {
      engines.ledger().checkAccepting();
    } catch (CallException e) {
      return new Failed(e.failure(), List.of());
    }
    log.stepBegan(Step.Kind.ROUTE, "");
    Route route = question.route(engines.router(), leader.call());
    log.stepEnded(route instanceof Route.Failed failed ? failed.failure().reason() : NOTHING);
    return switch (route) {
      case Route.Failed failed -> new Failed(failed.failure(), List.of());
      case Route.Candidates candidates ->
          new Flight(leader, log, question).through(candidates.list());
    };
  }

  /** State of one flight; one thread. */
  private final class Flight {
    private final Leader leader;
    private final FlightLog log;
    private final Question question;
    private final List<Attempt> attempts = new ArrayList<>(2);
    private final List<String> why = new ArrayList<>(2);
    private Duration queued = Duration.ZERO;
    private Duration upstream = Duration.ZERO;
    private @Nullable Failure last;
    private @Nullable Duration shortestWait;
    // Of the try under way.
    private long startNanos;
    private long firstPieceNanos;
    private boolean begun;

    Flight(Leader leader, FlightLog log, Question question) {
      this.leader = leader;
      this.log = log;
      this.question = question;
    }

    Outcome through(List<Candidate> candidates) throws InterruptedException {
      for (int i = 0; i < candidates.size(); i++) {
        Outcome outcome = tryModel(candidates.get(i), i + 1 < candidates.size());
        if (outcome != null) {
          return outcome;
        }
      }
      return new Failed(nobodyServed(candidates.size()), List.copyOf(attempts));
    }

    /**
     * Tries one model as often as it makes sense; null means that the next candidate may do better.
     */
    private @Nullable Outcome tryModel(Candidate candidate, boolean another)
        throws InterruptedException {
      for (int tryNumber = 1; ; tryNumber++) {
        if (remaining().isNegative()) {
          return failed(new Failure.DeadlineExceeded(last));
        }
        Optional<ModelHealth.Try> healthy = engines.health().tryAcquire(candidate);
        if (healthy.isEmpty()) {
          return next(
              candidate,
              new Failure.Overloaded(
                  candidate.name() + " failed too often just now and is left alone",
                  engines.health().leftAloneFor(candidate).orElse(null)));
        }
        Admission admission;
        long queueStart = engines.time().nanos();
        log.stepBegan(Step.Kind.QUEUE, candidate.provider());
        try {
          admission = engines.limiter().admitAttempt(demand(candidate));
        } catch (InterruptedException e) {
          healthy.get().ignored();
          throw e;
        }
        queued = queued.plusNanos(engines.time().nanos() - queueStart);
        log.stepEnded(
            admission instanceof Admission.Refused refused ? refused.failure().reason() : NOTHING);
        switch (admission) {
          case Admission.Refused refused -> {
            healthy.get().ignored();
            return next(candidate, refused.failure());
          }
          case Admission.Admitted admitted -> {
            Outcome outcome = tryOnce(candidate, healthy.get(), admitted.permit());
            if (outcome != null) {
              return outcome;
            }
          }
        }
        Failure failure = last;
        if (failure == null || begun || !(failure.retryable() || failure.failsOver())) {
          return failed(failure == null ? new Failure.DeadlineExceeded(null) : failure);
        }
        Duration pause = pause(failure, tryNumber, another);
        if (pause == null) {
          return next(candidate, failure);
        }
        log.stepBegan(Step.Kind.QUEUE, "before another try");
        engines.time().sleep(pause);
        log.stepEnded(NOTHING);
        queued = queued.plus(pause);
      }
    }

    /** Returns the answer, or null with {@link #last} saying why there is none. */
    private @Nullable Outcome tryOnce(Candidate candidate, ModelHealth.Try health, Permit permit)
        throws InterruptedException {
      Call call = leader.call();
      Provider provider = engines.providers().get(candidate.provider());
      if (provider == null) {
        throw new IllegalStateException(
            "the router named a provider that is not configured: " + candidate.provider());
      }
      Instant start = engines.time().now();
      log.stepBegan(Step.Kind.ATTEMPT, candidate.name());
      startNanos = engines.time().nanos();
      begun = false;
      String attemptId = call.id() + "-" + attempts.size();
      try {
        Reply reply =
            question.ask(
                provider, call, attemptId, candidate.model(), piece -> piece(candidate, piece));
        Duration took = ended(start, candidate, null, reply.httpStatus());
        health.succeeded(firstPiece(), took);
        permit.settle(reply.usage());
        engines.statistics().tried(attempts.getLast(), reply.usage());
        return answered(candidate, reply, attemptId, took);
      } catch (ProviderException e) {
        Duration took = ended(start, candidate, e.failure(), e.httpStatus());
        boolean cancelled = e.failure().reason() == ErrorReason.ERROR_REASON_CALL_CANCELLED;
        if (!cancelled) {
          health.failed(e.failure(), took);
          told(call);
        }
        last = e.failure();
        settleBroken(candidate, e, attemptId, permit);
        return null;
      } finally {
        // Both end once; what was not settled above (an interruption, a fault of ours) is given
        // back.
        health.ignored();
        permit.cancel();
      }
    }

    private void piece(Candidate candidate, ContentDelta piece) {
      if (!begun) {
        begun = true;
        firstPieceNanos = engines.time().nanos();
        log.begun(candidate.provider(), candidate.model(), Source.SOURCE_UPSTREAM);
      }
      log.append(piece);
    }

    private Outcome answered(Candidate candidate, Reply reply, String attemptId, Duration took) {
      Instant now = engines.time().now();
      Cost cost =
          engines.prices().price(candidate.provider(), candidate.model(), reply.usage(), now);
      Answer answer =
          new Answer(
              reply.completion(),
              candidate.provider(),
              candidate.model(),
              reply.usage(),
              cost,
              now,
              took);
      enter(entry(candidate, attemptId, reply.usage(), cost, reply.requestId(), now));
      return new Answered(
          answer,
          Source.SOURCE_UPSTREAM,
          new Timing(null, queued, upstream),
          List.copyOf(attempts),
          attemptId);
    }

    /** Settles a broken try, and enters it if it may be billed. */
    private void settleBroken(
        Candidate candidate, ProviderException e, String attemptId, Permit permit) {
      Usage usage = e.billable().orElse(null);
      permit.settle(usage == null ? Usage.NONE : usage);
      engines.statistics().tried(attempts.getLast(), usage == null ? Usage.NONE : usage);
      if (usage != null) {
        Instant now = engines.time().now();
        Cost cost = engines.prices().price(candidate.provider(), candidate.model(), usage, now);
        enter(entry(candidate, attemptId, usage, cost, e.requestId(), now));
      }
    }

    private void enter(LedgerEntry entry) {
      log.stepBegan(Step.Kind.SETTLE, "");
      engines.ledger().enter(entry);
      log.stepEnded(NOTHING);
    }

    private LedgerEntry entry(
        Candidate candidate, String id, Usage usage, Cost cost, String requestId, Instant now) {
      Call call = leader.bill();
      return new LedgerEntry(
          id,
          call.id(),
          attempts.size() - 1,
          call.caller().tenant(),
          call.caller().agent(),
          call.caller().group(),
          call.taskType(),
          candidate.provider(),
          candidate.model(),
          usage,
          cost,
          requestId,
          now);
    }

    private Duration ended(
        Instant start, Candidate candidate, @Nullable Failure failure, int httpStatus) {
      Duration took = Duration.ofNanos(engines.time().nanos() - startNanos);
      upstream = upstream.plus(took);
      log.stepEnded(failure == null ? NOTHING : failure.reason());
      attempts.add(
          new Attempt(
              candidate.provider(),
              candidate.model(),
              start,
              took,
              firstPiece(),
              failure,
              httpStatus));
      return took;
    }

    private @Nullable Duration firstPiece() {
      return begun ? Duration.ofNanos(firstPieceNanos - startNanos) : null;
    }

    private void told(Call call) {
      Attempt attempt = attempts.getLast();
      engines.learning().failed(call.caller(), attempt);
      engines
          .events()
          .publish(
              call.caller().tenant(),
              new Event.AttemptFailed(call.id(), call.caller().agent(), attempt));
    }

    /**
     * Returns the wait before another try of the same model, or null if the next candidate, or
     * giving up, is the better way.
     */
    private @Nullable Duration pause(Failure failure, int tryNumber, boolean another) {
      PipelineSettings policy = settings.get();
      if (!failure.retryable() || tryNumber >= policy.triesPerModel()) {
        return null;
      }
      Duration asked = failure.retryAfter();
      Duration bound = another ? policy.maxWaitBeforeFailOver() : policy.maxWait();
      return asked != null && asked.compareTo(bound) > 0
          ? null
          : engines.backoff().delay(tryNumber - 1, asked, remaining()).orElse(null);
    }

    private Duration remaining() {
      return Duration.ofNanos(leader.deadlineNanos() - engines.time().nanos());
    }

    private Demand demand(Candidate candidate) {
      Call call = leader.call();
      return new Demand(
          call.caller(),
          candidate.provider(),
          candidate.model(),
          PromptSize.upperInputTokens(call.prompt()),
          PromptSize.upperOutputTokens(call.prompt()),
          call.priority(),
          leader.deadlineNanos());
    }

    private @Nullable Outcome next(Candidate candidate, Failure failure) {
      last = failure;
      why.add(candidate.name() + ": " + failure.message());
      Duration wait = failure.retryAfter();
      if (wait != null && (shortestWait == null || wait.compareTo(shortestWait) < 0)) {
        shortestWait = wait;
      }
      return null;
    }

    /** A single candidate's failure speaks for itself; of several each is named. */
    private Failure nobodyServed(int candidateCount) {
      Failure failure = last;
      return candidateCount == 1 && failure != null
          ? failure
          : new Failure.NoProviderAvailable(
              "no candidate could serve: " + bounded(String.join("; ", why)), shortestWait);
    }

    /** Statuses travel in headers, which many callers bound at 8 KiB. */
    private static String bounded(String text) {
      return text.length() <= MOST_SAID ? text : text.substring(0, MOST_SAID) + "...";
    }

    private Outcome failed(Failure failure) {
      return new Failed(failure, List.copyOf(attempts));
    }
  }
}
