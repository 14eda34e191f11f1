package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that are times, and numbers that are none. */
class ProtoTimesTest {
  @Test
  void goodDurations_areRead() {
    assertThat(duration(1, 500_000_000)).isEqualTo(Duration.ofMillis(1_500));
    assertThat(duration(-1, -500_000_000)).isEqualTo(Duration.ofMillis(-1_500));
    assertThat(duration(0, -1)).isEqualTo(Duration.ofNanos(-1));
    assertThat(duration(315_576_000_000L, 999_999_999)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 999999999",
    "-9223372036854775808, -999999999",
    "315576000001, 0",
    "1, 1000000000",
    "0, 2147483647",
    "0, -2147483648",
    "1, -1",
    "-1, 1"
  })
  void numbersThatAreNoDuration_areNull(long seconds, int nanos) {
    assertThat(duration(seconds, nanos)).isNull();
  }

  @Test
  void goodTimes_areRead() {
    assertThat(instant(0, 1)).isEqualTo(Instant.ofEpochSecond(0, 1));
    assertThat(instant(-62_135_596_800L, 0)).isEqualTo(Instant.parse("0001-01-01T00:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 0",
    "-9223372036854775808, 0",
    "253402300800, 0",
    "-62135596801, 0",
    "0, -1",
    "0, 1000000000"
  })
  void numbersThatAreNoTime_areNull(long seconds, int nanos) {
    assertThat(instant(seconds, nanos)).isNull();
  }

  private static Duration duration(long seconds, int nanos) {
    return ProtoTimes.duration(
        com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build());
  }

  private static Instant instant(long seconds, int nanos) {
    return ProtoTimes.instant(Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build());
  }
}
