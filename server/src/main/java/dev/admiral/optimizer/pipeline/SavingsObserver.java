package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.v1.Source;

/** Enters what was saved by every answer that nobody paid for. */
public record SavingsObserver(Ledger ledger) implements CallObserver {
  @Override
  public String name() {
    return "savings";
  }

  @Override
  public void finished(FinishedCall call) {
    if (call.outcome() instanceof Answered answered
        && answered.source() != Source.SOURCE_UPSTREAM) {
      ledger.saved(call.call().caller(), answered.answer(), answered.source(), call.savedTime());
    }
  }
}
