package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.ErrorReason;
import org.jspecify.annotations.Nullable;

/**
 * Where calls come in. The gate is open; or degraded, while what a call costs could not be kept:
 * then calls are answered from the cache and no paid one begins; or draining, while the server
 * shuts down: then new calls are refused, and repeats of earlier ones still served. Thread-safe;
 * never blocks.
 */
final class Gate {
  private final CallStatistics statistics;
  private final Ledger ledger;
  private volatile boolean draining;

  /**
   * @param statistics counts who comes
   * @param ledger says whether what a call costs can be kept
   */
  Gate(CallStatistics statistics, Ledger ledger) {
    this.statistics = statistics;
    this.ledger = ledger;
  }

  /** A call has arrived, whatever becomes of it. */
  void arrived(Call call) {
    statistics.started(call.caller());
  }

  /** Refuses new calls from now on. */
  void drain() {
    draining = true;
  }

  /** Returns why no new call is taken; null while they are. */
  @Nullable Failure refusesCalls() {
    return draining
        ? new Failure.Refused(
            ErrorReason.ERROR_REASON_SERVER_DRAINING,
            "this server is shutting down; ask another replica")
        : null;
  }

  /** Returns why nothing may be paid for; null while it may. */
  @Nullable Failure refusesPaying() {
    try {
      ledger.checkAccepting();
      return null;
    } catch (CallException e) {
      return e.failure();
    }
  }
}
