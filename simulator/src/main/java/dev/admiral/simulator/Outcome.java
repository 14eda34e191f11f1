package dev.admiral.simulator;

/** How a call ended, as the simulator saw it. */
public enum Outcome {
  /** Every byte of the answer was written to a living connection. */
  SERVED,
  /** The simulator closed the connection in the middle of the answer. */
  CUT,
  /** The simulator reset the connection (TCP RST). */
  RESET,
  /** A chunk or body that is not valid JSON was sent, and the answer ended there. */
  MALFORMED,
  /** The vendor's error was sent inside a 200, and the answer ended there. */
  ERROR_IN_ANSWER,
  /** The answer stopped flowing, until the caller or the simulator closed the connection. */
  STALLED,
  /** The caller closed the connection before the end; see {@link InvoiceLine#clientClosedNanos}. */
  CANCELLED,
  /** The call was refused with an HTTP status (or a page that is no answer) and costs nothing. */
  REFUSED
}
