package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Admission;
import dev.admiral.optimizer.admission.Demand;
import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.flight.Leader;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.Route;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The upstream part of a flight: candidates in order, one retry each, until an answer, a failure
 * nobody else can mend, or no time. Nothing is tried again once a piece of an answer was given
 * away. Thread-safe.
 */
final class UpstreamTries {
  private static final Duration LEAST_PATIENCE = Duration.ofMillis(1);
  private static final ErrorReason NOTHING = ErrorReason.ERROR_REASON_UNSPECIFIED;

  private final Router router;
  private final ModelHealth health;
  private final Limiter limiter;
  private final ModelAttempt attempt;
  private final RetryPolicy retries;
  private final Time time;

  /**
   * @param limiter holds providers to their limits
   */
  UpstreamTries(
      Router router,
      ModelHealth health,
      Limiter limiter,
      ModelAttempt attempt,
      RetryPolicy retries,
      Time time) {
    this.router = router;
    this.health = health;
    this.limiter = limiter;
    this.attempt = attempt;
    this.retries = retries;
    this.time = time;
  }

  /** Flies once, on the flight's own thread. */
  Outcome fly(Leader leader, FlightLog log, Question question) throws InterruptedException {
    log.stepBegan(Step.Kind.ROUTE, "");
    Route route = question.route(router, leader.call());
    log.stepEnded(route instanceof Route.Failed failed ? failed.failure().reason() : NOTHING);
    return switch (route) {
      case Route.Failed failed -> new Failed(failed.failure(), List.of());
      case Route.Candidates candidates ->
          through(candidates.list(), new Tries(leader, log, question));
    };
  }

  private Outcome through(List<Candidate> candidates, Tries tries) throws InterruptedException {
    for (int i = 0; i < candidates.size(); i++) {
      Outcome outcome = tryModel(candidates.get(i), i + 1 < candidates.size(), tries);
      if (outcome != null) {
        return outcome;
      }
    }
    return tries.nobodyServed(candidates.size());
  }

  /**
   * Tries one model as often as it makes sense; null means that the next candidate may do better.
   */
  private @Nullable Outcome tryModel(Candidate candidate, boolean another, Tries tries)
      throws InterruptedException {
    for (int tryNumber = 1; ; tryNumber++) {
      if (left(tries).isNegative()) {
        return tries.failed(new Failure.DeadlineExceeded(tries.last()));
      }
      switch (tryOnce(candidate, another, tries)) {
        case ModelAttempt.Result.Fine fine -> {
          return fine.outcome();
        }
        case ModelAttempt.Result.Broken broken -> {
          Failure failure = broken.failure();
          if (broken.begun() || !(failure.retryable() || failure.failsOver())) {
            return tries.failed(failure);
          }
          Duration pause = retries.pause(failure, tryNumber, another, left(tries));
          if (pause == null) {
            tries.passedOver(candidate, failure);
            return null;
          }
          pause(pause, tries);
        }
        case null -> {
          return null;
        }
      }
    }
  }

  /** Tries once; null if the model may not be asked now, and then it is passed over. */
  private ModelAttempt.@Nullable Result tryOnce(Candidate candidate, boolean another, Tries tries)
      throws InterruptedException {
    Optional<ModelHealth.Try> healthy = health.tryAcquire(candidate);
    if (healthy.isEmpty()) {
      tries.passedOver(
          candidate,
          new Failure.Overloaded(
              candidate.name() + " failed too often just now, and its circuit breaker is open",
              health.openFor(candidate).orElse(null)));
      return null;
    }
    ModelHealth.Try tried = healthy.get();
    Admission admission;
    try {
      admission = admit(candidate, tries);
    } catch (InterruptedException | RuntimeException | Error e) {
      tried.ignored();
      throw e;
    }
    return switch (admission) {
      case Admission.Refused refused -> {
        tried.ignored();
        tries.passedOver(candidate, refused.failure());
        yield null;
      }
      case Admission.Admitted admitted ->
          attempt.make(
              tries,
              candidate,
              router.traits(candidate),
              patience(another, tries),
              tried,
              admitted.permit());
    };
  }

  /**
   * Returns how long a model may be silent. While another candidate could still answer, a quarter
   * of what is left until the deadline is kept for it. The last one is not bounded: its flight ends
   * with its callers, and one with more time may join.
   */
  private Duration patience(boolean another, Tries tries) {
    if (!another) {
      return ProviderCall.UNBOUNDED;
    }
    Duration left = left(tries);
    Duration most = left.minus(left.dividedBy(4));
    return most.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : most;
  }

  private Admission admit(Candidate candidate, Tries tries) throws InterruptedException {
    long start = time.nanos();
    tries.log().stepBegan(Step.Kind.QUEUE, candidate.provider());
    Admission admission = limiter.admitAttempt(demand(candidate, tries));
    tries.waited(Duration.ofNanos(time.nanos() - start));
    tries
        .log()
        .stepEnded(
            admission instanceof Admission.Refused refused ? refused.failure().reason() : NOTHING);
    return admission;
  }

  private void pause(Duration pause, Tries tries) throws InterruptedException {
    tries.log().stepBegan(Step.Kind.QUEUE, "before another try");
    time.sleep(pause);
    tries.log().stepEnded(NOTHING);
    tries.waited(pause);
  }

  private Duration left(Tries tries) {
    return Duration.ofNanos(tries.leader().deadlineNanos() - time.nanos());
  }

  private static Demand demand(Candidate candidate, Tries tries) {
    Call call = tries.call();
    return new Demand(
        call.caller(),
        candidate.provider(),
        candidate.model(),
        Tokens.upper(call.prompt()),
        Tokens.upperOutput(call.prompt()),
        call.priority(),
        tries.leader().deadlineNanos());
  }
}
