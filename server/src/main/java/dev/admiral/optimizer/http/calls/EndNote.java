package dev.admiral.optimizer.http.calls;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/** What is to be done at the end of a reply, whichever of the two comes first. Thread-safe. */
final class EndNote {
  @GuardedBy("this")
  private @Nullable Runnable action;

  @GuardedBy("this")
  private boolean begun;

  @GuardedBy("this")
  private boolean ended;

  /** Returns true to the first who asks: to whom the end is. */
  synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  synchronized boolean ended() {
    return ended;
  }

  void end() {
    Runnable now;
    synchronized (this) {
      ended = true;
      now = action;
      action = null;
    }
    if (now != null) {
      now.run();
    }
  }

  void then(Runnable later) {
    synchronized (this) {
      if (!ended) {
        action = later;
        return;
      }
    }
    later.run();
  }
}
