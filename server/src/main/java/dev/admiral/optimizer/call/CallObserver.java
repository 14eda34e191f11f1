package dev.admiral.optimizer.call;

/** Is told of every call that ends. */
public interface CallObserver {

  /** Returns its name for logs and figures: one word, the same for as long as it lives. */
  String name();

  /**
   * A call ended. Runs on the thread that ended it, which may be an event loop, and those told
   * after it wait: it must neither block nor throw. Whoever has to do more hands it over, by a
   * queue of its own that has a bound.
   */
  void finished(FinishedCall call);
}
