package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Events of the fleet as they happen. It goes on until it is closed or fails; a reader too slow to
 * keep up is told by an {@code EventsDropped} how many it missed. One thread reads; any may close.
 */
public final class EventStream implements Iterator<FleetEvent>, AutoCloseable {
  private final MessageQueue<WatchEventsResponse> queue;
  private @Nullable FleetEvent next;

  EventStream(MessageQueue<WatchEventsResponse> queue) {
    this.queue = queue;
  }

  /**
   * Waits for the next event; false if the server ended the stream.
   *
   * @throws AdmiralException if the stream failed, which closing it also is
   */
  @Override
  public boolean hasNext() {
    if (next == null) {
      WatchEventsResponse message = queue.take();
      next = message == null ? null : message.getEvent();
    }
    return next != null;
  }

  /**
   * Returns the next event, waiting for it.
   *
   * @throws AdmiralException if the stream failed
   */
  @Override
  public FleetEvent next() {
    FleetEvent event = hasNext() ? next : null;
    if (event == null) {
      throw new NoSuchElementException("The server ended the stream of events.");
    }
    next = null;
    return event;
  }

  /** Stops watching. */
  @Override
  public void close() {
    queue.cancel();
  }
}
