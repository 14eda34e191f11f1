package dev.admiral.optimizer.call;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times as callers send them; messages can hold numbers that are no time. */
public final class ProtoTimes {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** About 10,000 years, as google.protobuf.Duration says. */
  private static final long MOST_SECONDS = 315_576_000_000L;

  private static final long FIRST_SECOND = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

  private ProtoTimes() {}

  /** Returns a duration, or null if the message holds none. */
  public static @Nullable Duration duration(com.google.protobuf.Duration message) {
    long seconds = message.getSeconds();
    int nanos = message.getNanos();
    boolean valid =
        seconds >= -MOST_SECONDS
            && seconds <= MOST_SECONDS
            && nanos > -NANOS_PER_SECOND
            && nanos < NANOS_PER_SECOND
            && (seconds <= 0 || nanos >= 0)
            && (seconds >= 0 || nanos <= 0);
    return valid ? Duration.ofSeconds(seconds, nanos) : null;
  }

  /** Returns a point in time, or null if the message holds none. */
  public static @Nullable Instant instant(Timestamp message) {
    long seconds = message.getSeconds();
    int nanos = message.getNanos();
    boolean valid =
        seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos < NANOS_PER_SECOND;
    return valid ? Instant.ofEpochSecond(seconds, nanos) : null;
  }
}
