package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.ErrorReason;

/**
 * One step of a call, as it was seen by whoever took it: the flight, or a caller that joined one.
 * Times are on {@link Time#nanos()}'s scale, so that each caller can tell them from its own
 * arrival.
 *
 * @param kind which step
 * @param startNanos when it began
 * @param endNanos when it ended, not before it began; what was under way when its caller left ends
 *     there
 * @param detail what was done, such as the model of an attempt; never content, empty if the kind
 *     says all
 * @param failure why it failed; ERROR_REASON_UNSPECIFIED if it did not
 */
public record Step(Kind kind, long startNanos, long endNanos, String detail, ErrorReason failure) {

  /** Which step of a call. */
  public enum Kind {
    /** Waiting for a limit, or before another try. */
    QUEUE("queue"),
    /** Waiting on a flight that was made for another caller. */
    JOIN("join"),
    /** A look on disk. */
    DISK("disk"),
    /** Putting the models that may answer in order. */
    ROUTE("route"),
    /** One try of one model. */
    ATTEMPT("attempt"),
    /** Entering the price in the ledger. */
    SETTLE("settle");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns its name in the contract. */
    public String word() {
      return word;
    }
  }

  /** Returns how long it took, in nanoseconds. */
  public long nanos() {
    return endNanos - startNanos;
  }
}
