package dev.admiral.optimizer.fleet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A key as the server keeps it: never itself, only its digest.
 *
 * @param sha256 SHA-256 of the key's UTF-8 bytes, 64 lower-case hex digits
 * @param identity whom it speaks for
 */
public record Key(String sha256, Identity identity) {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException if the digest has not 64 hex digits; the message does not
   *     repeat it, as it may be a key given by mistake
   */
  public Key {
    sha256 = sha256.toLowerCase(Locale.ROOT);
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException("a key's SHA-256 has 64 hex digits");
    }
  }

  /** Returns what is kept of a key. */
  public static Key of(String secret, Identity identity) {
    return new Key(HexFormat.of().formatHex(digest(secret)), identity);
  }

  static byte[] digest(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
