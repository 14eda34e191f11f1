package dev.admiral.optimizer.events;

import org.jspecify.annotations.Nullable;

/**
 * One watcher's place among its tenant's events. Not safe for concurrent use, except {@link
 * #close()}.
 */
public interface Watch extends AutoCloseable {

  /**
   * Returns the next event that matches, or an {@link Event.EventsDropped} in place of those that
   * are gone, or null if there is none yet. After null, and only then, the watch's wake-up is
   * called once when there may be one.
   */
  @Nullable Stamped poll();

  /**
   * Ends the watch; later polls return null. May be called from any thread, any number of times.
   */
  @Override
  void close();
}
