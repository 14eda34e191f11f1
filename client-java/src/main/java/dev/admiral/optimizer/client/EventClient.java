package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.ListEventsRequest;
import dev.admiral.optimizer.v1.ListEventsResponse;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import java.util.stream.Stream;

/** What happens in the fleet of the caller's tenant. Thread-safe. */
public final class EventClient {
  private final Calls calls;

  EventClient(Calls calls) {
    this.calls = calls;
  }

  /** Begins to watch events as they happen; whatever fails is thrown by the stream. */
  public EventStream watch(WatchEventsRequest request) {
    return calls.watch(request);
  }

  /**
   * Lists past events, oldest first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<FleetEvent> past(ListEventsRequest request) {
    return Pages.all(
        token ->
            calls.await(
                EventServiceGrpc.getListEventsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListEventsResponse::getEventsList,
        ListEventsResponse::getNextPageToken);
  }

  /** As {@link #past(ListEventsRequest)}, without narrowing. */
  public Stream<FleetEvent> past() {
    return past(ListEventsRequest.getDefaultInstance());
  }
}
