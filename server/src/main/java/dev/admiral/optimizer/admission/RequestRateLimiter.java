package dev.admiral.optimizer.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.admiral.optimizer.admission.Admission.Admitted;
import dev.admiral.optimizer.admission.Admission.Refused;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.LimitMetric;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The policeman for requests per minute: one token bucket per agent of a tenant, one per provider.
 * It never waits: a call that does not fit is told when it would.
 *
 * <p><b>How closely the law is kept.</b> A bucket refills evenly, and holds at most a tenth of the
 * limit (at least one request), so that in any 60 seconds, wherever they begin, at most the limit
 * and one such burst are admitted: 66 of 60. A bucket as large as the limit would admit 119 of 60
 * around a pause, which a vendor that counts a sliding minute takes for abuse. A cancelled permit
 * puts its request back, so a window admits one more for each that was given back in it; those were
 * never sent. Steady demand gets the whole limit, since a refill that finds the bucket full is all
 * that is ever lost.
 *
 * <p><b>What is forgotten.</b> An agent's bucket left alone for a minute is full again, so dropping
 * it then forgets nothing. Above {@code maxAgents} at once the least used are dropped before, and
 * such an agent begins anew with one burst. A permit cancelled after its bucket was dropped gives
 * nothing back.
 *
 * <p><b>Changing the law.</b> Another law takes effect with the next call. A bucket keeps what it
 * holds, cut to the new burst, so that changing a limit back and forth yields nothing.
 */
public final class RequestRateLimiter implements Limiter {
  /** Default of {@code maxAgents}; a bucket takes about 500 bytes. */
  public static final int DEFAULT_MAX_AGENTS = 100_000;

  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final String LIMIT = "requests per minute";
  private static final Admission UNLIMITED = new Admitted(new NothingHeld());

  private final TimeMeter meter;
  private final LongAdder refusedToAgents = new LongAdder();
  private final Cache<Limits.Agent, Bucket> agents;
  // Bounded by the law: only providers it names have a bucket.
  private final ConcurrentMap<String, Bucket> providers = new ConcurrentHashMap<>();
  private final Live<Limits> limits;

  /**
   * @param limits the law; calls admitted under an earlier one keep their permits
   * @param maxAgents most agents counted at once, 1 and up
   * @param time the time it goes by
   */
  public RequestRateLimiter(Live<Limits> limits, int maxAgents, Time time) {
    if (maxAgents < 1) {
      throw new IllegalArgumentException("maxAgents must be at least 1, not " + maxAgents);
    }
    this.limits = limits;
    this.meter = new Meter(time);
    this.agents =
        Caffeine.newBuilder()
            .maximumSize(maxAgents)
            .expireAfterAccess(IDLE)
            .ticker(time::nanos)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public Admission admitCaller(Caller caller) {
    Limits law = limits.get();
    if (!law.limitAgents()) {
      return UNLIMITED;
    }
    Limits.Agent agent = new Limits.Agent(caller.tenant(), caller.agent());
    long perMinute = law.ofAgent(agent);
    if (perMinute == 0) {
      return UNLIMITED;
    }
    Admission admission =
        admit(
            agents.get(agent, a -> new Bucket(perMinute, meter)),
            perMinute,
            "agent/",
            caller.agent());
    if (admission instanceof Refused) {
      refusedToAgents.increment();
    }
    return admission;
  }

  @Override
  public Admission admitAttempt(Demand demand) {
    String provider = demand.provider();
    long perMinute = limits.get().ofProvider(provider);
    return perMinute == 0
        ? UNLIMITED
        : admit(
            providers.computeIfAbsent(provider, p -> new Bucket(perMinute, meter)),
            perMinute,
            "provider/",
            provider);
  }

  @Override
  public List<LimitLevel> levels(String tenant) {
    Limits law = limits.get();
    List<LimitLevel> levels = new ArrayList<>();
    law.providers()
        .forEach((provider, perMinute) ->
            levels.add(level("provider/" + provider, perMinute, providers.get(provider))));
    agents
        .asMap()
        .forEach((agent, bucket) -> {
          long perMinute = law.ofAgent(agent);
          if (agent.tenant().equals(tenant) && perMinute != 0) {
            levels.add(level("agent/" + agent.agent(), perMinute, bucket));
          }
        });
    levels.sort(Comparator.comparing(LimitLevel::subject).thenComparing(LimitLevel::metric));
    return levels;
  }

  @Override
  public Refusals refusals() {
    Map<String, Long> byProvider = new HashMap<>();
    providers.forEach((provider, bucket) -> byProvider.put(provider, bucket.refused()));
    return new Refusals(refusedToAgents.sum(), byProvider);
  }

  /**
   * @param bucket null if it was never asked
   */
  private static LimitLevel level(String subject, long perMinute, @Nullable Bucket bucket) {
    long burst = Bucket.burst(perMinute);
    return new LimitLevel(
        subject,
        LimitMetric.LIMIT_METRIC_REQUESTS,
        PERIOD,
        perMinute,
        // A limit lowered a moment ago is known to the bucket with its next request.
        bucket == null ? burst : Math.min(burst, bucket.available()),
        burst,
        bucket == null ? 0 : bucket.refused());
  }

  private static Admission admit(Bucket bucket, long perMinute, String kind, String name) {
    if (bucket.perMinute() != perMinute) {
      bucket.change(perMinute);
    }
    long waitNanos = bucket.take();
    return waitNanos == 0
        ? new Admitted(bucket.newPlace())
        : new Refused(
            new Failure.LimitReached(
                ErrorReason.ERROR_REASON_RATE_LIMITED,
                LimitMetric.LIMIT_METRIC_REQUESTS,
                PERIOD,
                LIMIT,
                kind + name,
                Duration.ofNanos(waitNanos)));
  }

  /**
   * {@link Time} as the bucket library wants it: from zero, since it compares instants by value.
   */
  private static final class Meter implements TimeMeter {
    private final Time time;
    private final long origin;

    Meter(Time time) {
      this.time = time;
      this.origin = time.nanos();
    }

    @Override
    public long currentTimeNanos() {
      return time.nanos() - origin;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
