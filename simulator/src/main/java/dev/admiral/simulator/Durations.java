package dev.admiral.simulator;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people and vendors write them. */
final class Durations {
  private static final Pattern SIMPLE = Pattern.compile("(\\d{1,9})(ms|s|m)");

  private Durations() {}

  /**
   * Reads {@code 250ms}, {@code 2s} or {@code 1m}.
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  static Duration parse(String text) {
    Matcher matcher = SIMPLE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration: write 250ms, 2s or 1m.");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }

  /** Writes a duration as Go does, to the millisecond: {@code 12ms}, {@code 1.5s}, {@code 6m0s}. */
  static String go(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    if (millis < 1000) {
      return millis + "ms";
    }
    long hours = millis / 3_600_000;
    long minutes = millis / 60_000 % 60;
    String seconds = plain(millis % 60_000) + "s";
    if (hours > 0) {
      return hours + "h" + minutes + "m" + seconds;
    }
    return minutes > 0 ? minutes + "m" + seconds : seconds;
  }

  /** Writes a duration in seconds: {@code 1.574}. */
  static String seconds(Duration duration) {
    return plain(duration.toMillis());
  }

  /** Whole seconds, rounded up: the value of a {@code retry-after} header. */
  static long wholeSeconds(Duration duration) {
    return Math.ceilDiv(duration.toMillis(), 1000);
  }

  private static String plain(long millis) {
    BigDecimal seconds =
        new BigDecimal(millis).divide(new BigDecimal(1000), 3, RoundingMode.UNNECESSARY);
    return seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString();
  }
}
