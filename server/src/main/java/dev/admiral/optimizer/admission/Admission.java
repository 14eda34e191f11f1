package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Failure;

/** What a limiter says of a call. */
public sealed interface Admission {

  /**
   * The call may go on.
   *
   * @param permit what it holds until it ends
   */
  record Admitted(Permit permit) implements Admission {}

  /**
   * The call may not go on; it has used nothing.
   *
   * @param failure which limit refused, whose it is and when to come back
   */
  record Refused(Failure.LimitReached failure) implements Admission {}
}
