package dev.admiral.optimizer.config;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes amounts with a unit: "500ms" or "10m", "64KiB" or "16MiB". */
final class Quantity {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,12}) ?([A-Za-z]*)");

  private static final Map<String, Duration> DURATIONS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  private static final Map<String, Long> SIZES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

  private Quantity() {}

  /**
   * @throws IllegalArgumentException if it is none
   * @throws ArithmeticException if it is too large
   */
  static Duration duration(String text) {
    Matcher form = match(text);
    Duration unit = DURATIONS.get(form.group(2));
    if (unit == null) {
      throw new IllegalArgumentException("no unit of time");
    }
    return unit.multipliedBy(Long.parseLong(form.group(1)));
  }

  /**
   * @throws IllegalArgumentException if it is none
   * @throws ArithmeticException if it is too large
   */
  static long bytes(String text) {
    Matcher form = match(text);
    Long unit = SIZES.get(form.group(2));
    if (unit == null) {
      throw new IllegalArgumentException("no unit of size");
    }
    return Math.multiplyExact(unit, Long.parseLong(form.group(1)));
  }

  /** Returns a duration of whole milliseconds in the largest unit that it is a whole number of. */
  static String text(Duration duration) {
    Map<String, Long> millis = new HashMap<>();
    DURATIONS.forEach((name, unit) -> millis.put(name, unit.toMillis()));
    return inLargestUnit(duration.toMillis(), millis, "s");
  }

  /** Returns a number of bytes in the largest unit that it is a whole number of. */
  static String text(long bytes) {
    return inLargestUnit(bytes, SIZES, "B");
  }

  private static String inLargestUnit(long amount, Map<String, Long> units, String unitOfZero) {
    if (amount == 0) {
      return "0" + unitOfZero;
    }
    Map.Entry<String, Long> largest =
        units.entrySet().stream()
            .filter(unit -> !unit.getKey().isEmpty() && amount % unit.getValue() == 0)
            .max(Map.Entry.comparingByValue())
            .orElseThrow();
    return amount / largest.getValue() + largest.getKey();
  }

  private static Matcher match(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("no number with a unit");
    }
    return form;
  }
}
