package dev.admiral.optimizer.call;

/** Faults of this program, made fit for a log. */
public final class Faults {
  private Faults() {}

  /**
   * Returns a fault with its kind, its stack and its causes, but without their messages: those may
   * quote content of calls.
   */
  public static Throwable withoutMessages(Throwable fault) {
    Throwable cause = fault.getCause();
    Throwable bare =
        new Throwable(fault.getClass().getName(), cause == null ? null : withoutMessages(cause));
    bare.setStackTrace(fault.getStackTrace());
    return bare;
  }
}
