package dev.admiral.optimizer.report;

import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.Stamped;
import dev.admiral.optimizer.v1.AgentRegistered;
import dev.admiral.optimizer.v1.AttemptFailed;
import dev.admiral.optimizer.v1.CacheInvalidated;
import dev.admiral.optimizer.v1.CallFinished;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.EventsDropped;
import dev.admiral.optimizer.v1.ModelHealthChanged;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.optimizer.v1.PartHealthChanged;
import dev.admiral.optimizer.v1.Source;

/** Events as messages of the contract. Thread-safe. */
public final class EventReport {
  private EventReport() {}

  /** Returns the message of an event. */
  public static dev.admiral.optimizer.v1.FleetEvent of(Stamped stamped) {
    dev.admiral.optimizer.v1.FleetEvent.Builder builder =
        dev.admiral.optimizer.v1.FleetEvent.newBuilder()
            .setSequence(stamped.sequence())
            .setCreateTime(Protos.timestamp(stamped.time()))
            .setEventId(stamped.id())
            .setReplica(stamped.replica())
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
                  .setState(state(changed.health())));
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

  private static CircuitBreaker.State state(Event.ModelHealthChanged.Health health) {
    return switch (health) {
      case OPENED -> CircuitBreaker.State.STATE_OPEN;
      case HALF_OPEN -> CircuitBreaker.State.STATE_HALF_OPEN;
      case CLOSED -> CircuitBreaker.State.STATE_CLOSED;
    };
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
