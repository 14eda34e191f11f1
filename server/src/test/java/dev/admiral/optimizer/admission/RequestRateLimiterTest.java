package dev.admiral.optimizer.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.optimizer.admission.Admission.Admitted;
import dev.admiral.optimizer.admission.Admission.Refused;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.LiveValue;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.LimitMetric;
import dev.admiral.optimizer.v1.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What is admitted, refused and given back. How closely a minute is kept: RequestRateProperties.
 */
class RequestRateLimiterTest {
  private static final Caller ADA = new Caller("acme", "ada", "", false);
  private static final Caller BOB = new Caller("acme", "bob", "", false);

  private final VirtualTime time = new VirtualTime();
  private final LiveValue<Limits> law = new LiveValue<>(Limits.NONE);

  @Test
  void admitCaller_noLimits_admitsEverything() {
    RequestRateLimiter limiter = limiter(Limits.NONE);

    for (int i = 0; i < 10_000; i++) {
      assertThat(limiter.admitCaller(ADA)).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void admitCaller_burstUsedUp_refusesWithLimitSubjectAndWait() {
    RequestRateLimiter limiter = limiter(agents(60));
    admitAll(limiter, ADA, 6);

    Failure.LimitReached failure = refused(limiter.admitCaller(ADA));

    assertThat(failure)
        .isEqualTo(
            new Failure.LimitReached(
                ErrorReason.ERROR_REASON_RATE_LIMITED,
                LimitMetric.LIMIT_METRIC_REQUESTS,
                Duration.ofMinutes(1),
                "requests per minute",
                "agent/ada",
                Duration.ofSeconds(1).plusNanos(1)));
  }

  @Test
  void admitCaller_afterTheToldWait_admitsAndNotBefore() {
    RequestRateLimiter limiter = limiter(agents(7));
    admitAll(limiter, ADA, 1);
    Duration wait = refused(limiter.admitCaller(ADA)).retryAfter();

    time.advance(wait.minusNanos(2));
    assertThat(refused(limiter.admitCaller(ADA)).retryAfter()).isPositive();
    time.advance(Duration.ofNanos(2));
    assertThat(limiter.admitCaller(ADA)).isInstanceOf(Admitted.class);
  }

  @Test
  void admitCaller_refusedManyTimes_hasUsedNothing() {
    RequestRateLimiter limiter = limiter(agents(60));
    admitAll(limiter, ADA, 6);
    for (int i = 0; i < 1_000; i++) {
      refused(limiter.admitCaller(ADA));
    }

    time.advance(Duration.ofSeconds(6));

    admitAll(limiter, ADA, 6);
  }

  @Test
  void levels_ofATenant_tellWhatIsLeftOfItsAgentsAndOfEveryProvider() {
    RequestRateLimiter limiter =
        limiter(new Limits(OptionalLong.of(60), Map.of(), Map.of("openai", 600L, "groq", 20L)));
    admitAll(limiter, BOB, 6);
    admitAll(limiter, ADA, 2);
    admitAll(limiter, new Caller("globex", "eve", "", false), 1);
    refused(limiter.admitCaller(BOB));
    refused(limiter.admitCaller(BOB));

    assertThat(limiter.levels("acme"))
        .containsExactly(
            new LimitLevel(
                "agent/ada", LimitMetric.LIMIT_METRIC_REQUESTS, Duration.ofMinutes(1), 60, 4, 6, 0),
            new LimitLevel(
                "agent/bob", LimitMetric.LIMIT_METRIC_REQUESTS, Duration.ofMinutes(1), 60, 0, 6, 2),
            new LimitLevel(
                "provider/groq",
                LimitMetric.LIMIT_METRIC_REQUESTS,
                Duration.ofMinutes(1),
                20,
                2,
                2,
                0),
            new LimitLevel(
                "provider/openai",
                LimitMetric.LIMIT_METRIC_REQUESTS,
                Duration.ofMinutes(1),
                600,
                60,
                60,
                0));
    assertThat(limiter.refusals().agents()).isEqualTo(2);
    time.advance(Duration.ofSeconds(3));
    assertThat(limiter.levels("acme").get(1).available()).isEqualTo(3);
  }

  @Test
  void levels_afterTheLawChanged_areThoseOfTheNewOne() {
    RequestRateLimiter limiter = limiter(agents(60));
    admitAll(limiter, ADA, 1);

    law.set(agents(20));
    assertThat(limiter.levels("acme"))
        .containsExactly(
            new LimitLevel(
                "agent/ada",
                LimitMetric.LIMIT_METRIC_REQUESTS,
                Duration.ofMinutes(1),
                20,
                2,
                2,
                0));

    law.set(Limits.NONE);
    assertThat(limiter.levels("acme")).isEmpty();
  }

  @Test
  void admitCaller_otherAgentOrTenant_hasItsOwnLimit() {
    RequestRateLimiter limiter = limiter(agents(10));
    admitAll(limiter, ADA, 1);
    refused(limiter.admitCaller(ADA));

    admitAll(limiter, BOB, 1);
    admitAll(limiter, new Caller("globex", "ada", "", false), 1);
  }

  @Test
  void admitCaller_agentWithItsOwnNumber_isHeldToThatOne() {
    Limits limits =
        new Limits(OptionalLong.of(10), Map.of(new Limits.Agent("acme", "bob"), 100L), Map.of());
    RequestRateLimiter limiter = limiter(limits);

    admitAll(limiter, ADA, 1);
    admitAll(limiter, BOB, 10);

    refused(limiter.admitCaller(ADA));
    refused(limiter.admitCaller(BOB));
  }

  @Test
  void admitAttempt_tenantsTogether_shareTheProvidersLimit() {
    RequestRateLimiter limiter =
        limiter(new Limits(OptionalLong.empty(), Map.of(), Map.of("openai", 20L)));

    assertThat(limiter.admitAttempt(demand("acme", "openai"))).isInstanceOf(Admitted.class);
    assertThat(limiter.admitAttempt(demand("globex", "openai"))).isInstanceOf(Admitted.class);

    assertThat(refused(limiter.admitAttempt(demand("acme", "openai"))).subject())
        .isEqualTo("provider/openai");
    assertThat(limiter.admitAttempt(demand("acme", "anthropic"))).isInstanceOf(Admitted.class);
  }

  @Test
  void cancel_givesTheRequestBackOnce() {
    RequestRateLimiter limiter = limiter(agents(10));
    Permit permit = admitted(limiter.admitCaller(ADA));

    permit.cancel();
    permit.cancel();

    admitAll(limiter, ADA, 1);
    refused(limiter.admitCaller(ADA));
  }

  @Test
  void cancel_afterSettle_givesNothingBack() {
    RequestRateLimiter limiter = limiter(agents(10));
    Permit permit = admitted(limiter.admitCaller(ADA));

    permit.settle(Usage.NONE);
    permit.cancel();

    refused(limiter.admitCaller(ADA));
  }

  @Test
  void cancel_racingThreads_givesBackExactlyOnce() throws Exception {
    RequestRateLimiter limiter = limiter(agents(20));
    for (int round = 0; round < 500; round++) {
      Permit contested = admitAll(limiter, ADA, 2).getFirst();

      race(contested::cancel, contested::cancel, contested::cancel);

      admitAll(limiter, ADA, 1);
      refused(limiter.admitCaller(ADA));
      time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void settleAndCancel_racingThreads_oneOfThemHolds() throws Exception {
    RequestRateLimiter limiter = limiter(agents(20));
    for (int round = 0; round < 500; round++) {
      Permit contested = admitAll(limiter, ADA, 2).getFirst();

      race(() -> contested.settle(Usage.NONE), contested::cancel, contested::cancel);

      int givenBack = 0;
      while (limiter.admitCaller(ADA) instanceof Admitted) {
        givenBack++;
      }
      assertThat(givenBack).isLessThanOrEqualTo(1);
      time.advance(Duration.ofMinutes(1));
    }
  }

  @Test
  void limits_replaced_holdFromTheNextCall() {
    RequestRateLimiter limiter = limiter(agents(1_000));
    admitAll(limiter, ADA, 50);

    law.set(agents(10));
    admitAll(limiter, ADA, 1);
    refused(limiter.admitCaller(ADA));

    law.set(Limits.NONE);
    admitAll(limiter, ADA, 1_000);
  }

  @Test
  void limits_changedBackAndForth_yieldNothing() {
    RequestRateLimiter limiter = limiter(agents(100));
    admitAll(limiter, ADA, 10);

    for (int i = 0; i < 20; i++) {
      law.set(agents(1_000));
      refused(limiter.admitCaller(ADA));
      law.set(agents(100));
      refused(limiter.admitCaller(ADA));
    }
  }

  @Test
  void admitCaller_moreAgentsThanKept_goesOn() {
    RequestRateLimiter limiter = new RequestRateLimiter(Live.of(agents(60)), 10, time);

    for (int i = 0; i < 10_000; i++) {
      Caller agent = new Caller("acme", "agent-" + i, "", false);
      assertThat(limiter.admitCaller(agent)).isInstanceOf(Admitted.class);
    }
  }

  @Test
  void limits_outOfRange_refusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(OptionalLong.empty(), Map.of(), Map.of("openai", 0L)))
        .withMessage(
            "the limit of requests per minute of provider openai must be 1 to 1000000000, not 0;"
                + " leave it out for no limit");
  }

  private static void race(Runnable... racers) throws Exception {
    CyclicBarrier start = new CyclicBarrier(racers.length);
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (Runnable racer : racers) {
        running.add(
            pool.submit(() -> {
              start.await();
              racer.run();
              return null;
            }));
      }
      for (Future<?> end : running) {
        end.get();
      }
    }
  }

  private RequestRateLimiter limiter(Limits limits) {
    law.set(limits);
    return new RequestRateLimiter(law, RequestRateLimiter.DEFAULT_MAX_AGENTS, time);
  }

  private static Limits agents(long perMinute) {
    return new Limits(OptionalLong.of(perMinute), Map.of(), Map.of());
  }

  private Demand demand(String tenant, String provider) {
    Caller caller = new Caller(tenant, "ada", "", false);
    return new Demand(caller, provider, "m", 10, 10, Priority.PRIORITY_INTERACTIVE, time.nanos());
  }

  private static List<Permit> admitAll(Limiter limiter, Caller caller, int times) {
    List<Permit> permits = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      permits.add(admitted(limiter.admitCaller(caller)));
    }
    return permits;
  }

  private static Permit admitted(Admission admission) {
    assertThat(admission).isInstanceOf(Admitted.class);
    return ((Admitted) admission).permit();
  }

  private static Failure.LimitReached refused(Admission admission) {
    assertThat(admission).isInstanceOf(Refused.class);
    return ((Refused) admission).failure();
  }
}
