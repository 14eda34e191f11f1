package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;

/** Hashes and draws: the only randomness there is, all of it a function of its arguments. */
final class Mix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final char[] BASE62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();

  private Mix() {}

  /** SplitMix64's finalizer over the sum of both, which spreads every bit over all others. */
  static long mix(long a, long b) {
    long z = a + (b + 1) * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long text(long hash, CharSequence text) {
    long h = hash ^ text.length();
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * 0x100000001B3L;
      h ^= h >>> 29;
    }
    return mix(h, 0);
  }

  /** Hashes a JSON value by its meaning: the order of an object's keys does not matter. */
  static long json(long hash, JsonNode node) {
    if (node.isObject()) {
      long sum = node.size();
      for (var property : node.properties()) {
        sum += json(text(3, property.getKey()), property.getValue());
      }
      return mix(hash, sum);
    }
    if (node.isArray()) {
      long h = mix(hash, node.size());
      for (JsonNode element : node) {
        h = json(h, element);
      }
      return h;
    }
    if (node.isNumber()) {
      return mix(hash, Double.doubleToLongBits(node.asDouble()));
    }
    return text(mix(hash, node.isTextual() ? 1 : 2), node.asText());
  }

  /** Returns a number of at least zero and less than one. */
  static double unit(long hash) {
    return (mix(hash, 77) >>> 11) * 0x1.0p-53;
  }

  /** Returns a number of at least zero and less than {@code bound}. */
  static int below(long hash, int bound) {
    return (int) Long.remainderUnsigned(mix(hash, 78), bound);
  }

  /** A draw from the standard normal distribution (Box and Muller). */
  static double gaussian(long hash) {
    double radius = Math.sqrt(-2 * Math.log(1 - unit(hash)));
    return radius * Math.cos(2 * Math.PI * unit(mix(hash, 79)));
  }

  static String base62(long hash, int length) {
    char[] chars = new char[length];
    long h = 0;
    for (int i = 0; i < length; i++) {
      if (i % 10 == 0) {
        h = mix(hash, i);
      }
      chars[i] = BASE62[(int) Long.remainderUnsigned(h, 62)];
      h = Long.divideUnsigned(h, 62);
    }
    return new String(chars);
  }

  static String hex(long hash, int length) {
    StringBuilder hex = new StringBuilder(length + 16);
    for (long h = hash; hex.length() < length; h = mix(h, 5)) {
      String digits = Long.toHexString(h);
      hex.append("0".repeat(16 - digits.length())).append(digits);
    }
    return hex.substring(0, length);
  }
}
