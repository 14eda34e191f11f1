package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.Stamped;
import dev.admiral.optimizer.events.Watch;
import dev.admiral.optimizer.v1.AgentRegistered;
import dev.admiral.optimizer.v1.AttemptFailed;
import dev.admiral.optimizer.v1.CacheInvalidated;
import dev.admiral.optimizer.v1.CallFinished;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.EventsDropped;
import dev.admiral.optimizer.v1.ListEventsRequest;
import dev.admiral.optimizer.v1.ListEventsResponse;
import dev.admiral.optimizer.v1.ModelHealthChanged;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.optimizer.v1.PartHealthChanged;
import dev.admiral.optimizer.v1.Source;
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
  private final EventBus events;
  private final Set<Runnable> watching = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  EventGrpcService(EventBus events) {
    this.events = events;
  }

  /** Ends every watch, now and from now on. */
  void drain() {
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
                      WatchEventsResponse.newBuilder().setEvent(event(next)).build());
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

  private static dev.admiral.optimizer.v1.Event event(Stamped stamped) {
    dev.admiral.optimizer.v1.Event.Builder builder =
        dev.admiral.optimizer.v1.Event.newBuilder()
            .setSequence(stamped.sequence())
            .setCreateTime(Protos.timestamp(stamped.time()))
            .setType(stamped.event().type().dotted())
            .setIgnorable(stamped.event().type().ignorable());
    switch (stamped.event()) {
      case Event.CallFinished finished -> builder.setCallFinished(callFinished(finished));
      case Event.AttemptFailed failed ->
          builder.setAttemptFailed(
              AttemptFailed.newBuilder()
                  .setCallId(failed.callId())
                  .setAgentId(failed.agent())
                  .setAttempt(Protos.attempt(failed.attempt())));
      case Event.AgentRegistered registered ->
          builder.setAgentRegistered(
              AgentRegistered.newBuilder()
                  .setAgentId(registered.agent())
                  .setGroup(registered.group()));
      case Event.ModelHealthChanged changed ->
          builder.setModelHealthChanged(
              ModelHealthChanged.newBuilder()
                  .setProvider(changed.provider())
                  .setModel(changed.model())
                  .setAvailable(changed.available()));
      case Event.CacheInvalidated invalidated ->
          builder.setCacheInvalidated(
              CacheInvalidated.newBuilder().setEntryCount(invalidated.entries()));
      case Event.PartHealthChanged changed ->
          builder.setPartHealthChanged(
              PartHealthChanged.newBuilder()
                  .setPart(
                      PartHealth.newBuilder()
                          .setName(changed.part())
                          .setState(changed.state())
                          .setReason(changed.reason())
                          .setSinceTime(Protos.timestamp(changed.since()))));
      case Event.EventsDropped dropped ->
          builder.setEventsDropped(EventsDropped.newBuilder().setEventCount(dropped.count()));
    }
    return builder.build();
  }

  private static CallFinished callFinished(Event.CallFinished finished) {
    CallFinished.Builder builder =
        CallFinished.newBuilder()
            .setCallId(finished.callId())
            .setAgentId(finished.agent())
            .setProvider(finished.provider())
            .setModel(finished.model())
            .setSource(finished.source())
            .setFailure(finished.failure())
            .setDuration(Protos.duration(finished.duration()));
    if (finished.usage() != null) {
      builder.setUsage(Protos.usage(finished.usage()));
    }
    if (finished.cost() != null) {
      builder.setCost(Protos.cost(finished.cost(), finished.source() == Source.SOURCE_UPSTREAM));
    }
    return builder.build();
  }
}
