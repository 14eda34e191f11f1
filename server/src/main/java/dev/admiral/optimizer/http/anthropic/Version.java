package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The published versions of the API. Their requests differ, their answers do not. */
enum Version {
  V2023("2023-06-01"),

  /** Without sampling settings, and stricter in what may stand where. */
  V2026("2026-10-21");

  static final String HEADER = "anthropic-version";

  /** The header with what a client wants to try out. */
  static final String BETA_HEADER = "anthropic-beta";

  private final String date;

  Version(String date) {
    this.date = date;
  }

  /**
   * Returns the version that a request names.
   *
   * @throws CallException if it names none, or one that is not known
   */
  static Version of(@Nullable String header) throws CallException {
    for (Version version : values()) {
      if (version.date.equals(header)) {
        return version;
      }
    }
    String wrong =
        (header == null ? "is missing" : "names no known version")
            + "; send "
            + V2023.date
            + " or "
            + V2026.date;
    throw new CallException(
        new Failure.Invalid(
            "the header " + HEADER + " " + wrong, List.of(new Failure.Violation(HEADER, wrong))));
  }
}
