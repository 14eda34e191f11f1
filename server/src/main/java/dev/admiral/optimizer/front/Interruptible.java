package dev.admiral.optimizer.front;

import org.jspecify.annotations.Nullable;

/** Work on a thread of its own, which may be interrupted until it is done. Thread-safe. */
public final class Interruptible implements Runnable {
  private final Runnable work;

  /** The thread at work; null before and after. */
  private @Nullable Thread thread;

  private boolean interrupted;

  public Interruptible(Runnable work) {
    this.work = work;
  }

  @Override
  public void run() {
    synchronized (this) {
      thread = Thread.currentThread();
      if (interrupted) {
        thread.interrupt();
      }
    }
    try {
      work.run();
    } finally {
      synchronized (this) {
        thread = null;
      }
    }
  }

  /** Interrupts the work, also if it has yet to begin. */
  public synchronized void interrupt() {
    interrupted = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
