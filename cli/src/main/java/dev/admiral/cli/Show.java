package dev.admiral.cli;

import static java.math.RoundingMode.HALF_EVEN;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.LimitSubject;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.UsageLimit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Values in the form in which people read them. */
public final class Show {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Show() {}

  /** Returns dollars with every digit that is not a trailing zero, and two decimals at least. */
  public static String dollars(Money amount) {
    return dollars(Amounts.decimal(amount));
  }

  /** Returns dollars as {@link #dollars(Money)} does. */
  public static String dollars(BigDecimal amount) {
    BigDecimal usd = amount.stripTrailingZeros();
    BigDecimal shown = usd.scale() < 2 ? usd.setScale(2) : usd;
    return (shown.signum() < 0 ? "-$" : "$") + shown.abs().toPlainString();
  }

  /**
   * Returns dollars rounded for a glance: cents from a dollar up, three digits below. Reports that
   * must be exact use {@link #dollars}.
   */
  static String about(Money amount) {
    return about(Amounts.decimal(amount));
  }

  /** Returns dollars as {@link #about(Money)} does. */
  static String about(BigDecimal usd) {
    if (usd.abs().compareTo(BigDecimal.ONE) >= 0) {
      return String.format(
          Locale.ROOT, usd.signum() < 0 ? "-$%,.2f" : "$%,.2f", usd.abs().setScale(2, HALF_EVEN));
    }
    BigDecimal rounded = usd.round(new MathContext(3)).stripTrailingZeros();
    BigDecimal shown = rounded.scale() < 2 ? rounded.setScale(2) : rounded;
    return (shown.signum() < 0 ? "-$" : "$") + shown.abs().toPlainString();
  }

  /** Returns how often something happens in a second: {@code 0.5}, {@code 1,234}. */
  static String perSecond(double rate) {
    return String.format(Locale.ROOT, rate < 99.95 ? "%.1f" : "%,.0f", rate);
  }

  /** Returns a count with its thousands apart: {@code 12,345}. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns a count of things: {@code 1 call}, {@code 12,345 calls}. */
  static String count(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }

  /** Returns a part of a whole in percent: {@code 80.1 %}; nothing of nothing is {@code -}. */
  public static String percent(long part, long whole) {
    return whole == 0 ? "-" : percent((double) part / whole);
  }

  /** Returns a rate of 0 to 1 in percent. */
  public static String percent(double rate) {
    return String.format(Locale.ROOT, "%.1f %%", rate * 100);
  }

  /** Returns a span in the unit that suits it: {@code 0.21 ms}, {@code 34 ms}, {@code 1.3 s}. */
  public static String time(java.time.Duration span) {
    double millis = span.toNanos() / 1e6;
    if (millis < 10) {
      return String.format(Locale.ROOT, "%.2f ms", millis);
    } else if (millis < 1_000) {
      return String.format(Locale.ROOT, "%.0f ms", millis);
    } else if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000);
    } else if (millis < 3_600_000) {
      return span.toMinutes() + " min " + span.toSecondsPart() + " s";
    } else if (span.toDays() < 2) {
      return span.toHours() + " h " + span.toMinutesPart() + " min";
    }
    return span.toDays() + " days";
  }

  /** Returns a span as {@link #time(java.time.Duration)} does. */
  public static String time(Duration span) {
    return time(span(span));
  }

  /** Returns a span of the contract as one of the JDK. */
  static java.time.Duration span(Duration span) {
    return java.time.Duration.ofSeconds(span.getSeconds(), span.getNanos());
  }

  /** Returns an instant to the second, UTC. */
  static String instant(Timestamp time) {
    return SECONDS.format(moment(time));
  }

  /** Returns the time of day of an instant, to the second, UTC. */
  static String timeOfDay(Timestamp time) {
    return instant(time).substring(11);
  }

  /** Returns the time of day of an instant, to the second, UTC. */
  static String timeOfDay(Instant time) {
    return SECONDS.format(time).substring(11);
  }

  /** Returns an instant of the contract as one of the JDK. */
  static Instant moment(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** Returns bytes in binary units: {@code 12.5 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 1_024) {
      return bytes + " B";
    }
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    return String.format(
        Locale.ROOT, "%.1f %ciB", bytes / (double) (1L << (unit * 10)), "KMGTPE".charAt(unit - 1));
  }

  /** Returns where an answer came from, in a word or two. */
  public static String source(Source source) {
    return switch (source) {
      case SOURCE_UPSTREAM -> "upstream";
      case SOURCE_MEMORY -> "memory";
      case SOURCE_DISK -> "disk";
      case SOURCE_NEAR_MATCH -> "near match";
      case SOURCE_COALESCED -> "coalesced";
      case SOURCE_REPEATED -> "repeated";
      case SOURCE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }

  /** Returns a word or two for a state. */
  static String state(HealthState state) {
    return state == HealthState.HEALTH_STATE_UNSPECIFIED
        ? "not known yet"
        : word(state, "HEALTH_STATE_");
  }

  /** Returns why a call failed, in a word or two. */
  static String failure(ErrorReason reason) {
    return word(reason, "ERROR_REASON_");
  }

  /** Returns whether calls are sent to a model, and if not, why and until when. */
  static String breaker(Model model, Instant now) {
    CircuitBreaker breaker = model.getCircuitBreaker();
    return switch (breaker.getState()) {
      case STATE_OPEN ->
          "open: "
              + percent(breaker.getFailureRate())
              + " of "
              + breaker.getAttemptCount()
              + " attempts failed"
              + (breaker.hasRetryTime()
                  ? ", asked again in " + time(until(breaker.getRetryTime(), now))
                  : "");
      case STATE_HALF_OPEN -> "half-open: one call is sent to see whether it works";
      case STATE_CLOSED -> "closed";
      default -> model.getAvailable() ? "" : "not asked: it fails";
    };
  }

  /** Returns whose calls a limit bounds, in the form that errors have it too. */
  static String subject(LimitSubject subject) {
    return switch (subject.getSubjectCase()) {
      case TENANT -> "tenant/" + subject.getTenant().getTenant();
      case AGENT -> "agent/" + subject.getAgent().getAgentId();
      case AGENT_GROUP -> "group/" + subject.getAgentGroup().getAgentGroup();
      case SESSION -> "session/" + subject.getSession().getSessionId();
      case API_KEY -> "key/" + subject.getApiKey().getKeyId();
      case PROVIDER -> "provider/" + subject.getProvider().getProvider();
      case PROVIDER_KEY ->
          "provider-key/"
              + subject.getProviderKey().getProvider()
              + "/"
              + subject.getProviderKey().getKeyName();
      case MODEL ->
          "model/" + subject.getModel().getProvider() + "/" + subject.getModel().getModel();
      case MODEL_CLASS -> "class/" + subject.getModelClass().getModelClass();
      case SUBJECT_NOT_SET -> "(unknown to this version)";
    };
  }

  /** Returns what a limit counts: {@code requests per minute}, {@code requests in 90 s}. */
  static String counted(UsageLimit limit) {
    String metric = word(limit.getMetric(), "LIMIT_METRIC_");
    if (!limit.hasPeriod()) {
      return metric;
    }
    long seconds = limit.getPeriod().getSeconds();
    return switch ((int) Math.min(seconds, Integer.MAX_VALUE)) {
      case 1 -> metric + " per second";
      case 60 -> metric + " per minute";
      case 3_600 -> metric + " per hour";
      case 86_400 -> metric + " per day";
      default -> metric + " in " + seconds + " s";
    };
  }

  private static java.time.Duration until(Timestamp time, Instant now) {
    java.time.Duration wait = java.time.Duration.between(now, moment(time));
    return wait.isNegative() ? java.time.Duration.ZERO : wait;
  }

  /** Returns the name of an enum's value without its prefix, as people write it. */
  static String word(Enum<?> value, String prefix) {
    return value.name().replaceFirst("^" + prefix, "").toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
