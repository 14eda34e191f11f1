package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.Locale;

/** Calls that a format refuses before anything is sent. */
public final class Refusals {
  private Refusals() {}

  /** The wire format has no place for a field. */
  public static ProviderException cannotExpress(String provider, String field, String why) {
    return unsent(
        new Failure.Inexpressible(
            field, "provider '" + provider + "' cannot be given " + field + ": " + why));
  }

  /** The vendor has a setting, and refuses it for this model. */
  public static ProviderException refusedFor(String provider, String model, Setting setting) {
    return cannotExpress(
        provider,
        "prompt.sampling." + setting.name().toLowerCase(Locale.ROOT),
        "its model " + model + " has no such setting");
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
