package dev.admiral.optimizer.http.anthropic;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The published versions of the API that differ in their requests; their answers do not. A date
 * stands for the version that was the newest then, and none for the first.
 */
enum Version {
  V2023("2023-06-01"),

  /** Without sampling settings, and stricter in what may stand where. */
  V2026("2026-10-21");

  static final String HEADER = "anthropic-version";

  /** The header with what a client wants to try out. */
  static final String BETA_HEADER = "anthropic-beta";

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

  private final String date;

  Version(String date) {
    this.date = date;
  }

  /**
   * Returns the version that a request means.
   *
   * @param header what it says; null if nothing. Relays and clones have dates of their own
   */
  static Version of(@Nullable String header) {
    return header != null && DATE.matcher(header).matches() && header.compareTo(V2026.date) >= 0
        ? V2026
        : V2023;
  }
}
