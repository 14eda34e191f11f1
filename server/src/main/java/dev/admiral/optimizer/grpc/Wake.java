package dev.admiral.optimizer.grpc;

import org.jspecify.annotations.Nullable;

/**
 * A wake-up whose sleeper is known only after the call has started; it is run once when it becomes
 * known.
 */
final class Wake implements Runnable {
  private volatile @Nullable Runnable sleeper;

  void bind(Runnable runnable) {
    sleeper = runnable;
    runnable.run();
  }

  @Override
  public void run() {
    Runnable known = sleeper;
    if (known != null) {
      known.run();
    }
  }
}
