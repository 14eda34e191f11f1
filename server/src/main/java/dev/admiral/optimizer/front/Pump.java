package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.Failure;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves steps from a source to one caller at the caller's own pace. It may be run by any thread at
 * any time: whoever comes first pumps, the others leave a note and go. Source and sink are used by
 * one thread at a time, and the source is pulled only while the sink can take more.
 *
 * @param <T> one step
 */
public final class Pump<T> implements Runnable {
  private final Sink<T> sink;
  private final AtomicInteger wanted = new AtomicInteger();
  private volatile @Nullable Source<T> source;
  private volatile @Nullable Failure cutOff;
  private volatile boolean ended;

  public Pump(Sink<T> sink) {
    this.sink = sink;
  }

  /** Where steps come from. */
  @FunctionalInterface
  public interface Source<T> {
    /** Returns the next step, or null if there is none now; then the pump is run once there is. */
    @Nullable T next();

    /**
     * Returns why it fails, whatever is left to give; null if it does not. Asked while the sink can
     * take nothing, so that a stalled caller is not kept for ever.
     */
    default @Nullable Failure failure() {
      return null;
    }

    /** Gives the source up, as a step could not be told. */
    default void leave(Failure why) {}
  }

  /** What tells one caller. */
  public interface Sink<T> {
    /** Returns true if it can take a step now; if not, the pump is run once it can. */
    boolean ready();

    /** Returns true once there is nobody left to tell. */
    boolean gone();

    /**
     * Tells a step, or holds it back until {@link #flush}.
     *
     * @return false if it was the last one, with which the sink has ended
     */
    boolean give(T step);

    /** Sends what was held back, as nothing follows for now. */
    default void flush() {}

    /** Ends with a failure, whatever was told before and whether or not it is ready. */
    void fail(Failure why);

    /** Returns true if {@link #fail} reaches even a caller that takes nothing. */
    default boolean failsUnready() {
      return false;
    }
  }

  /** Names where steps come from, and looks at it at once: runs before this find nothing. */
  public void bind(Source<T> from) {
    source = from;
    run();
  }

  @Override
  public void run() {
    Source<T> from = source;
    if (from == null || wanted.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      try {
        pump(from);
      } catch (RuntimeException e) {
        breakOff(from, CallFaults.of(e));
      }
      seen = wanted.addAndGet(-seen);
    } while (seen != 0);
  }

  /** Ends with a failure, even if the caller can take nothing now. */
  public void fail(Failure why) {
    cutOff = why;
    run();
  }

  /** Returns true once the end was told. */
  public boolean ended() {
    return ended;
  }

  private void breakOff(Source<T> from, Failure fault) {
    ended = true;
    from.leave(fault);
    sink.fail(fault);
  }

  private void pump(Source<T> from) {
    while (!ended && !sink.gone()) {
      boolean ready = sink.ready();
      Failure failure = cutOff;
      if (failure == null && !ready && sink.failsUnready()) {
        failure = from.failure();
      }
      if (failure != null) {
        ended = true;
        sink.fail(failure);
        return;
      }
      if (!ready) {
        return;
      }
      T step = from.next();
      if (step == null) {
        sink.flush();
        return;
      }
      if (!sink.give(step)) {
        ended = true;
      }
    }
  }
}
