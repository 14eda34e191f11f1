package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.call.CallObserver;
import java.util.List;
import java.util.function.Supplier;

/** Tells what those did wrong who are told of the end of calls. */
final class ObserverFigures implements Figures {
  private final Supplier<List<CallObserver.Trouble>> troubles;

  ObserverFigures(Supplier<List<CallObserver.Trouble>> troubles) {
    this.troubles = troubles;
  }

  @Override
  public void tell(Exposition to) {
    for (CallObserver.Trouble trouble : troubles.get()) {
      to.put(Metric.OBSERVER_FAILURES, trouble.failures(), trouble.observer());
      to.put(Metric.OBSERVER_SLOW, trouble.slow(), trouble.observer());
    }
  }
}
