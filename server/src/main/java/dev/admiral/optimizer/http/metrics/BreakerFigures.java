package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.http.metrics.ModelNames.Name;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.ModelHealth.ModelState;
import dev.admiral.optimizer.routing.ModelHealth.State;
import java.util.List;

/** Tells which models take no calls now. */
final class BreakerFigures implements Figures {
  private final ModelHealth health;
  private final ModelNames names;

  BreakerFigures(ModelHealth health, ModelNames names) {
    this.health = health;
    this.names = names;
  }

  @Override
  public void tell(Exposition to) {
    List<ModelState> models = health.snapshot();
    to.put(
        Metric.BREAKERS_OPEN, models.stream().filter(model -> model.state() == State.OPEN).count());
    for (ModelState model : models) {
      Name name = names.of(model.provider(), model.model());
      for (State state : State.values()) {
        to.put(
            Metric.BREAKER,
            Exposition.number(model.state() == state),
            name.provider(),
            name.model(),
            word(state));
      }
    }
  }

  /** Returns a circuit breaker's state as operators know it. */
  private static String word(State state) {
    if (state == State.CLOSED) {
      return "closed";
    }
    return state == State.OPEN ? "open" : "half_open";
  }
}
