package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.pipeline.RunningCall;

/**
 * Answers a client as its call goes on. Run by any thread whenever the call may have something new.
 */
abstract sealed class CallReply implements Runnable permits WholeReply, StreamReply {
  /** Names the call to answer, and looks at it at once: wake-ups before this find nothing. */
  abstract void bind(RunningCall running);

  /** Returns true once the client has all there is. */
  abstract boolean ended();

  /** Names what to do once the client has all there is; done at once if it has. */
  abstract void onEnd(Runnable action);
}
