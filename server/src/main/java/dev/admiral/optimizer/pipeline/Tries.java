package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.flight.Leader;
import dev.admiral.optimizer.routing.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one flight has tried so far. Of the flight's own thread. */
final class Tries {
  private static final int MOST_SAID = 1_000;

  private final Leader leader;
  private final FlightLog log;
  private final Question question;
  private final List<Attempt> attempts = new ArrayList<>(2);
  private final List<String> why = new ArrayList<>(2);
  private Duration queued = Duration.ZERO;
  private Duration upstream = Duration.ZERO;

  /** What the first candidate could not be told; null if there was none such. */
  private Failure.@Nullable Inexpressible inexpressible;

  /** True while each candidate passed over was so for what it cannot be told. */
  private boolean allInexpressible = true;

  private @Nullable Failure last;
  private @Nullable Duration shortestWait;

  Tries(Leader leader, FlightLog log, Question question) {
    this.leader = leader;
    this.log = log;
    this.question = question;
  }

  Leader leader() {
    return leader;
  }

  /** Returns the call of whoever leads now. */
  Call call() {
    return leader.call();
  }

  FlightLog log() {
    return log;
  }

  Question question() {
    return question;
  }

  /** Returns the identifier of the try that comes next. */
  String nextId() {
    return leader.call().id() + "-" + attempts.size();
  }

  /** Returns the number of the latest try, from 0. */
  int latest() {
    return attempts.size() - 1;
  }

  /** Returns why the latest try failed; null if none has. */
  @Nullable Failure last() {
    return last;
  }

  void waited(Duration wait) {
    queued = queued.plus(wait);
  }

  /** A try has ended. */
  void ended(Attempt attempt) {
    attempts.add(attempt);
    upstream = upstream.plus(attempt.duration());
    if (attempt.failure() != null) {
      last = attempt.failure();
    }
  }

  /** A model could not serve; the next one may. */
  void passedOver(Candidate candidate, Failure failure) {
    last = failure;
    if (failure instanceof Failure.Inexpressible unsayable) {
      inexpressible = inexpressible == null ? unsayable : inexpressible;
    } else {
      allInexpressible = false;
    }
    why.add(candidate.name() + ": " + failure.message());
    Duration wait = failure.retryAfter();
    if (wait != null && (shortestWait == null || wait.compareTo(shortestWait) < 0)) {
      shortestWait = wait;
    }
  }

  Timing timing() {
    return new Timing(null, queued, upstream);
  }

  List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  /** Ends the flight without an answer. */
  Outcome failed(Failure failure) {
    return new Failed(failure, attempts());
  }

  /**
   * Ends the flight as no candidate could serve. A single candidate's failure speaks for itself; of
   * several each is named. Where none of them can even be told the call, the call is at fault, and
   * waiting does not help.
   */
  Outcome nobodyServed(int candidates) {
    Failure failure = last;
    if (candidates == 1 && failure != null) {
      return failed(failure);
    }
    String each = bounded(String.join("; ", why));
    Failure.Inexpressible first = inexpressible;
    return failed(
        first != null && allInexpressible
            ? new Failure.Inexpressible(first.field(), "no candidate can be asked this: " + each)
            : new Failure.NoProviderAvailable("no candidate could serve: " + each, shortestWait));
  }

  /** Statuses travel in headers, which many callers bound at 8 KiB. */
  private static String bounded(String text) {
    return text.length() <= MOST_SAID ? text : text.substring(0, MOST_SAID) + "...";
  }
}
