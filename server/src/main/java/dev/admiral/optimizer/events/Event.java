package dev.admiral.optimizer.events;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that happened. Never carries a prompt, an answer, a key or a provider's error text. */
public sealed interface Event {

  /** Returns the kind, whose dotted name watchers choose by. */
  Type type();

  /** The kinds. */
  enum Type {
    /** An answer was given. */
    CALL_FINISHED("optimizer.call.finished"),
    /** A call failed. */
    CALL_FAILED("optimizer.call.failed"),
    /** One try of a provider failed; the call may have succeeded elsewhere. */
    UPSTREAM_FAILED("optimizer.upstream.failed"),
    /** An agent called for the first time. */
    AGENT_REGISTERED("optimizer.agent.registered"),
    /** No call is sent to a model that failed. */
    MODEL_OPENED("optimizer.model.open"),
    /** A model is asked again. */
    MODEL_CLOSED("optimizer.model.closed"),
    /** One call at a time tries whether a model works again. */
    MODEL_HALF_OPEN("optimizer.model.half_open"),
    /** Entries left the cache on request. */
    CACHE_INVALIDATED("optimizer.cache.invalidated"),
    /** A part of the server changed its health. */
    HEALTH_CHANGED("optimizer.health.changed"),
    /** The watcher missed events. */
    EVENTS_DROPPED("optimizer.events.dropped");

    private final String dotted;

    Type(String dotted) {
      this.dotted = dotted;
    }

    /** Returns the dotted name. */
    public String dotted() {
      return dotted;
    }

    /** Returns true if a watcher that does not know the kind may skip it. */
    public boolean ignorable() {
      return this != EVENTS_DROPPED;
    }
  }

  /**
   * A call ended.
   *
   * @param callId the call
   * @param agent its agent
   * @param provider provider that answered; empty if none
   * @param model model that answered; empty if none
   * @param source where the answer came from; unspecified if it failed
   * @param failure why it failed; unspecified if it did not
   * @param usage tokens; null if it failed
   * @param cost list price; null if it failed
   * @param duration from arrival to the final message
   */
  record CallFinished(
      String callId,
      String agent,
      String provider,
      String model,
      Source source,
      ErrorReason failure,
      @Nullable Usage usage,
      @Nullable Cost cost,
      Duration duration)
      implements Event {
    @Override
    public Type type() {
      return failure == ErrorReason.ERROR_REASON_UNSPECIFIED
          ? Type.CALL_FINISHED
          : Type.CALL_FAILED;
    }
  }

  /**
   * One try of a provider failed.
   *
   * @param callId the call
   * @param agent the agent that asked
   * @param attempt the try; of its failure only the reason is told
   */
  record AttemptFailed(String callId, String agent, Attempt attempt) implements Event {
    @Override
    public Type type() {
      return Type.UPSTREAM_FAILED;
    }
  }

  /**
   * An agent called for the first time.
   *
   * @param agent its name
   * @param group its group; empty if it gave none
   */
  record AgentRegistered(String agent, String group) implements Event {
    @Override
    public Type type() {
      return Type.AGENT_REGISTERED;
    }
  }

  /**
   * A model's circuit breaker changed.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param health what it changed to
   */
  record ModelHealthChanged(String provider, String model, Health health) implements Event {
    /** What a breaker can change to. */
    public enum Health {
      /** No call is sent. */
      OPENED,
      /** One call at a time tries it. */
      HALF_OPEN,
      /** The model is asked again. */
      CLOSED
    }

    /** Returns true if calls are sent to the model. */
    public boolean available() {
      return health != Health.OPENED;
    }

    @Override
    public Type type() {
      return switch (health) {
        case OPENED -> Type.MODEL_OPENED;
        case HALF_OPEN -> Type.MODEL_HALF_OPEN;
        case CLOSED -> Type.MODEL_CLOSED;
      };
    }
  }

  /**
   * Entries left the cache on request.
   *
   * @param entries how many
   */
  record CacheInvalidated(long entries) implements Event {
    @Override
    public Type type() {
      return Type.CACHE_INVALIDATED;
    }
  }

  /**
   * A part of the server changed its health.
   *
   * @param part its name, such as "provider/openai"
   * @param state what it changed to
   * @param reason why, in one sentence
   * @param since when
   */
  record PartHealthChanged(String part, HealthState state, String reason, Instant since)
      implements Event {
    @Override
    public Type type() {
      return Type.HEALTH_CHANGED;
    }
  }

  /**
   * The watcher fell behind, or asked for events that are no longer kept.
   *
   * @param count events of its tenant it was not given, wanted or not, at least 1
   */
  record EventsDropped(long count) implements Event {
    @Override
    public Type type() {
      return Type.EVENTS_DROPPED;
    }
  }
}
