package dev.admiral.optimizer.client;

import java.time.Duration;

/** Runs things later. */
@FunctionalInterface
interface Timer {
  /** Runs a task once, after a delay, on a thread of the timer's choice; must not block. */
  void after(Duration delay, Runnable task);
}
