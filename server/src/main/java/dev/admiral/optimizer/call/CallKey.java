package dev.admiral.optimizer.call;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The SHA-256 under which equal calls of a tenant meet in the cache and in flight. Four longs
 * rather than an array, so that keys compare by value and cost one object.
 */
public record CallKey(long a, long b, long c, long d) {

  /** Returns the key of a digest of 32 bytes. */
  public static CallKey of(byte[] sha256) {
    if (sha256.length != 32) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + sha256.length);
    }
    ByteBuffer bytes = ByteBuffer.wrap(sha256);
    return new CallKey(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  /** Returns the 32 bytes. */
  public byte[] bytes() {
    return ByteBuffer.allocate(32).putLong(a).putLong(b).putLong(c).putLong(d).array();
  }

  /** Returns the first 16 hex digits: what callers, events and logs see. */
  public String hash() {
    return HexFormat.of().toHexDigits(a);
  }

  /** The digest is uniform already, so its first bits are a good hash. */
  @Override
  public int hashCode() {
    return (int) a;
  }

  @Override
  public String toString() {
    return hash();
  }
}
