package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.journal.CallJournal;

/** Notes a call that ended among the latest ones. */
public record JournalObserver(CallJournal journal) implements CallObserver {
  @Override
  public String name() {
    return "journal";
  }

  @Override
  public void finished(FinishedCall call) {
    journal.finished(call.call(), call.outcome(), call.total());
  }
}
