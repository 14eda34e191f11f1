package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a call ended for one caller. */
public sealed interface Outcome {

  /**
   * The caller has an answer.
   *
   * @param answer the answer
   * @param source where it came from
   * @param timing where the time went
   * @param attempts every try of a provider, oldest first; empty for cached answers
   * @param ledgerEntryId the entry that paid for it; empty if nothing was paid for this caller
   */
  record Answered(
      Answer answer, Source source, Timing timing, List<Attempt> attempts, String ledgerEntryId)
      implements Outcome {}

  /**
   * The caller has none.
   *
   * @param failure why
   * @param attempts every try of a provider, oldest first
   */
  record Failed(Failure failure, List<Attempt> attempts) implements Outcome {}

  /**
   * Where the time of an answered call went.
   *
   * @param age age of a cached answer; null for others
   * @param queued time spent waiting for limits
   * @param upstream time the caller waited for providers
   */
  record Timing(@Nullable Duration age, Duration queued, Duration upstream) {}
}
