package dev.admiral.optimizer.call;

/**
 * Carries a {@link Failure} up the blocking part of the path. It has no stack trace: a failed call
 * is not a fault of this program.
 */
public final class CallException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public CallException(Failure failure) {
    super(failure.reason().name(), null, false, false);
    this.failure = failure;
  }

  /** Returns why the call failed. */
  public Failure failure() {
    return failure;
  }
}
