package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.Stamped;
import dev.admiral.optimizer.events.Watch;
import dev.admiral.optimizer.front.Pump;
import dev.admiral.optimizer.report.EventReport;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.ListEventsRequest;
import dev.admiral.optimizer.v1.ListEventsResponse;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What happens in the fleet, of the contract. */
final class EventGrpcService extends EventServiceGrpc.EventServiceImplBase {
  private static final Failure DRAINING =
      new Failure.Refused(
          ErrorReason.ERROR_REASON_SERVER_DRAINING,
          "this server is shutting down; watch another replica");

  private final EventBus events;
  private final Set<Pump<?>> watching = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  EventGrpcService(EventBus events) {
    this.events = events;
  }

  /** Ends every watch, now and from now on. */
  void drain() {
    draining = true;
    watching.forEach(pump -> pump.fail(DRAINING));
  }

  @Override
  public void watchEvents(
      WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    ServerCallStreamObserver<WatchEventsResponse> caller =
        (ServerCallStreamObserver<WatchEventsResponse>) observer;
    String tenant = CallIdentity.sender().identity().tenant();
    Pump<Stamped> pump = new Pump<>(new EventSink(caller));
    Watch watch;
    try {
      watch =
          events.watch(
              tenant,
              List.copyOf(request.getPatternsList()),
              request.hasAfterSequence()
                  ? OptionalLong.of(request.getAfterSequence())
                  : OptionalLong.empty(),
              pump);
    } catch (CallException e) {
      caller.onError(Statuses.of(e.failure()));
      return;
    }
    caller.setOnReadyHandler(pump);
    watching.add(pump);
    Runnable end =
        () -> {
          watch.close();
          watching.remove(pump);
        };
    caller.setOnCancelHandler(end);
    caller.setOnCloseHandler(end);
    if (draining) {
      pump.fail(DRAINING);
    }
    pump.bind(watch::poll);
  }

  private static final class EventSink extends GrpcSink<Stamped, WatchEventsResponse> {
    EventSink(ServerCallStreamObserver<WatchEventsResponse> caller) {
      super(caller);
    }

    @Override
    public boolean give(Stamped event) {
      send(WatchEventsResponse.newBuilder().setEvent(EventReport.of(event)).build());
      return true;
    }
  }

  @Override
  public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> caller) {
    caller.onError(Unimplemented.method("ListEvents"));
  }
}
