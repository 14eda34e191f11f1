package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;

/** Calls that a dialect refuses before anything is sent. */
final class Refusals {
  private Refusals() {}

  /** The wire format has no place for a field. */
  static ProviderException cannotExpress(String provider, String field, String why) {
    return unsent(
        new Failure.Inexpressible(
            field, "provider '" + provider + "' cannot be given " + field + ": " + why));
  }

  /** The vendor has no such call. */
  static ProviderException noSuchCall(String provider, String what) {
    return unsent(
        new Failure.Refused(
            ErrorReason.ERROR_REASON_NOT_IMPLEMENTED,
            "provider '" + provider + "' " + what + "; choose another one"));
  }

  private static ProviderException unsent(Failure failure) {
    return new ProviderException(failure, null, "", 0);
  }
}
