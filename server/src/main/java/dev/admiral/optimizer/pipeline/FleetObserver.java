package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.fleet.Fleet;

/** Counts calls for the agents that made them. */
public record FleetObserver(Fleet fleet) implements CallObserver {
  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public void finished(FinishedCall call) {
    fleet.finished(call.call().caller(), call.outcome());
  }
}
