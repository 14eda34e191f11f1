package dev.admiral.optimizer.app;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/** Makes the few platform threads of the server. */
final class Threads {
  private Threads() {}

  /** Returns threads that do not keep the process alive, named after what they do. */
  static ThreadFactory named(String name) {
    return Thread.ofPlatform().name(name + "-", 0).daemon().factory();
  }

  /** Returns a timer with one thread. Closing it drops what is not due and waits for what runs. */
  static ScheduledExecutorService timer(String name) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named(name));
    // Most deadlines are never reached: without this they would pile up until they are.
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }
}
