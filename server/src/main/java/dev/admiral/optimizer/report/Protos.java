package dev.admiral.optimizer.report;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.call.ProtoTimes;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The engine's values as messages of the contract. Thread-safe. */
public final class Protos {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private static final Money NOTHING = ProtoMoney.of(dev.admiral.optimizer.call.Money.ZERO);

  private Protos() {}

  /** Returns a span of time. */
  public static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** Returns a span, of which the contract has seconds and nanoseconds of one sign. */
  static Duration duration(long nanos) {
    return Duration.newBuilder()
        .setSeconds(nanos / NANOS_PER_SECOND)
        .setNanos((int) (nanos % NANOS_PER_SECOND))
        .build();
  }

  /** Returns a point in time. */
  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  /**
   * Reads a time of a request.
   *
   * @param field what to call it if it is none
   * @throws CallException if it is none
   */
  static Instant instant(String field, Timestamp timestamp) throws CallException {
    Instant instant = ProtoTimes.instant(timestamp);
    if (instant == null) {
      throw new CallException(
          Failure.Invalid.of(field, "is not a point in time; nanos must be 0 to 999,999,999"));
    }
    return instant;
  }

  /** Returns the tokens of a call. */
  public static dev.admiral.optimizer.v1.Usage usage(Usage usage) {
    return dev.admiral.optimizer.v1.Usage.newBuilder()
        .setInputTokenCount(usage.input())
        .setCachedInputTokenCount(usage.cachedInput())
        .setCacheWriteTokenCount(usage.cacheWrite())
        .setCacheWrite1HTokenCount(usage.cacheWrite1h())
        .setOutputTokenCount(usage.output())
        .setReasoningTokenCount(usage.reasoning())
        .setEstimated(usage.estimated())
        .build();
  }

  /**
   * The money of an answer as the caller sees it: charged if a provider was asked for this call,
   * else saved.
   */
  public static dev.admiral.optimizer.v1.Cost cost(Cost cost, boolean charged) {
    dev.admiral.optimizer.v1.Cost.Builder builder = dev.admiral.optimizer.v1.Cost.newBuilder();
    return switch (cost) {
      case Cost.Unknown unknown ->
          builder.setState(dev.admiral.optimizer.v1.Cost.State.STATE_UNKNOWN).build();
      case Cost.Known known -> {
        Money amount = ProtoMoney.of(known.amount());
        yield builder
            .setState(
                known.estimated()
                    ? dev.admiral.optimizer.v1.Cost.State.STATE_ESTIMATED
                    : dev.admiral.optimizer.v1.Cost.State.STATE_EXACT)
            .setListAmount(amount)
            .setChargedAmount(charged ? amount : NOTHING)
            .setSavedAmount(charged ? NOTHING : amount)
            .setPriceVersion(known.priceVersion())
            .build();
      }
    };
  }

  /** Returns true if a provider was asked, and so paid, for this very call. */
  public static boolean charged(Answered answered) {
    return answered.source() == Source.SOURCE_UPSTREAM;
  }

  /**
   * Returns how a call was served, up to now.
   *
   * @param nanos now, on the scale of the call's arrival
   */
  public static Served served(Call call, Answered answered, long nanos) {
    return served(
        answered.source(),
        call.shareable() ? call.key() : null,
        answered.timing(),
        java.time.Duration.ofNanos(nanos - call.arrivalNanos()),
        answered.attempts());
  }

  /**
   * Returns how a call was served.
   *
   * @param key null for an uncacheable call
   * @param total from the call's arrival until now
   */
  static Served served(
      Source source,
      @Nullable CallKey key,
      Timing timing,
      java.time.Duration total,
      List<Attempt> attempts) {
    Served.Builder served = Served.newBuilder().setSource(source);
    if (key != null) {
      served.setKeyHash(key.hash());
    }
    java.time.Duration age = timing.age();
    if (age != null) {
      served.setAge(duration(age));
    }
    java.time.Duration queued = timing.queued();
    java.time.Duration upstream = timing.upstream();
    java.time.Duration overhead = total.minus(queued).minus(upstream);
    if (!queued.isZero()) {
      served.setQueueDuration(duration(queued));
    }
    if (!upstream.isZero()) {
      served.setUpstreamDuration(duration(upstream));
    }
    served.setOverheadDuration(
        duration(overhead.isNegative() ? java.time.Duration.ZERO : overhead));
    for (Attempt attempt : attempts) {
      served.addAttempts(attempt(attempt));
    }
    return served.build();
  }

  static dev.admiral.optimizer.v1.Attempt attempt(Attempt attempt) {
    dev.admiral.optimizer.v1.Attempt.Builder builder =
        dev.admiral.optimizer.v1.Attempt.newBuilder()
            .setProvider(attempt.provider())
            .setModel(attempt.model())
            .setStartTime(timestamp(attempt.start()))
            .setDuration(duration(attempt.duration()))
            .setHttpStatus(attempt.httpStatus());
    if (attempt.firstToken() != null) {
      builder.setTimeToFirstToken(duration(attempt.firstToken()));
    }
    if (attempt.failure() != null) {
      builder.setFailure(attempt.failure().reason());
    }
    return builder.build();
  }
}
