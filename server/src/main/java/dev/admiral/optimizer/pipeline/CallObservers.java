package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.CallObserver.Trouble;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody who wants to know that a call ended, one after another in the order given. One
 * that throws is counted and named in the log, and robs none of the others.
 *
 * <p>They run on the thread that ended the call, often an event loop, so one that is slow slows
 * every call. What they take together is measured. After a call for which that was {@link #SLOW} or
 * more, each is measured by itself until a call is quick again: who is slow then is counted and
 * named in the log. Nothing ends one that blocks for ever: an observer that may wait hands its work
 * to a bounded queue of its own.
 *
 * <p>Thread-safe; takes no lock.
 */
final class CallObservers {
  private static final Logger log = LoggerFactory.getLogger(CallObservers.class);

  /** What all observers of one call may take together before they are looked at one by one. */
  static final Duration SLOW = Duration.ofMillis(20);

  /** An observer's trouble of one kind is logged at most once in this span. */
  static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final Observed[] observers;
  private final Time time;

  /** True after a call whose observers were slow. */
  private volatile boolean measuring;

  private static final class Observed {
    final CallObserver observer;
    final Counted failures;
    final Counted slow;
    volatile @Nullable Instant lastFailure;

    Observed(CallObserver observer, long nanos) {
      this.observer = observer;
      this.failures = new Counted(nanos);
      this.slow = new Counted(nanos);
    }
  }

  /** Counts, and says when the count is to be logged. */
  private static final class Counted {
    final LongAdder count = new LongAdder();

    /** When it was last logged. */
    private final AtomicLong loggedAt;

    Counted(long nanos) {
      // As if logged before the start, so that the first one is.
      this.loggedAt = new AtomicLong(nanos - LOG_INTERVAL.toNanos());
    }

    boolean toBeLogged(long nanos) {
      long before = loggedAt.get();
      return nanos - before >= LOG_INTERVAL.toNanos() && loggedAt.compareAndSet(before, nanos);
    }
  }

  /**
   * @param observers told in this order
   */
  CallObservers(List<? extends CallObserver> observers, Time time) {
    long now = time.nanos();
    this.observers =
        observers.stream().map(observer -> new Observed(observer, now)).toArray(Observed[]::new);
    this.time = time;
  }

  /** Returns what each observer did wrong, in their order. */
  List<Trouble> troubles() {
    return Stream.of(observers)
        .map(observed ->
            new Trouble(
                observed.observer.name(),
                observed.failures.count.sum(),
                observed.slow.count.sum(),
                observed.lastFailure))
        .toList();
  }

  /**
   * Tells all of them. Never throws.
   *
   * @param now the time on {@link Time#nanos()}'s scale
   */
  void finished(FinishedCall call, long now) {
    boolean measured = measuring;
    long before = now;
    for (Observed observed : observers) {
      tell(observed, call);
      if (measured) {
        long after = time.nanos();
        measure(observed, after - before, after);
        before = after;
      }
    }
    boolean slow = (measured ? before : time.nanos()) - now >= SLOW.toNanos();
    if (slow != measured) {
      measuring = slow;
    }
  }

  private void tell(Observed observed, FinishedCall call) {
    try {
      observed.observer.finished(call);
    } catch (RuntimeException | Error e) {
      observed.failures.count.increment();
      observed.lastFailure = time.now();
      if (observed.failures.toBeLogged(time.nanos())) {
        log.error(
            "the observer '{}' could not be told of the end of a call; {} such calls so far",
            observed.observer.name(),
            observed.failures.count.sum(),
            Faults.withoutMessages(e));
      }
    }
  }

  private static void measure(Observed observed, long tookNanos, long now) {
    if (tookNanos < SLOW.toNanos()) {
      return;
    }
    observed.slow.count.increment();
    if (observed.slow.toBeLogged(now)) {
      log.warn(
          "the observer '{}' holds up the end of calls: {} ms for the last one, {} such calls so"
              + " far",
          observed.observer.name(),
          Duration.ofNanos(tookNanos).toMillis(),
          observed.slow.count.sum());
    }
  }
}
