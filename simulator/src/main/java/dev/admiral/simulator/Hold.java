package dev.admiral.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds back the answers of a model until closed, so that a test decides when they flow. Made by
 * {@link Simulator#hold}. Safe for use by many threads.
 */
public final class Hold implements AutoCloseable {
  private final String model;
  private final int afterFrames;
  private final Runnable forget;
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean open;

  Hold(String model, int afterFrames, Runnable forget) {
    this.model = model;
    this.afterFrames = afterFrames;
    this.forget = forget;
  }

  /** Returns how many calls wait now. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /**
   * Waits until at least so many calls wait.
   *
   * @return whether they did in time
   */
  public synchronized boolean awaitWaiting(int calls, Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (waiting.size() < calls) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    return true;
  }

  /** Lets every held answer flow, and those of later calls. */
  @Override
  public void close() {
    List<Runnable> released;
    synchronized (this) {
      open = true;
      released = List.copyOf(waiting);
      waiting.clear();
    }
    forget.run();
    released.forEach(Runnable::run);
  }

  boolean covers(ModelProfile profile) {
    return model.equals("*") || model.equals(profile.name());
  }

  int afterFrames() {
    return afterFrames;
  }

  /** Returns whether the caller must wait; it is then run when the hold is closed. */
  synchronized boolean enlist(Runnable resume) {
    if (!open) {
      waiting.add(resume);
      notifyAll();
    }
    return !open;
  }

  synchronized boolean isOpen() {
    return open;
  }

  synchronized void withdraw(Runnable resume) {
    waiting.remove(resume);
  }
}
