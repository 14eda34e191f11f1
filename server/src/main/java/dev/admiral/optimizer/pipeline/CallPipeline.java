package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.flight.Flights;
import dev.admiral.optimizer.flight.Leader;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The steps of a call in order: gate, look-up (repeats, memory, known failures), admission, flight;
 * on the flight's thread look-up again (repeats, memory, disk), then the attempts, and what is kept
 * of their outcome; finish. This file alone says in which order; each step is a class of its own.
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
  private static final Question COMPLETION = new Question.ForCompletion();

  private final Gate gate;
  private final Repeats repeats;
  private final LookUp lookUp;
  private final AgentAdmission admission;
  private final Flights flights;
  private final UpstreamTries upstream;
  private final Finish finish;
  private final PromptRules promptRules = new PromptRules();
  private final JsonSchemas schemas = new JsonSchemas();

  /** Puts the steps in order. */
  CallPipeline(
      Gate gate,
      Repeats repeats,
      LookUp lookUp,
      AgentAdmission admission,
      Flights flights,
      UpstreamTries upstream,
      Finish finish) {
    this.gate = gate;
    this.repeats = repeats;
    this.lookUp = lookUp;
    this.admission = admission;
    this.flights = flights;
    this.upstream = upstream;
    this.finish = finish;
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
    RunningCall running = new RunningCall(finish, call, wake);
    gate.arrived(call);
    try {
      begin(running, question);
    } catch (RuntimeException | Error e) {
      running.broke(e);
    }
    return running;
  }

  private void begin(RunningCall running, Question question) {
    // A repeat costs nothing, so it goes before draining, cache and limits.
    if (repeats.serve(running)) {
      return;
    }
    Failure closed = gate.refusesCalls();
    if (closed != null) {
      running.land(failed(closed));
    } else if (repeats.mayBeOnDisk(running.call())) {
      repeats.serveFromDiskOr(running, () -> goOn(running, question));
    } else {
      goOn(running, question);
    }
  }

  /** Goes on with a call that is no repeat. Never blocks. */
  private void goOn(RunningCall running, Question question) {
    Call call = running.call();
    Outcome early = withoutFlight(call, question);
    if (early != null) {
      running.land(early);
      return;
    }
    Failure limit = admission.refuses(running);
    if (limit != null) {
      running.land(failed(limit));
      return;
    }
    running.bind(flights.join(call, (leader, log) -> fly(leader, log, question), running::wake));
  }

  /** Returns how the call ends if that can be told from memory alone, else null. */
  private @Nullable Outcome withoutFlight(Call call, Question question) {
    Outcome hit = lookUp.inMemory(call);
    if (hit != null) {
      return hit;
    }
    Failure invalid = question.check(promptRules, call);
    return invalid == null ? lookUp.knownFailure(call) : failed(invalid);
  }

  /** One flight, on its own virtual thread. */
  private Outcome fly(Leader leader, FlightLog log, Question question) throws InterruptedException {
    Call call = leader.call();
    // What anybody logs on this thread is about this call.
    try (MDC.MDCCloseable _ = MDC.putCloseable("call_id", call.id())) {
      long epoch = lookUp.epoch();
      Outcome found = repeats.lookAgain(call, log);
      if (found == null) {
        found = lookUp.onDisk(call, log);
      }
      if (found != null) {
        return found;
      }
      if (call.cacheUse().mode() == CacheUse.Mode.ONLY) {
        return failed(
            new Failure.Refused(
                ErrorReason.ERROR_REASON_CACHE_MISS,
                "the cache holds no answer, and the call's cache policy forbids asking a"
                    + " provider"));
      }
      Failure refusal = beforePaying(call);
      Outcome outcome = refusal == null ? upstream.fly(leader, log, question) : failed(refusal);
      // Before the flight lands, so that whoever comes next finds either the flight or its answer.
      lookUp.keep(call, outcome, epoch);
      if (outcome instanceof Answered answered) {
        repeats.keep(leader.bill(), call, answered.answer());
      }
      return outcome;
    }
  }

  /** Returns why no provider is to be asked; null if one may be. */
  private @Nullable Failure beforePaying(Call call) {
    Failure invalid = schemas.check(call.prompt());
    return invalid == null ? gate.refusesPaying() : invalid;
  }

  /** Refuses new calls from now on; calls in flight go on. */
  public void drain() {
    gate.drain();
  }

  /**
   * Waits until no flight is under way: what a flight pays for is entered at its very end, which
   * may be after its last caller has left.
   *
   * @return false if some still fly after the time
   */
  public boolean awaitFlights(Duration atMost) throws InterruptedException {
    return flights.awaitNone(atMost);
  }

  /** Returns what each observer of the end of calls did wrong, in their order. */
  public List<CallObserver.Trouble> observerTroubles() {
    return finish.troubles();
  }

  private static Failed failed(Failure failure) {
    return new Failed(failure, List.of());
  }
}
