package dev.admiral.optimizer.call;

/** Is told of every call that ends. */
@FunctionalInterface
public interface CallObserver {
  /**
   * A call ended. Runs on the thread that ended it, which may be an event loop: it must neither
   * block nor throw.
   */
  void finished(FinishedCall call);
}
