package dev.admiral.optimizer.call;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Time and a timer that stand still until a test moves them; sleeping moves them. Safe for
 * concurrent use.
 */
public final class VirtualTime implements Time {
  /** When every virtual time begins, unless it is told otherwise. */
  public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  // Just below the largest long, so that code that compares instead of subtracting fails.
  private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

  private final Instant start;
  private final long origin;
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private final ScheduledExecutorService timer = new Timer();
  private long elapsedNanos;
  private long timers;

  /** A clock that begins at {@link #START}. */
  public VirtualTime() {
    this(START, ORIGIN);
  }

  private VirtualTime(Instant start, long origin) {
    this.start = start;
    this.origin = origin;
  }

  /** Returns a clock that begins at {@link #START}, its nanoseconds at zero. */
  public static VirtualTime atZero() {
    return new VirtualTime(START, 0);
  }

  /** Returns a clock that begins at a date. */
  public static VirtualTime at(Instant start) {
    return new VirtualTime(start, ORIGIN);
  }

  @Override
  public synchronized long nanos() {
    return origin + elapsedNanos;
  }

  @Override
  public synchronized Instant now() {
    return start.plusNanos(elapsedNanos);
  }

  /** Moves on, but no further than to the moment at which this thread is interrupted. */
  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (move(duration.isPositive() ? duration : Duration.ZERO, true) || Thread.interrupted()) {
      throw new InterruptedException("interrupted in virtual time");
    }
  }

  /** Returns a timer of this time. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** Moves on, and runs on the calling thread what is due by then, each at its moment. */
  public void advance(Duration by) {
    move(by, false);
  }

  /** Returns true if it was interrupted on its way, and may be. */
  private boolean move(Duration by, boolean interruptible) {
    long until = elapsed() + by.toNanos();
    Alarm due = due(until);
    while (due != null) {
      due.run();
      if (interruptible && Thread.interrupted()) {
        return true;
      }
      due = due(until);
    }
    synchronized (this) {
      elapsedNanos = Math.max(elapsedNanos, until);
    }
    return false;
  }

  private synchronized long elapsed() {
    return elapsedNanos;
  }

  private synchronized Alarm due(long until) {
    Alarm next = alarms.peek();
    if (next == null || next.at > until) {
      return null;
    }
    elapsedNanos = Math.max(elapsedNanos, next.at);
    return alarms.poll();
  }

  private synchronized Alarm set(Runnable what, long inNanos) {
    Alarm alarm = new Alarm(what, elapsedNanos + Math.max(0, inNanos), timers++);
    alarms.add(alarm);
    return alarm;
  }

  private final class Alarm extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
    private static final Comparator<Alarm> ORDER =
        Comparator.<Alarm>comparingLong(alarm -> alarm.at).thenComparingLong(alarm -> alarm.number);

    final long at;
    final long number;

    Alarm(Runnable what, long at, long number) {
      super(what, null);
      this.at = at;
      this.number = number;
    }

    @Override
    public boolean isPeriodic() {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - elapsed(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return ORDER.compare(this, (Alarm) other);
    }
  }

  private final class Timer extends AbstractExecutorService implements ScheduledExecutorService {
    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      return set(command, unit.toNanos(delay));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("only what returns nothing");
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable command, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException("only once");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("only once");
    }

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
