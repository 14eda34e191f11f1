package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;

/** What may be cached, for whom, and who may be given it. Thread-safe. */
public final class CacheRules {
  private CacheRules() {}

  /** Returns true if a call may be answered from the cache. */
  public static boolean reads(Call call) {
    CacheUse.Mode mode = call.cacheUse().mode();
    return call.shareable() && (mode == CacheUse.Mode.USE || mode == CacheUse.Mode.ONLY);
  }

  /** Returns whom the answer to a call belongs to. */
  public static EntryOwner owner(Call call) {
    return new EntryOwner(
        call.caller().tenant(), call.cacheUse().agentOnly() ? call.caller().agent() : null);
  }

  /**
   * Returns true if an answer may be given to other calls: it and its alternatives came to their
   * end by themselves or with tool calls, say something, and refuse nothing.
   */
  public static boolean cacheable(Answer answer) {
    if (!finished(answer.completion().getFinishReason(), answer.completion().getMessage())) {
      return false;
    }
    for (Candidate candidate : answer.completion().getAlternativesList()) {
      if (!finished(candidate.getFinishReason(), candidate.getMessage())) {
        return false;
      }
    }
    return true;
  }

  private static boolean finished(FinishReason reason, ChatMessage message) {
    if (reason != FinishReason.FINISH_REASON_STOP
        && reason != FinishReason.FINISH_REASON_TOOL_CALLS) {
      return false;
    }
    for (ContentPart part : message.getPartsList()) {
      if (part.hasRefusal()) {
        return false;
      }
    }
    return message.getPartsCount() > 0;
  }

  /**
   * Returns true if an equal call would fail again: the failure and that of every try are {@link
   * Failure#deterministic()}. With several candidates one that was merely down may be up again in a
   * moment.
   */
  public static boolean willFailAgain(Outcome.Failed failed) {
    if (!failed.failure().deterministic()) {
      return false;
    }
    for (Attempt attempt : failed.attempts()) {
      Failure failure = attempt.failure();
      if (failure == null || !failure.deterministic()) {
        return false;
      }
    }
    return true;
  }
}
