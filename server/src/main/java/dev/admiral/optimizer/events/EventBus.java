package dev.admiral.optimizer.events;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.CallObserver;
import java.util.List;
import java.util.OptionalLong;

/** Carries events from where they happen to whoever watches. Safe for concurrent use. */
public interface EventBus {

  /**
   * Tells a tenant of an event. Never blocks and never fails; made for event loops.
   *
   * @return the event's number among the tenant's
   */
  long publish(String tenant, Event event);

  /**
   * Tells every tenant that has published or watched so far of an event that belongs to none, such
   * as a model's health.
   */
  void publishToAll(Event event);

  /** Returns what publishes the end of each call to the tenant whose call it was. */
  default CallObserver callEnds() {
    return new CallEvents(this);
  }

  /**
   * Watches a tenant's events.
   *
   * @param tenant whose
   * @param patterns only events whose type matches one of these: words joined by dots, '*' for any
   *     one word, '#' for any number of words; empty for all events; at most 32
   * @param after only events with a higher number, as far as they are still kept; a number that was
   *     never given, as from before a restart, means all that are kept; empty for those from now on
   * @param wake called after {@link Watch#poll()} returned null, once, when there may be another
   *     event; it runs on a publisher's thread and must neither block nor throw
   * @return the watch, which the caller must close
   * @throws CallException if a pattern is malformed or too many watch already
   */
  Watch watch(String tenant, List<String> patterns, OptionalLong after, Runnable wake)
      throws CallException;

  /**
   * Returns how many events watchers were too slow for, of all tenants since the server started.
   */
  long dropped();
}
