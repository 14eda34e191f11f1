package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallKeys;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.call.ProtoTimes;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RoutingPreferences;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes checked calls of what callers send: fills in defaults, names the agent, derives the keys.
 * The prompt's own rules are the pipeline's, since a prompt that is in the cache has passed them.
 * Thread-safe; never blocks.
 */
public final class CallIntake {
  private static final int REQUEST_ID_LENGTH = 36;
  private static final int FALLBACK_COUNT = 16;
  private static final int TEXT_COUNT = 2_048;
  private static final CachePolicy NEITHER_CACHED_NOR_JOINED =
      CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_BYPASS).build();
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(1);
  private static final Duration LONGEST_TTL = Duration.ofDays(30);

  private final Fleet fleet;
  private final Live<CacheUse> defaultUse;
  private final Time time;

  /**
   * @param defaultUse how the cache is used, and how long an answer may be served, when the caller
   *     does not say
   */
  public CallIntake(Fleet fleet, Live<CacheUse> defaultUse, Time time) {
    this.fleet = fleet;
    this.defaultUse = defaultUse;
    this.time = time;
  }

  /** A call, or why it is none. */
  public sealed interface Accepted {
    /** A checked call. */
    record Fine(Call call) implements Accepted {}

    /** What is wrong with it. */
    record Wrong(Failure failure) implements Accepted {}

    /** Returns the same within the caller's own trace. */
    default Accepted within(String traceParent) {
      return this instanceof Fine fine ? new Fine(fine.call().within(traceParent)) : this;
    }
  }

  /**
   * Checks a call.
   *
   * @param identity whose key it came with
   * @param agentFromTransport the agent's name where the call itself gives none; may be empty
   * @param requestId the caller's idempotency key; may be empty
   * @param deadlineNanos when the caller stops waiting, on {@link Time#nanos()}'s scale
   */
  public Accepted accept(
      Identity identity,
      String agentFromTransport,
      Prompt prompt,
      CallOptions options,
      String requestId,
      boolean streamed,
      long deadlineNanos) {
    long now = time.nanos();
    if (deadlineNanos - now <= 0) {
      return new Accepted.Wrong(new Failure.DeadlineExceeded(null));
    }
    List<Violation> violations = violations(options, requestId);
    if (!violations.isEmpty()) {
      return new Accepted.Wrong(PromptRules.invalid(violations));
    }
    Caller caller;
    try {
      String agent = options.getAgentId().isEmpty() ? agentFromTransport : options.getAgentId();
      caller = fleet.arrive(identity, agent, options.getAgentGroup());
    } catch (CallException e) {
      return new Accepted.Wrong(e.failure());
    }
    RoutingPreferences routing = options.getRouting();
    CacheUse use = options.hasCachePolicy() ? use(options.getCachePolicy()) : defaultUse.get();
    CallKey key = CallKeys.content(caller, prompt, routing, use);
    boolean shareable =
        use.mode() != CacheUse.Mode.BYPASS
            && (use.includeSampled() || !CallKeys.sampled(prompt))
            && CallKeys.known(prompt, routing);
    Instant arrival = time.now();
    return new Accepted.Fine(
        new Call(
            newId(key, arrival),
            caller,
            prompt,
            key,
            shareable,
            requestId.isEmpty() ? null : CallKeys.repeat(caller.tenant(), requestId),
            use,
            routing,
            options.getPriority() == Priority.PRIORITY_BATCH
                ? Priority.PRIORITY_BATCH
                : Priority.PRIORITY_INTERACTIVE,
            options.getTaskType(),
            streamed,
            arrival,
            now,
            deadlineNanos));
  }

  /**
   * Checks a call for vectors, which is neither cached nor joined.
   *
   * @param agentFromTransport the agent's name where the call itself gives none; may be empty
   * @param deadlineNanos when the caller stops waiting, on {@link Time#nanos()}'s scale
   */
  public Accepted acceptVectors(
      Identity identity,
      String agentFromTransport,
      VectorRequest request,
      CallOptions options,
      long deadlineNanos) {
    Violation violation = violation(request);
    if (violation != null) {
      return new Accepted.Wrong(PromptRules.invalid(List.of(violation)));
    }
    if (options.getCachePolicy().getMode() == CachePolicy.Mode.MODE_ONLY) {
      return new Accepted.Wrong(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_CACHE_MISS,
              "vectors are not cached, and the call's cache policy forbids asking a provider"));
    }
    // Of its prompt the pipeline needs the model only.
    return accept(
        identity,
        agentFromTransport,
        Prompt.newBuilder().setModel(request.model()).build(),
        options.toBuilder().setCachePolicy(NEITHER_CACHED_NOR_JOINED).build(),
        "",
        false,
        deadlineNanos);
  }

  /** Returns what is wrong with a call for vectors, or null if nothing is. */
  private static @Nullable Violation violation(VectorRequest request) {
    int count = request.input().count();
    if (count == 0 || count > TEXT_COUNT) {
      return new Violation("texts", "has " + count + " texts; send 1 to " + TEXT_COUNT);
    }
    int empty = request.input().firstEmpty();
    if (empty >= 0) {
      return new Violation("texts[" + empty + "]", "is empty");
    }
    int dimensions = request.dimensions().orElse(1);
    if (dimensions < 1) {
      return new Violation("dimension_count", "is " + dimensions + "; it must be 1 or more");
    }
    String model = PromptRules.modelProblem(request.model());
    return model == null ? null : new Violation("model", model);
  }

  /** Returns what is wrong with the options, empty if nothing is. */
  private static List<Violation> violations(CallOptions options, String requestId) {
    List<Violation> violations = new ArrayList<>(0);
    String taskType = options.getTaskType();
    String problem = taskType.isEmpty() ? null : Fleet.nameProblem(taskType);
    if (problem != null) {
      violations.add(new Violation("options.task_type", problem));
    }
    if (options.getPriority() == Priority.UNRECOGNIZED) {
      violations.add(new Violation("options.priority", "is a value this server does not know"));
    }
    if (options.hasCachePolicy()) {
      cachePolicy(options.getCachePolicy(), violations);
    }
    RoutingPreferences routing = options.getRouting();
    if (routing.getFallbackModelsCount() > FALLBACK_COUNT) {
      violations.add(
          new Violation(
              "options.routing.fallback_models",
              "has "
                  + routing.getFallbackModelsCount()
                  + " models; the limit is "
                  + FALLBACK_COUNT));
    }
    for (int i = 0; i < Math.min(routing.getFallbackModelsCount(), FALLBACK_COUNT); i++) {
      String wrong = PromptRules.modelProblem(routing.getFallbackModels(i));
      if (wrong != null) {
        violations.add(new Violation("options.routing.fallback_models[" + i + "]", wrong));
      }
    }
    if (routing.hasMaxCost()) {
      String wrong = ProtoMoney.problem(routing.getMaxCost());
      if (wrong != null) {
        violations.add(new Violation("options.routing.max_cost", wrong));
      }
    }
    if (routing.getObjective() == RoutingPreferences.Objective.UNRECOGNIZED) {
      violations.add(
          new Violation("options.routing.objective", "is a value this server does not know"));
    }
    if (!requestId.isEmpty()
        && (requestId.length() > REQUEST_ID_LENGTH
            || !requestId.chars().allMatch(c -> c > 0x20 && c < 0x7f))) {
      violations.add(
          new Violation(
              "request_id",
              "must be 1 to " + REQUEST_ID_LENGTH + " visible ASCII characters, such as a UUID"));
    }
    return violations;
  }

  private static void cachePolicy(CachePolicy policy, List<Violation> violations) {
    if (policy.getMode() == CachePolicy.Mode.UNRECOGNIZED
        || policy.getScope() == CachePolicy.Scope.UNRECOGNIZED) {
      violations.add(
          new Violation("options.cache_policy", "has a mode or scope this server does not know"));
    }
    if (policy.hasTimeToLive()) {
      Duration ttl = ProtoTimes.duration(policy.getTimeToLive());
      if (ttl == null || ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(LONGEST_TTL) > 0) {
        violations.add(
            new Violation("options.cache_policy.time_to_live", "must be 1 second to 30 days"));
      }
    }
    if (policy.hasMaxAge()) {
      Duration age = ProtoTimes.duration(policy.getMaxAge());
      if (age == null || age.isNegative()) {
        violations.add(
            new Violation("options.cache_policy.max_age", "must be a duration, and not negative"));
      }
    }
  }

  private CacheUse use(CachePolicy policy) {
    return new CacheUse(
        switch (policy.getMode()) {
          case MODE_BYPASS -> CacheUse.Mode.BYPASS;
          case MODE_REFRESH -> CacheUse.Mode.REFRESH;
          case MODE_ONLY -> CacheUse.Mode.ONLY;
          case MODE_UNSPECIFIED, MODE_USE, UNRECOGNIZED -> CacheUse.Mode.USE;
        },
        policy.hasTimeToLive() ? duration(policy.getTimeToLive()) : defaultUse.get().timeToLive(),
        policy.hasMaxAge() ? duration(policy.getMaxAge()) : null,
        policy.getScope() == CachePolicy.Scope.SCOPE_AGENT,
        policy.getIncludeSampled());
  }

  /** Reads a duration that was checked. */
  private static Duration duration(com.google.protobuf.Duration checked) {
    return Objects.requireNonNull(ProtoTimes.duration(checked));
  }

  /**
   * The time and a random part, together unique on all servers; and the key's hash, so that a
   * report on the call finds its answer without a table.
   */
  private static String newId(CallKey key, Instant arrival) {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(arrival.toEpochMilli(), 12)
        + hex.toHexDigits(ThreadLocalRandom.current().nextLong())
        + "-"
        + key.hash();
  }
}
