package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.v1.HealthState;
import java.util.List;

/** Tells how the parts of the server are. Asks them, which may read files. */
final class PartFigures implements Figures {
  private static final List<HealthState> STATES =
      List.of(
          HealthState.HEALTH_STATE_SERVING,
          HealthState.HEALTH_STATE_DEGRADED,
          HealthState.HEALTH_STATE_NOT_SERVING);

  private final HealthBoard board;

  PartFigures(HealthBoard board) {
    this.board = board;
  }

  @Override
  public void tell(Exposition to) {
    List<PartHealth> parts = board.check();
    for (PartHealth part : parts) {
      for (HealthState state : STATES) {
        to.put(Metric.PART, Exposition.number(part.state() == state), part.name(), Words.of(state));
      }
    }
    HealthState overall = board.overall(parts);
    to.put(Metric.READY, Exposition.number(overall != HealthState.HEALTH_STATE_NOT_SERVING));
    to.put(Metric.DRAINING, Exposition.number(board.draining()));
  }
}
