package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Admission;
import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.cache.EntryOwner;
import dev.admiral.optimizer.cache.Hit;
import dev.admiral.optimizer.cache.Repeat;
import dev.admiral.optimizer.cache.SingleFlight.FlightLog;
import dev.admiral.optimizer.cache.SingleFlight.Leader;
import dev.admiral.optimizer.cache.Waiter;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The steps of a call in order.
 *
 * <p>A call takes the shortest of three ways. <b>A memory hit</b> is answered where it arrived, on
 * the event loop: one look-up, no lock, no other thread. <b>A join</b> takes a seat in a flight
 * that is under way and is woken as pieces arrive; it costs no thread either. <b>A miss</b> starts
 * a flight: a virtual thread that looks on disk, chooses a model, reserves, asks the provider,
 * enters the price in the ledger, fills the cache, and only then lands. Calls with a request_id, or
 * that may only be served from the cache, first look on disk on a virtual thread, since the promise
 * of a repeat goes before everything else.
 *
 * <p>The prompt's own rules are checked after the memory look-up: a prompt that was answered before
 * has passed them.
 *
 * <p>Safe for use by any number of threads.
 */
public final class CallPipeline {
  private static final Duration FLIGHT_LOOK = Duration.ofMillis(5);

  /** What is looked for on disk apart from equal calls. */
  private static final String REPEAT = "request_id";

  private static final Question COMPLETION = new Question.ForCompletion();

  private final Engines engines;
  private final PromptRules promptRules;
  private final JsonSchemas schemas;
  private final UpstreamTries upstream;
  private volatile boolean draining;

  public CallPipeline(Engines engines, Live<PipelineSettings> settings) {
    this.engines = engines;
    this.promptRules = new PromptRules();
    this.schemas = new JsonSchemas();
    this.upstream = new UpstreamTries(engines, settings);
  }

  /**
   * Starts a call. Never blocks.
   *
   * @param wake run, on any thread, whenever the call may have something new; never run before this
   *     method returns a landed call
   */
  public RunningCall start(Call call, Runnable wake) {
    return start(call, COMPLETION, wake);
  }

  /**
   * Starts a call for vectors, which is neither cached nor joined. Never blocks.
   *
   * @param call a call that is not shareable; of its prompt only the model counts
   */
  public RunningVectors startVectors(Call call, VectorRequest request, Runnable wake) {
    Question.ForVectors question = new Question.ForVectors(request);
    return new RunningVectors(start(call, question, wake), question);
  }

  private RunningCall start(Call call, Question question, Runnable wake) {
    RunningCall running = new RunningCall(this, call, wake);
    engines.statistics().started(call.caller());
    CallKey repeatKey = call.repeatKey();
    if (repeatKey != null && isRepeat(running, call, repeatKey)) {
      return running;
    }
    if (draining) {
      running.land(
          refused(
              ErrorReason.ERROR_REASON_SERVER_DRAINING,
              "this server is shutting down; ask another replica"));
    } else if (repeatKey != null && engines.cache().repeatMayBeOnDisk(repeatKey)) {
      engines.virtualThreads().execute(() -> repeatOrGoOn(running, call, repeatKey, question));
    } else {
      goOn(running, call, question);
    }
    return running;
  }

  /** Refuses new calls from now on; calls in flight go on. */
  public void drain() {
    draining = true;
  }

  /**
   * Waits until no flight is under way: what a flight pays for is entered at its very end, which
   * may be after its last caller has left.
   *
   * @return false if some still fly after the time
   */
  public boolean awaitFlights(Duration atMost) throws InterruptedException {
    long end = engines.time().nanos() + atMost.toNanos();
    while (engines.flights().inFlight() > 0) {
      if (engines.time().nanos() - end >= 0) {
        return false;
      }
      engines.time().sleep(FLIGHT_LOOK);
    }
    return true;
  }

  /**
   * A repeat of an answered call, or of one still in flight, is served before draining, cache and
   * limits are looked at: it costs nothing.
   */
  private boolean isRepeat(RunningCall running, Call call, CallKey repeatKey) {
    // In flight first: a flight that lands in between has noted its answer by then.
    Waiter seat = engines.flights().rejoin(call, running::wake);
    if (seat != null) {
      running.bind(seat);
      return true;
    }
    Outcome repeated = repeated(call, engines.cache().findRepeatInMemory(repeatKey));
    if (repeated != null) {
      running.land(repeated);
    }
    return repeated != null;
  }

  /** Looks on disk for the answer that a request_id had. */
  private void repeatOrGoOn(RunningCall running, Call call, CallKey repeatKey, Question question) {
    long start = engines.time().nanos();
    Outcome repeated = repeated(call, engines.cache().findRepeat(repeatKey));
    if (repeated != null) {
      running.land(
          repeated.withSteps(
              List.of(
                  new Step(
                      Step.Kind.DISK,
                      start,
                      engines.time().nanos(),
                      REPEAT,
                      ErrorReason.ERROR_REASON_UNSPECIFIED))));
    } else {
      goOn(running, call, question);
    }
    running.wake();
  }

  private void goOn(RunningCall running, Call call, Question question) {
    Outcome early = withoutFlight(call, question);
    if (early != null) {
      running.land(early);
      return;
    }
    switch (engines.limiter().admitCaller(call.caller())) {
      case Admission.Refused refused -> running.land(new Failed(refused.failure(), List.of()));
      case Admission.Admitted admitted -> {
        running.holds(admitted.permit());
        running.bind(
            engines
                .flights()
                .join(call, (leader, log) -> fly(leader, log, question), running::wake));
      }
    }
  }

  /** Returns how the call ends if that can be told from memory alone, else null. */
  private @Nullable Outcome withoutFlight(Call call, Question question) {
    boolean reads = reads(call);
    if (reads) {
      Hit hit = engines.cache().findInMemory(call.key(), call.cacheUse().maxAge());
      if (hit != null) {
        return hit(hit);
      }
    }
    Failure.Invalid invalid =
        question instanceof Question.ForCompletion ? promptRules.check(call.prompt()) : null;
    if (invalid != null) {
      return new Failed(invalid, List.of());
    }
    Failure known = reads ? engines.cache().findFailure(call.key()) : null;
    return known == null ? null : new Failed(known, List.of());
  }

  /** One flight, on its own virtual thread. */
  private Outcome fly(Leader leader, FlightLog log, Question question) throws InterruptedException {
    // What anybody logs on this thread is about this call.
    try (MDC.MDCCloseable _ = MDC.putCloseable("call_id", leader.call().id())) {
      return flyNamed(leader, log, question);
    }
  }

  private Outcome flyNamed(Leader leader, FlightLog log, Question question)
      throws InterruptedException {
    Call call = leader.call();
    long epoch = engines.cache().epoch();
    CallKey repeatKey = call.repeatKey();
    // Looked up once more: an equal repeat may have landed between its first look-up and this
    // flight.
    if (repeatKey != null) {
      log.stepBegan(Step.Kind.DISK, REPEAT);
      Outcome repeated = repeated(call, engines.cache().findRepeat(repeatKey));
      log.stepEnded(ErrorReason.ERROR_REASON_UNSPECIFIED);
      if (repeated != null) {
        return repeated;
      }
    }
    if (reads(call)) {
      log.stepBegan(Step.Kind.DISK, "");
      Hit hit = cached(call);
      log.stepEnded(ErrorReason.ERROR_REASON_UNSPECIFIED);
      if (hit != null) {
        return hit(hit);
      }
    }
    if (call.cacheUse().mode() == CacheUse.Mode.ONLY) {
      return refused(
          ErrorReason.ERROR_REASON_CACHE_MISS,
          "the cache holds no answer, and the call's cache policy forbids asking a provider");
    }
    Failure.Invalid invalid = schemas.check(call.prompt());
    Outcome outcome =
        invalid != null ? new Failed(invalid, List.of()) : upstream.fly(leader, log, question);
    remember(leader, call, outcome, epoch);
    return outcome;
  }

  private static boolean reads(Call call) {
    CacheUse.Mode mode = call.cacheUse().mode();
    return call.shareable() && (mode == CacheUse.Mode.USE || mode == CacheUse.Mode.ONLY);
  }

  /**
   * Memory once more, since an equal flight may have landed between the first look-up and this
   * flight; then disk.
   */
  private @Nullable Hit cached(Call call) {
    Hit hit = engines.cache().findInMemory(call.key(), call.cacheUse().maxAge());
    return hit != null ? hit : engines.cache().findOnDisk(call.key(), call.cacheUse().maxAge());
  }

  /**
   * Fills the caches before the flight lands, so that whoever comes next finds either the flight or
   * its answer.
   */
  private void remember(Leader leader, Call call, Outcome outcome, long epoch)
      throws InterruptedException {
    switch (outcome) {
      case Answered answered -> {
        EntryOwner owner = owner(call);
        if (call.shareable()) {
          engines
              .cache()
              .put(call.key(), owner, answered.answer(), call.cacheUse().timeToLive(), epoch);
        }
        // Whoever pays may have come after this flight began.
        Call payer = leader.bill();
        CallKey repeatKey = payer.repeatKey();
        if (repeatKey != null) {
          engines.cache().putRepeat(repeatKey, payer.key(), owner, answered.answer());
        }
      }
      case Failed failed -> {
        if (call.shareable() && willFailAgain(failed)) {
          engines.cache().putFailure(call.key(), owner(call), failed.failure());
        }
      }
    }
  }

  /** With several candidates one that was merely down may be up again in a moment. */
  private static boolean willFailAgain(Failed failed) {
    return failed.failure().deterministic()
        && failed.attempts().stream()
            .map(Attempt::failure)
            .allMatch(failure -> failure != null && failure.deterministic());
  }

  private static EntryOwner owner(Call call) {
    return new EntryOwner(
        call.caller().tenant(), call.cacheUse().agentOnly() ? call.caller().agent() : null);
  }

  private static @Nullable Outcome repeated(Call call, @Nullable Repeat repeat) {
    if (repeat == null) {
      return null;
    }
    if (!repeat.body().equals(call.key())) {
      return refused(
          ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
          "this request_id was used before with another body; use a new one for a new call");
    }
    return new Answered(
        repeat.answer(),
        Source.SOURCE_REPEATED,
        new Timing(repeat.age(), Duration.ZERO, Duration.ZERO),
        List.of(),
        "");
  }

  /** Counts a call that ended, exactly once per call. */
  void finished(Call call, Outcome outcome, @Nullable Permit permit) {
    Duration total = Duration.ofNanos(engines.time().nanos() - call.arrivalNanos());
    settle(outcome, permit);
    Duration savedTime =
        outcome instanceof Answered answered ? answered.savedTime(total) : Duration.ZERO;
    engines
        .statistics()
        .finished(call.caller(), outcome, total, overhead(outcome, total), savedTime);
    engines.fleet().finished(call.caller(), outcome);
    if (outcome instanceof Answered answered && answered.source() != Source.SOURCE_UPSTREAM) {
      engines.ledger().saved(call.caller(), answered.answer(), answered.source(), savedTime);
      CallKey repeatKey = call.repeatKey();
      if (repeatKey != null && answered.source() != Source.SOURCE_REPEATED) {
        engines.cache().putRepeatBehind(repeatKey, call.key(), owner(call), answered.answer());
      }
    }
    engines.events().publish(call.caller().tenant(), event(call, outcome, total));
    engines.journal().finished(call, outcome, total);
    for (CallObserver observer : engines.observers()) {
      observer.finished(new FinishedCall(call, outcome, total));
    }
  }

  /**
   * A call that cost its agent's limit nothing gives its place back: one answered from disk, or
   * refused before anybody was asked. One that was tried, or whose caller left, does not.
   */
  private static void settle(Outcome outcome, @Nullable Permit permit) {
    if (permit == null) {
      return;
    }
    switch (outcome) {
      case Answered answered
          when answered.source() == Source.SOURCE_DISK
              || answered.source() == Source.SOURCE_REPEATED ->
          permit.cancel();
      case Answered answered -> permit.settle(answered.answer().usage());
      case Failed failed when failed.attempts().isEmpty() && !left(failed.failure()) ->
          permit.cancel();
      case Failed failed -> permit.settle(Usage.NONE);
    }
  }

  private static boolean left(Failure failure) {
    return failure.reason() == ErrorReason.ERROR_REASON_CALL_CANCELLED
        || failure.reason() == ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
  }

  private static Event event(Call call, Outcome outcome, Duration total) {
    String agent = call.caller().agent();
    return switch (outcome) {
      case Answered(
              Answer answer,
              Source source,
              Timing _,
              List<Attempt> _,
              String _,
              List<Step> _) ->
          new Event.CallFinished(
              call.id(),
              agent,
              answer.provider(),
              answer.model(),
              source,
              ErrorReason.ERROR_REASON_UNSPECIFIED,
              answer.usage(),
              answer.cost(),
              total);
      case Failed(Failure failure, List<Attempt> _, List<Step> _) ->
          new Event.CallFinished(
              call.id(),
              agent,
              "",
              "",
              Source.SOURCE_UNSPECIFIED,
              failure.reason(),
              null,
              null,
              total);
    };
  }

  private static Duration overhead(Outcome outcome, Duration total) {
    if (outcome instanceof Answered answered) {
      Duration rest = total.minus(answered.timing().queued()).minus(answered.timing().upstream());
      return rest.isNegative() ? Duration.ZERO : rest;
    }
    return Duration.ZERO;
  }

  private static Outcome hit(Hit hit) {
    Answer answer = hit.answer();
    return new Answered(
        answer, hit.source(), new Timing(hit.age(), Duration.ZERO, Duration.ZERO), List.of(), "");
  }

  static Failed refused(ErrorReason reason, String message) {
    return new Failed(new Failure.Refused(reason, message), List.of());
  }
}
