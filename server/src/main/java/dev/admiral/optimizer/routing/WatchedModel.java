package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.routing.ModelHealth.ModelState;
import dev.admiral.optimizer.routing.ModelHealth.Name;
import dev.admiral.optimizer.routing.ModelHealth.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One model's circuit breaker and measured time to the first token. */
final class WatchedModel {
  // A new measurement counts for an eighth: one odd answer hardly moves it, ten do.
  private static final int AVERAGE_OVER = 8;

  private final Name name;
  private final Live<ModelHealth.Settings> settings;
  private final Time time;
  private final ModelHealth.Listener listener;
  private volatile Judge judge;
  // Counts changes of state, so that a try of an earlier state is told from one of this state.
  private final AtomicInteger period = new AtomicInteger();
  private final AtomicLong firstTokenNanos = new AtomicLong();
  private volatile Instant since;
  private volatile long openUntilNanos;

  /** The breaker, and the settings that it judges by. */
  private record Judge(ModelHealth.Settings rules, CircuitBreaker breaker) {
    boolean judgesAsBy(ModelHealth.Settings other) {
      return rules.latestTries() == other.latestTries()
          && rules.leastTries() == other.leastTries()
          && rules.failedPercent() == other.failedPercent();
    }
  }

  WatchedModel(
      Name name, Live<ModelHealth.Settings> settings, Time time, ModelHealth.Listener listener) {
    this.name = name;
    this.settings = settings;
    this.time = time;
    this.listener = listener;
    this.since = time.now();
    this.judge = judge(settings.get());
  }

  private Judge judge(ModelHealth.Settings rules) {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            name.provider() + "/" + name.model(),
            CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(rules.latestTries())
                .minimumNumberOfCalls(rules.leastTries())
                .failureRateThreshold(rules.failedPercent())
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(opened -> {
                  long millis = openMillis(settings.get(), opened);
                  openUntilNanos = time.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
                  return millis;
                })
                .clock(new SteadyClock(time))
                .currentTimestampFunction(clock -> time.nanos(), TimeUnit.NANOSECONDS)
                .writableStackTraceEnabled(false)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> {
          period.incrementAndGet();
          since = time.now();
          listener.changed(name.provider(), name.model(), state());
        });
    return new Judge(rules, breaker);
  }

  /** Returns the breaker, or one that judges by other rules in its place if it is closed. */
  @SuppressWarnings("ReferenceEquality") // Whether they are those it was made with.
  private CircuitBreaker breaker() {
    Judge now = judge;
    ModelHealth.Settings rules = settings.get();
    return now.rules == rules ? now.breaker : judgingBy(rules);
  }

  private synchronized CircuitBreaker judgingBy(ModelHealth.Settings rules) {
    if (judge.judgesAsBy(rules)) {
      judge = new Judge(rules, judge.breaker);
    } else if (judge.breaker.getState() == CircuitBreaker.State.CLOSED) {
      judge = judge(rules);
      period.incrementAndGet();
    }
    return judge.breaker;
  }

  /**
   * Doubles with each opening after a try of a half open one that failed; {@code opened} counts
   * from 1.
   */
  private static long openMillis(ModelHealth.Settings settings, int opened) {
    long first = settings.openDuration().toMillis();
    int doublings = Math.min(opened - 1, Long.numberOfLeadingZeros(first) - 1);
    return Math.min(settings.maxOpenDuration().toMillis(), first << Math.max(0, doublings));
  }

  boolean tryAcquire() {
    return breaker().tryAcquirePermission();
  }

  int period() {
    return period.get();
  }

  void succeeded(int tryPeriod, @Nullable Duration firstToken, Duration total) {
    if (firstToken != null) {
      long nanos = Math.max(1, firstToken.toNanos());
      firstTokenNanos.updateAndGet(old -> old == 0 ? nanos : old + (nanos - old) / AVERAGE_OVER);
    }
    if (tryPeriod == period.get()) {
      judge.breaker.onSuccess(total.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  void failed(int tryPeriod, Duration total) {
    if (tryPeriod == period.get()) {
      judge.breaker.onError(total.toNanos(), TimeUnit.NANOSECONDS, new UnhealthyTry());
    }
  }

  void ignored(int tryPeriod) {
    if (tryPeriod == period.get()) {
      judge.breaker.releasePermission();
    }
  }

  State state() {
    return switch (judge.breaker.getState()) {
      case OPEN, FORCED_OPEN -> State.OPEN;
      case HALF_OPEN -> State.HALF_OPEN;
      case CLOSED, DISABLED, METRICS_ONLY -> State.CLOSED;
    };
  }

  Optional<Duration> openFor() {
    return state() == State.OPEN
        ? Optional.of(Duration.ofNanos(Math.max(0, openUntilNanos - time.nanos())))
        : Optional.empty();
  }

  @Nullable Duration firstToken() {
    long nanos = firstTokenNanos.get();
    return nanos == 0 ? null : Duration.ofNanos(nanos);
  }

  ModelState snapshot() {
    CircuitBreaker.Metrics tries = judge.breaker.getMetrics();
    return new ModelState(
        name.provider(),
        name.model(),
        state(),
        since,
        // Below zero means too few tries to judge.
        Math.max(0, Math.round(tries.getFailureRate())),
        tries.getNumberOfBufferedCalls(),
        tries.getNumberOfFailedCalls(),
        openFor().orElse(null),
        firstToken());
  }

  /** A clock that never jumps: waiting must not depend on somebody setting the date. */
  private static final class SteadyClock extends Clock {
    private final Time time;
    private final long origin;

    SteadyClock(Time time) {
      this.time = time;
      this.origin = time.nanos();
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(time.nanos() - origin);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** The breaker wants an exception to count; what failed is known elsewhere. */
  private static final class UnhealthyTry extends Exception {
    private static final long serialVersionUID = 1L;

    UnhealthyTry() {
      super("unhealthy", null, false, false);
    }
  }
}
