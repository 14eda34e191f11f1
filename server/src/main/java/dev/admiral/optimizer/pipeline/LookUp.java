package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.cache.Answers;
import dev.admiral.optimizer.cache.CacheRules;
import dev.admiral.optimizer.cache.Hit;
import dev.admiral.optimizer.cache.KnownFailures;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.flight.FlightLog;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The look-up of equal calls: what was answered, and what would only fail again. Thread-safe. */
final class LookUp {
  private static final ErrorReason NOTHING = ErrorReason.ERROR_REASON_UNSPECIFIED;

  private final Answers answers;
  private final KnownFailures failures;

  LookUp(Answers answers, KnownFailures failures) {
    this.answers = answers;
    this.failures = failures;
  }

  /** Returns an answer from memory; null if there is none. Never blocks. */
  @Nullable Outcome inMemory(Call call) {
    if (!CacheRules.reads(call)) {
      return null;
    }
    Hit hit = answers.findInMemory(call.key(), call.cacheUse().maxAge());
    return hit == null ? null : answered(hit);
  }

  /** Returns how an equal call failed and this one would too; null if that is not known. */
  @Nullable Outcome knownFailure(Call call) {
    Failure known = CacheRules.reads(call) ? failures.find(call.key()) : null;
    return known == null ? null : new Failed(known, List.of());
  }

  /**
   * Returns an answer from memory once more, since an equal flight may have landed between the
   * first look and this flight; then from disk. Null if there is none. Blocks.
   */
  @Nullable Outcome onDisk(Call call, FlightLog log) {
    if (!CacheRules.reads(call)) {
      return null;
    }
    log.stepBegan(Step.Kind.DISK, "");
    Hit hit = answers.findInMemory(call.key(), call.cacheUse().maxAge());
    if (hit == null) {
      hit = answers.findOnDisk(call.key(), call.cacheUse().maxAge());
    }
    log.stepEnded(NOTHING);
    return hit == null ? null : answered(hit);
  }

  /** Returns the mark to be taken before a call is made whose outcome will be kept. */
  long epoch() {
    return answers.epoch();
  }

  /**
   * Keeps what the next equal call is to be told, if the cache's rules let it. Never blocks.
   *
   * @param epoch {@link #epoch()} from before the call was made
   */
  void keep(Call call, Outcome outcome, long epoch) {
    if (!call.shareable()) {
      return;
    }
    switch (outcome) {
      case Answered answered ->
          answers.put(
              call.key(),
              CacheRules.owner(call),
              answered.answer(),
              call.cacheUse().timeToLive(),
              epoch);
      case Failed failed when CacheRules.willFailAgain(failed) ->
          failures.put(call.key(), CacheRules.owner(call), failed.failure());
      case Failed _ -> {}
    }
  }

  private static Outcome answered(Hit hit) {
    return new Answered(
        hit.answer(),
        hit.source(),
        new Timing(hit.age(), Duration.ZERO, Duration.ZERO),
        List.of(),
        "");
  }
}
