package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import org.jspecify.annotations.Nullable;

/** The key in an authorization header, and what is said to those who have none. */
public final class Bearer {
  /** Said of a key that nobody was given. */
  public static final String UNKNOWN =
      "the key is not known to this server; check it, or ask the operator for one";

  private static final String SCHEME = "Bearer ";

  private Bearer() {}

  /**
   * Returns the key.
   *
   * @param authorization the header; null if none was sent
   * @return null if it holds no key
   */
  public static @Nullable String key(@Nullable String authorization) {
    return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? authorization.substring(SCHEME.length()).strip()
        : null;
  }

  /**
   * Returns why somebody is refused whose key opens nothing.
   *
   * @param key what was sent; null if nothing was
   * @param how the way to send one
   */
  public static Failure refusal(@Nullable String key, String how) {
    return new Failure.Refused(
        ErrorReason.ERROR_REASON_KEY_INVALID,
        key == null ? "no key was sent; send " + how : UNKNOWN);
  }
}
