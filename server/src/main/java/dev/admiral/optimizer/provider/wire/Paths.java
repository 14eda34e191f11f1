package dev.admiral.optimizer.provider.wire;

import java.net.URI;

/** Paths below a configured address. */
public final class Paths {
  private Paths() {}

  /** Appends a path; a query of the base, such as Azure's api-version, stays behind it. */
  public static String below(URI base, String path) {
    String prefix = base.getRawPath() == null ? "" : base.getRawPath();
    while (prefix.endsWith("/")) {
      prefix = prefix.substring(0, prefix.length() - 1);
    }
    return prefix + path + (base.getRawQuery() == null ? "" : "?" + base.getRawQuery());
  }
}
