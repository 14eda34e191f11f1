package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a call ended for one caller. */
public sealed interface Outcome {

  /** Returns every try of a provider, oldest first; empty for cached answers. */
  List<Attempt> attempts();

  /** Returns where the time went, in order of beginning; empty for what was told from memory. */
  List<Step> steps();

  /** Returns the same outcome with other steps. */
  Outcome withSteps(List<Step> steps);

  /**
   * The caller has an answer.
   *
   * @param answer the answer
   * @param source where it came from
   * @param timing where the time went
   * @param attempts every try of a provider, oldest first; empty for cached answers
   * @param ledgerEntryId the entry that paid for it; empty if nothing was paid for this caller
   * @param steps where the time went, in order of beginning; empty for a hit in memory
   */
  record Answered(
      Answer answer,
      Source source,
      Timing timing,
      List<Attempt> attempts,
      String ledgerEntryId,
      List<Step> steps)
      implements Outcome {
    private static final long NANOS_PER_MICRO = 1_000;

    /** An answer that took no steps worth telling. */
    public Answered(
        Answer answer, Source source, Timing timing, List<Attempt> attempts, String ledgerEntryId) {
      this(answer, source, timing, attempts, ledgerEntryId, List.of());
    }

    @Override
    public Answered withSteps(List<Step> other) {
      return new Answered(answer, source, timing, attempts, ledgerEntryId, other);
    }

    /**
     * Returns the time its caller did not wait thanks to a hit or a join: how long the answer took
     * upstream less how long the caller waited, in whole microseconds, never below zero. Zero if a
     * provider was asked for this call, or if it is not known how long the answer took.
     *
     * @param total from the call's arrival to its end
     */
    public Duration savedTime(Duration total) {
      if (source == Source.SOURCE_UPSTREAM) {
        return Duration.ZERO;
      }
      long micros = (answer.took().toNanos() - total.toNanos()) / NANOS_PER_MICRO;
      return micros <= 0 ? Duration.ZERO : Duration.ofNanos(micros * NANOS_PER_MICRO);
    }
  }

  /**
   * The caller has none.
   *
   * @param failure why
   * @param attempts every try of a provider, oldest first
   * @param steps where the time went, in order of beginning
   */
  record Failed(Failure failure, List<Attempt> attempts, List<Step> steps) implements Outcome {

    /** A failure that took no steps worth telling. */
    public Failed(Failure failure, List<Attempt> attempts) {
      this(failure, attempts, List.of());
    }

    @Override
    public Failed withSteps(List<Step> other) {
      return new Failed(failure, attempts, other);
    }
  }

  /**
   * Where the time of an answered call went.
   *
   * @param age age of a cached answer; null for others
   * @param queued time spent waiting for limits
   * @param upstream time the caller waited for providers
   */
  record Timing(@Nullable Duration age, Duration queued, Duration upstream) {}
}
