package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets the process end at once. A JVM that is to end waits up to 0.3 s for threads in native code,
 * and there the connection's thread sits, waiting for data that will never come: more than half of
 * what a short command takes in all. So it is given one more answer, and while it tells of that, it
 * is held in Java code, where the JVM stops it like any other.
 */
final class Leaving implements Executor {
  /** If no answer comes within this, the JVM may as well wait. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final CountDownLatch held = new CountDownLatch(1);
  private volatile boolean leaving;

  /** Runs what the connection's thread has to tell, on that thread. */
  @Override
  public void execute(Runnable task) {
    task.run();
    if (leaving) {
      held.countDown();
      while (leaving) {
        LockSupport.park(this);
      }
    }
  }

  /**
   * Holds the thread of a client that runs its callbacks here; for good, so the process must end.
   */
  void leave(AdmiralClient client) {
    leaving = true;
    var _ = client.call(OptimizerServiceGrpc.getHealthMethod(), HealthRequest.getDefaultInstance());
    try {
      if (!held.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        leaving = false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
