package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.CallKey;

/** A request_id in use, and the flight it leads to. */
final class Alias {
  final CallKey repeatKey;
  final CallKey body;
  final Flight flight;

  /** Waiters that gave this request_id and have not left; guarded by the table's lock. */
  int seats;

  Alias(CallKey repeatKey, CallKey body, Flight flight) {
    this.repeatKey = repeatKey;
    this.body = body;
    this.flight = flight;
  }
}
