package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.provider.Vendor.LimitHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a vendor asks to wait: in headers, in the body's fields, or in its sentence; and where
 * it asks for nothing, when the limit that is used up begins anew. Immutable.
 */
final class RetryHints {
  /** Longer waits are a vendor's mistake; they are taken as this. */
  private static final Duration LONGEST = Duration.ofDays(31);

  private static final Pattern SENTENCE =
      Pattern.compile(
          "(?:try again|retry|wait)(?: again)?(?: in| after|"
              + " for)?\\s+((?:[0-9.]+\\s?(?:ms|h|m|s)\\s?)+)");

  private static final Pattern UNIT = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s?(ms|h|m|s)");

  /** In 2001, as seconds and as milliseconds. */
  private static final double OLDEST_EPOCH_SECOND = 1e9;

  private static final double OLDEST_EPOCH_MILLI = 1e12;

  /** In 2286. */
  private static final double LATEST_EPOCH_MILLI = 1e13;

  private final List<Limit> limits;

  /** A vendor's way of naming limits in headers. */
  private record Limit(Pattern remaining, String reset, Set<String> longPeriods) {
    static Limit of(LimitHeaders headers) {
      int star = headers.remaining().indexOf('*');
      return new Limit(
          Pattern.compile(
              Pattern.quote(headers.remaining().substring(0, star))
                  + "(.+)"
                  + Pattern.quote(headers.remaining().substring(star + 1))),
          headers.reset(),
          headers.longPeriods());
    }

    /**
     * Returns the name of the limit that a header says is used up; null if it says something else.
     */
    @Nullable String usedUp(Map.Entry<String, String> header) {
      Matcher name = remaining.matcher(header.getKey());
      return name.matches() && header.getValue().strip().equals("0") ? name.group(1) : null;
    }
  }

  RetryHints(List<LimitHeaders> headers) {
    this.limits = headers.stream().map(Limit::of).toList();
  }

  /** Returns the longest wait given anywhere; null if none was. */
  @Nullable Duration longest(Map<String, String> headers, VendorError error, Instant now) {
    Duration longest = millis(headers.get("retry-after-ms"));
    longest = longer(longest, retryAfter(headers.get("retry-after"), now));
    longest = longer(longest, units(error.retryDelay()));
    Matcher sentence = SENTENCE.matcher(error.message().toLowerCase(Locale.ROOT));
    if (sentence.find()) {
      longest = longer(longest, units(sentence.group(1)));
    }
    return longest == null ? reset(headers, now) : longest;
  }

  /** Returns the longest time until a limit with nothing left begins anew. */
  private @Nullable Duration reset(Map<String, String> headers, Instant now) {
    Duration longest = null;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      for (Limit limit : limits) {
        String name = limit.usedUp(header);
        if (name != null) {
          longest = longer(longest, moment(headers.get(limit.reset().replace("*", name)), now));
        }
      }
    }
    return longest;
  }

  /** Reads a date of Anthropic's, a duration of OpenAI's, seconds, or a time since 1970. */
  private static @Nullable Duration moment(@Nullable String value, Instant now) {
    if (value == null) {
      return null;
    }
    Duration number = number(value, now);
    if (number != null) {
      return number;
    }
    try {
      return bounded(Duration.between(now, OffsetDateTime.parse(value.strip()).toInstant()));
    } catch (DateTimeException e) {
      return units(value);
    }
  }

  /** Reads seconds from now, or from 1970, or milliseconds from 1970: their sizes lie far apart. */
  private static @Nullable Duration number(String value, Instant now) {
    Duration seconds = scaled(value, 1_000);
    if (seconds == null || seconds.compareTo(LONGEST) < 0) {
      return seconds;
    }
    double number = Double.parseDouble(value.strip());
    if (number < OLDEST_EPOCH_SECOND) {
      return seconds;
    }
    double epochMillis = number < OLDEST_EPOCH_MILLI ? number * 1_000 : number;
    return epochMillis > LATEST_EPOCH_MILLI
        ? LONGEST
        : bounded(Duration.between(now, Instant.ofEpochMilli((long) epochMillis)));
  }

  /** Returns true if a limit by the day or longer has nothing left. */
  boolean usedUpForLong(Map<String, String> headers) {
    for (Map.Entry<String, String> header : headers.entrySet()) {
      for (Limit limit : limits) {
        String name = limit.usedUp(header);
        if (name != null && limit.longPeriods().stream().anyMatch(end -> endsWith(name, end))) {
          return true;
        }
      }
    }
    return false;
  }

  /** A limit may be named by its period alone. */
  private static boolean endsWith(String name, String period) {
    return name.endsWith(period) || name.equals(period.substring(1));
  }

  private static @Nullable Duration retryAfter(@Nullable String value, Instant now) {
    if (value == null) {
      return null;
    }
    try {
      Instant date =
          ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return bounded(Duration.between(now, date));
    } catch (DateTimeException e) {
      return moment(value, now);
    }
  }

  private static @Nullable Duration millis(@Nullable String value) {
    return value == null ? null : scaled(value, 1);
  }

  private static @Nullable Duration scaled(String value, long millisPerUnit) {
    try {
      double millis = Double.parseDouble(value.strip()) * millisPerUnit;
      return Double.isFinite(millis) ? bounded(ofMillis(millis)) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Reads a Go duration such as 1h34m52.896s. */
  private static @Nullable Duration units(String text) {
    double millis = 0;
    boolean any = false;
    Matcher unit = UNIT.matcher(text);
    while (unit.find()) {
      any = true;
      double number = Double.parseDouble(unit.group(1));
      millis +=
          number
              * switch (unit.group(2)) {
                case "h" -> 3_600_000;
                case "m" -> 60_000;
                case "s" -> 1_000;
                default -> 1;
              };
    }
    return any ? bounded(ofMillis(millis)) : null;
  }

  /** Rounded up: a wait that is a little too short is no wait. */
  private static Duration ofMillis(double millis) {
    return Duration.ofMillis((long) Math.ceil(Math.min(millis, (double) LONGEST.toMillis())));
  }

  private static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  private static @Nullable Duration longer(@Nullable Duration a, @Nullable Duration b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.compareTo(b) >= 0 ? a : b;
  }
}
