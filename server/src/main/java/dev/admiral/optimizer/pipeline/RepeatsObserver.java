package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.cache.CacheRules;
import dev.admiral.optimizer.cache.FirstAnswers;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.v1.Source;

/**
 * Keeps for repeats of a request_id what was answered without paying. What was paid for is kept
 * before its flight lands.
 */
public record RepeatsObserver(FirstAnswers firstAnswers) implements CallObserver {
  @Override
  public String name() {
    return "repeats";
  }

  @Override
  public void finished(FinishedCall finished) {
    Call call = finished.call();
    CallKey repeatKey = call.repeatKey();
    if (repeatKey != null
        && finished.outcome() instanceof Answered answered
        && answered.source() != Source.SOURCE_UPSTREAM
        && answered.source() != Source.SOURCE_REPEATED) {
      firstAnswers.putBehind(repeatKey, call.key(), CacheRules.owner(call), answered.answer());
    }
  }
}
