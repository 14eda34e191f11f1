package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.cache.CacheRules;
import dev.admiral.optimizer.cache.FirstAnswers;
import dev.admiral.optimizer.cache.Repeat;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.flight.Flights;
import dev.admiral.optimizer.flight.Waiter;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The look-up by request_id: a repeat of an answered call, or of one still in flight, gets that
 * answer and costs nothing. Calls without a request_id pass. Thread-safe.
 */
final class Repeats {
  /** What is looked for on disk, apart from equal calls. */
  private static final String WHAT = "request_id";

  private static final ErrorReason NOTHING = ErrorReason.ERROR_REASON_UNSPECIFIED;

  private final Flights flights;
  private final FirstAnswers firstAnswers;
  private final Time time;
  private final Executor virtualThreads;

  /**
   * @param flights where a repeat may be under way
   * @param firstAnswers where its answer may be
   * @param virtualThreads runs what may block
   */
  Repeats(Flights flights, FirstAnswers firstAnswers, Time time, Executor virtualThreads) {
    this.flights = flights;
    this.firstAnswers = firstAnswers;
    this.time = time;
    this.virtualThreads = virtualThreads;
  }

  /** Serves a repeat if it is in flight or in memory; returns true if it was. Never blocks. */
  boolean serve(RunningCall running) {
    CallKey repeatKey = running.call().repeatKey();
    if (repeatKey == null) {
      return false;
    }
    // In flight first: a flight that lands in between has noted its answer by then.
    Waiter seat = flights.rejoin(running.call(), running::wake);
    if (seat != null) {
      running.bind(seat);
      return true;
    }
    Outcome repeated = outcome(running.call(), firstAnswers.findInMemory(repeatKey));
    if (repeated != null) {
      running.land(repeated);
    }
    return repeated != null;
  }

  /** Returns true if it takes a look on disk to tell that this is no repeat. Never blocks. */
  boolean mayBeOnDisk(Call call) {
    CallKey repeatKey = call.repeatKey();
    return repeatKey != null && firstAnswers.mayBeOnDisk(repeatKey);
  }

  /** Serves a repeat from disk or goes on with the call, on another thread. Never blocks. */
  void serveFromDiskOr(RunningCall running, Runnable goOn) {
    virtualThreads.execute(() -> {
      try {
        fromDiskOr(running, goOn);
      } catch (RuntimeException | Error e) {
        running.broke(e);
      }
      running.wake();
    });
  }

  private void fromDiskOr(RunningCall running, Runnable goOn) {
    long start = time.nanos();
    Outcome repeated = find(running.call());
    if (repeated != null) {
      Step look = new Step(Step.Kind.DISK, start, time.nanos(), WHAT, NOTHING);
      running.land(repeated.withSteps(List.of(look)));
    } else if (!running.hasEnded()) {
      // Whoever left meanwhile needs no flight.
      goOn.run();
    }
  }

  /**
   * Looks once more, on the flight's thread: an equal repeat may have landed between the first look
   * and this flight. Blocks.
   *
   * @return the first answer; null if there is none
   */
  @Nullable Outcome lookAgain(Call call, FlightLog log) {
    if (call.repeatKey() == null) {
      return null;
    }
    log.stepBegan(Step.Kind.DISK, WHAT);
    Outcome repeated = find(call);
    log.stepEnded(NOTHING);
    return repeated;
  }

  /**
   * Keeps an answer for repeats before its flight lands. Blocks until it is durable, within the
   * cache's bound.
   *
   * @param payer whose call was answered; it may have come after the flight began
   * @param asked the call for which the flight was made
   */
  void keep(Call payer, Call asked, Answer answer) throws InterruptedException {
    CallKey repeatKey = payer.repeatKey();
    if (repeatKey != null) {
      firstAnswers.put(repeatKey, payer.key(), CacheRules.owner(asked), answer);
    }
  }

  private @Nullable Outcome find(Call call) {
    CallKey repeatKey = call.repeatKey();
    return repeatKey == null ? null : outcome(call, firstAnswers.find(repeatKey));
  }

  private static @Nullable Outcome outcome(Call call, @Nullable Repeat repeat) {
    if (repeat == null) {
      return null;
    }
    if (!repeat.body().equals(call.key())) {
      return new Failed(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
              "this request_id was used before with another body; use a new one for a new call"),
          List.of());
    }
    return new Answered(
        repeat.answer(),
        Source.SOURCE_REPEATED,
        new Timing(repeat.age(), Duration.ZERO, Duration.ZERO),
        List.of(),
        "");
  }
}
