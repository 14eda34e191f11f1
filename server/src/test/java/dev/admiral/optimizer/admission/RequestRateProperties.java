package dev.admiral.optimizer.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.v1.Priority;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The limiter against exact models, in virtual time. */
class RequestRateProperties {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final String PROVIDER = "openai";
  private static final Demand DEMAND =
      new Demand(
          new Caller("acme", "ada", "", false),
          PROVIDER,
          "m",
          0,
          0,
          Priority.PRIORITY_INTERACTIVE,
          0);

  /** One thing a caller does. */
  sealed interface Step {
    record Wait(long nanos) implements Step {}

    record Ask(int times) implements Step {}

    record Cancel() implements Step {}

    record Settle() implements Step {}
  }

  @Property(tries = 300)
  void everyDecision_isThatOfAnExactBucket(
      @ForAll @LongRange(min = 1, max = 2_000) long perMinute,
      @ForAll("steps") @Size(max = 200) List<Step> steps) {
    VirtualTime time = new VirtualTime();
    RequestRateLimiter limiter = limiter(perMinute, time);
    ExactBucket model = new ExactBucket(perMinute);
    Deque<Permit> held = new ArrayDeque<>();

    for (Step step : steps) {
      switch (step) {
        case Step.Wait(long nanos) -> {
          time.advance(Duration.ofNanos(nanos));
          model.advance(nanos);
        }
        case Step.Ask(int times) -> {
          for (int i = 0; i < times; i++) {
            switch (limiter.admitAttempt(DEMAND)) {
              case Admission.Admitted(Permit permit) -> {
                assertThat(model.take()).isZero();
                held.add(permit);
              }
              case Admission.Refused(var failure) -> {
                long exact = model.take();
                assertThat(exact).isPositive();
                assertThat(failure.retryAfter().toNanos()).isBetween(exact, exact + 1);
              }
            }
          }
        }
        case Step.Cancel() -> {
          Permit permit = held.poll();
          if (permit != null) {
            permit.cancel();
            permit.cancel();
            model.giveBack();
          }
        }
        case Step.Settle() -> {
          Permit permit = held.poll();
          if (permit != null) {
            permit.settle(Usage.NONE);
            permit.cancel();
          }
        }
      }
    }
  }

  @Property(tries = 200)
  void anyMinute_admitsAtMostLimitAndBurstAndWhatWasGivenBack(
      @ForAll @LongRange(min = 1, max = 2_000) long perMinute,
      @ForAll("steps") @Size(max = 200) List<Step> steps) {
    VirtualTime time = new VirtualTime();
    RequestRateLimiter limiter = limiter(perMinute, time);
    long start = time.nanos();
    List<Long> admitted = new ArrayList<>();
    List<Long> givenBack = new ArrayList<>();
    Deque<Permit> held = new ArrayDeque<>();

    for (Step step : steps) {
      switch (step) {
        case Step.Wait(long nanos) -> time.advance(Duration.ofNanos(nanos));
        case Step.Ask(int times) -> {
          for (int i = 0; i < times; i++) {
            if (limiter.admitAttempt(DEMAND) instanceof Admission.Admitted(Permit permit)) {
              admitted.add(time.nanos() - start);
              held.add(permit);
            }
          }
        }
        case Step.Cancel() -> {
          Permit permit = held.poll();
          if (permit != null) {
            permit.cancel();
            givenBack.add(time.nanos() - start);
          }
        }
        case Step.Settle() -> {
          Permit permit = held.poll();
          if (permit != null) {
            permit.settle(Usage.NONE);
          }
        }
      }
    }

    for (long from : admitted) {
      long most = perMinute + Bucket.burst(perMinute) + countWithin(givenBack, from);
      assertThat(countWithin(admitted, from)).isLessThanOrEqualTo(most);
    }
  }

  @Property(tries = 50)
  void steadyDemand_getsTheWholeLimit(
      @ForAll @LongRange(min = 1, max = 2_000) long perMinute,
      @ForAll @LongRange(min = 1, max = 25) long stepMillis) {
    VirtualTime time = new VirtualTime();
    RequestRateLimiter limiter = limiter(perMinute, time);
    int minutes = 3;
    long admitted = 0;

    for (long at = 0; at < minutes * MINUTE; at += stepMillis * 1_000_000) {
      while (limiter.admitAttempt(DEMAND) instanceof Admission.Admitted) {
        admitted++;
      }
      time.advance(Duration.ofMillis(stepMillis));
    }

    assertThat(admitted)
        .isBetween(perMinute * minutes, perMinute * minutes + Bucket.burst(perMinute));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> waits =
        Arbitraries.longs().between(0, 2 * MINUTE).map(nanos -> new Step.Wait(nanos));
    Arbitrary<Step> shortWaits =
        Arbitraries.longs().between(0, MINUTE / 100).map(nanos -> new Step.Wait(nanos));
    Arbitrary<Step> asks = Arbitraries.integers().between(1, 300).map(n -> new Step.Ask(n));
    Arbitrary<Step> one = Arbitraries.of(new Step.Ask(1), new Step.Cancel(), new Step.Settle());
    return Arbitraries.frequencyOf(
            Tuple.of(1, waits), Tuple.of(4, shortWaits), Tuple.of(2, asks), Tuple.of(4, one))
        .list();
  }

  private static RequestRateLimiter limiter(long perMinute, VirtualTime time) {
    return new RequestRateLimiter(
        Live.of(new Limits(OptionalLong.empty(), Map.of(), Map.of(PROVIDER, perMinute))), 10, time);
  }

  /** Counts what lies in the minute that begins with {@code from}, its end not included. */
  private static long countWithin(List<Long> times, long from) {
    return times.stream().filter(at -> at >= from && at < from + MINUTE).count();
  }

  /**
   * A token bucket in whole numbers: a request is a minute's worth of nanoseconds times the limit.
   */
  private static final class ExactBucket {
    private final BigInteger perNano;
    private final BigInteger request = BigInteger.valueOf(MINUTE);
    private final BigInteger capacity;
    private BigInteger level;

    ExactBucket(long perMinute) {
      this.perNano = BigInteger.valueOf(perMinute);
      this.capacity = request.multiply(BigInteger.valueOf(Bucket.burst(perMinute)));
      this.level = capacity;
    }

    void advance(long nanos) {
      level = level.add(perNano.multiply(BigInteger.valueOf(nanos))).min(capacity);
    }

    /** Takes a request; returns 0, or the nanoseconds until there is one. */
    long take() {
      if (level.compareTo(request) >= 0) {
        level = level.subtract(request);
        return 0;
      }
      BigInteger[] wait = request.subtract(level).divideAndRemainder(perNano);
      return wait[0].longValueExact() + (wait[1].signum() > 0 ? 1 : 0);
    }

    void giveBack() {
      level = level.add(request).min(capacity);
    }
  }
}
