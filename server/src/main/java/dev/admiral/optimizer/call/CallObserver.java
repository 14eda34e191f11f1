package dev.admiral.optimizer.call;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Is told of every call that ends. */
public interface CallObserver {

  /**
   * What an observer did wrong since the server started.
   *
   * @param observer its name
   * @param failures calls of whose end it could not be told, as it threw
   * @param slow calls whose end it was seen to hold up
   * @param lastFailure when it threw last; null if it never did
   */
  record Trouble(String observer, long failures, long slow, @Nullable Instant lastFailure) {}

  /** Returns its name for logs and figures: one word, the same for as long as it lives. */
  String name();

  /**
   * A call ended. Runs on the thread that ended it, which may be an event loop, and those told
   * after it wait: it must neither block nor throw. Whoever has to do more hands it over, by a
   * queue of its own that has a bound.
   */
  void finished(FinishedCall call);
}
