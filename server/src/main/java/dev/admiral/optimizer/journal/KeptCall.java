package dev.admiral.optimizer.journal;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finished call without its content. It refers to what the call had anyway, so that keeping one
 * costs one object.
 *
 * @param number its place in the order in which the tenant's calls ended, from 1
 * @param id the call
 * @param agent its agent
 * @param taskType kind of work, empty if none was named
 * @param requestedModel the model as it was asked for
 * @param provider provider that answered; empty if none
 * @param model model that answered; empty if none
 * @param streamed true if the caller wanted the answer piece by piece
 * @param arrival when it arrived
 * @param arrivalNanos the same on {@link Time#nanos()}'s scale, as its steps are
 * @param totalNanos from its arrival to its end
 * @param failure why it failed; ERROR_REASON_UNSPECIFIED if it did not
 * @param source where its answer came from; SOURCE_UNSPECIFIED if it failed
 * @param key its cache key; null if it was uncacheable
 * @param timing where the time went; null if it failed
 * @param attempts tries of providers, oldest first, at most {@link CallJournal#MOST_ATTEMPTS}
 * @param usage tokens; null if it failed
 * @param cost what its answer costs when a vendor is asked; null if it failed
 * @param ledgerEntryId the entry that paid for it; empty if nothing was paid for it
 * @param steps where the time went, in order of beginning
 */
public record KeptCall(
    long number,
    String id,
    String agent,
    String taskType,
    String requestedModel,
    String provider,
    String model,
    boolean streamed,
    Instant arrival,
    long arrivalNanos,
    long totalNanos,
    ErrorReason failure,
    Source source,
    @Nullable CallKey key,
    @Nullable Timing timing,
    List<Attempt> attempts,
    @Nullable Usage usage,
    @Nullable Cost cost,
    String ledgerEntryId,
    List<Step> steps) {

  /** Returns true if its caller got no answer. */
  public boolean failed() {
    return timing == null;
  }
}
