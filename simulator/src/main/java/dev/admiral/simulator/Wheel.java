package dev.admiral.simulator;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs many short tasks at their times on one thread: a hashed timer wheel with a resolution of a
 * millisecond. Setting a timer costs the same however many are set, which is what lets one process
 * pace tens of thousands of open streams. A wheel that falls behind runs what is overdue at once.
 *
 * <p>Tasks run on the wheel's thread and must not block.
 */
final class Wheel implements AutoCloseable {
  private static final long TICK_NANOS = 1_000_000;
  private static final int SLOTS = 4096;

  /** One task and its time. */
  private static final class Timer {
    final long dueTick;
    final Runnable task;
    Timer next;

    Timer(long dueTick, Runnable task) {
      this.dueTick = dueTick;
      this.task = task;
      this.next = this;
    }
  }

  private final LongSupplier nanoTime;
  private final long startNanos;
  private final ConcurrentLinkedQueue<Timer> incoming = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean idle = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  // Below: used by the wheel's thread alone. A slot's list ends with the timer that is its own
  // next.
  private final @Nullable Timer[] slots = new @Nullable Timer[SLOTS];
  private long tick;
  private int pending;

  Wheel(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.thread = Thread.ofPlatform().daemon().name("simulator-wheel").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** Runs a task at a time of {@link #nanoTime}, never early and as soon after as possible. */
  void at(long nanos, Runnable task) {
    incoming.add(new Timer(Math.ceilDiv(nanos - startNanos, TICK_NANOS), task));
    if (idle.get()) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      turn();
      if (pending > 0) {
        LockSupport.parkNanos(this, startNanos + (tick + 1) * TICK_NANOS - nanoTime());
      } else {
        idle.set(true);
        if (incoming.isEmpty() && !closed) {
          LockSupport.park(this);
        }
        idle.set(false);
      }
    }
  }

  /** Runs everything that is due. */
  void turn() {
    long now = (nanoTime() - startNanos) / TICK_NANOS;
    for (Timer timer = incoming.poll(); timer != null; timer = incoming.poll()) {
      if (timer.dueTick <= now) {
        timer.task.run();
      } else {
        put(timer);
        pending++;
      }
    }
    if (pending == 0) {
      tick = now;
      return;
    }
    long from = Math.max(tick + 1, now - SLOTS + 1);
    for (long t = from; t <= now; t++) {
      empty((int) (t & SLOTS - 1), now);
    }
    tick = now;
  }

  private void put(Timer timer) {
    int slot = (int) (timer.dueTick & SLOTS - 1);
    Timer head = slots[slot];
    timer.next = head == null ? timer : head;
    slots[slot] = timer;
  }

  private void empty(int slot, long now) {
    Timer timer = slots[slot];
    slots[slot] = null;
    while (timer != null) {
      Timer next = timer.next == timer ? null : timer.next;
      if (timer.dueTick <= now) {
        pending--;
        timer.task.run();
      } else {
        put(timer);
      }
      timer = next;
    }
  }
}
