package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.v1.ErrorReason;

/** Calls that a format refuses before anything is sent. */
public final class Refusals {
  private Refusals() {}

  /** The wire format has no place for a field. */
  public static ProviderException cannotExpress(String provider, String field, String why) {
    return unsent(
        new Failure.Inexpressible(
            field, "provider '" + provider + "' cannot be given " + field + ": " + why));
  }

  /** The vendor has no such call. */
  public static ProviderException noSuchCall(String provider, String what) {
    return unsent(
        new Failure.Refused(
            ErrorReason.ERROR_REASON_NOT_IMPLEMENTED,
            "provider '" + provider + "' " + what + "; choose another one"));
  }

  private static ProviderException unsent(Failure failure) {
    return new ProviderException(failure, null, "", 0);
  }
}
