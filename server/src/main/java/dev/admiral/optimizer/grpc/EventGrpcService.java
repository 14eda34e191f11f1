package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.Stamped;
import dev.admiral.optimizer.events.Watch;
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
public final class EventGrpcService extends EventServiceGrpc.EventServiceImplBase {
  private final EventBus events;
  private final Set<Runnable> watching = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  public EventGrpcService(EventBus events) {
    this.events = events;
  }

  /** Ends every watch, now and from now on. */
  public void drain() {
    draining = true;
    watching.forEach(Runnable::run);
  }

  @Override
  public void watchEvents(
      WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    ServerCallStreamObserver<WatchEventsResponse> caller =
        (ServerCallStreamObserver<WatchEventsResponse>) observer;
    String tenant = CallIdentity.sender().identity().tenant();
    Wake wake = new Wake();
    Watch watch;
    try {
      watch =
          events.watch(
              tenant,
              List.copyOf(request.getPatternsList()),
              request.hasAfterSequence()
                  ? OptionalLong.of(request.getAfterSequence())
                  : OptionalLong.empty(),
              wake);
    } catch (CallException e) {
      caller.onError(Statuses.of(e.failure()));
      return;
    }
    Pump<WatchEventsResponse> pump =
        new Pump<>(
            caller,
            () -> {
              if (draining) {
                return new Pump.Step.Fail<>(
                    Statuses.of(
                        ErrorReason.ERROR_REASON_SERVER_DRAINING,
                        "this server is shutting down; watch another replica"));
              }
              Stamped next = watch.poll();
              return next == null
                  ? null
                  : new Pump.Step.Send<>(
                      WatchEventsResponse.newBuilder().setEvent(EventReport.of(next)).build());
            });
    caller.setOnReadyHandler(pump);
    watching.add(pump);
    Runnable end =
        () -> {
          watch.close();
          watching.remove(pump);
        };
    caller.setOnCancelHandler(end);
    caller.setOnCloseHandler(end);
    wake.bind(pump);
  }

  @Override
  public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> caller) {
    caller.onError(Unimplemented.method("ListEvents"));
  }
}
