package dev.admiral.optimizer.flight;

/**
 * What a flight asks of those who know all flights. Nothing here may be called with the flight's
 * lock held, since the table's lock comes first.
 */
interface Tower {

  /** A waiter leaves. */
  void leave(Seat seat, Flight flight);

  /** Takes no further joiners by content. */
  void closeToJoiners(Flight flight);

  /** Forgets a flight that is over, but for the request_ids whose waiters have not left. */
  void forget(Flight flight);

  /** Runs something once the grace is over; at once if the server is shutting down. */
  void startGrace(Runnable end);

  /** The flight's thread is done. */
  void landed();
}
