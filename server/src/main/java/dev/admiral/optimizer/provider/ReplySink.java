package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.v1.ContentDelta;

/**
 * Takes the pieces of an answer as they arrive. Called by the thread that called the provider;
 * never blocks.
 */
@FunctionalInterface
public interface ReplySink {
  /** Takes the next piece. The first one ends the time in which the call may be tried elsewhere. */
  void accept(ContentDelta delta);
}
