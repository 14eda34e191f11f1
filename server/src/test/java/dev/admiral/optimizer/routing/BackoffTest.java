package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.optimizer.call.Live;
import java.time.Duration;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** How long is waited before another try. */
class BackoffTest {
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration MOST = Duration.ofSeconds(10);
  private static final Live<Backoff.Settings> BOUNDS = Live.of(new Backoff.Settings(FIRST, MOST));
  private static final Duration ENDLESS = Duration.ofDays(1);

  @Test
  void delay_drawnFromTheUpperHalf_doublesUpToTheBound() {
    Backoff shortest = new Backoff(BOUNDS, () -> 0);

    assertThat(shortest.delay(0, null, ENDLESS)).contains(Duration.ofMillis(100));
    assertThat(shortest.delay(1, null, ENDLESS)).contains(Duration.ofMillis(200));
    assertThat(shortest.delay(2, null, ENDLESS)).contains(Duration.ofMillis(400));
    assertThat(shortest.delay(6, null, ENDLESS)).contains(Duration.ofSeconds(5));
    assertThat(shortest.delay(Integer.MAX_VALUE, null, ENDLESS)).contains(Duration.ofSeconds(5));
  }

  @Test
  void delay_providerAskedForMore_waitsThatAndUpToATenth() {
    Duration asked = Duration.ofSeconds(3);

    assertThat(new Backoff(BOUNDS, () -> 0).delay(0, asked, ENDLESS)).contains(asked);
    assertThat(new Backoff(BOUNDS, () -> 0.999_999).delay(0, asked, ENDLESS).orElseThrow())
        .isBetween(Duration.ofMillis(3_299), Duration.ofMillis(3_300));
  }

  @Test
  void delay_noTimeLeftForIt_isNone() {
    Backoff backoff = new Backoff(BOUNDS, () -> 0);

    assertThat(backoff.delay(0, null, Duration.ofMillis(100))).isEmpty();
    assertThat(backoff.delay(0, Duration.ofSeconds(3), Duration.ofSeconds(3))).isEmpty();
    assertThat(backoff.delay(0, Duration.ofSeconds(Long.MAX_VALUE), ENDLESS)).isEmpty();
    assertThat(backoff.delay(0, null, Duration.ofMillis(-5))).isEmpty();
  }

  @Property
  void delay_always_isWithinItsBoundsAndTheTimeLeft(
      @ForAll @IntRange(min = 0, max = 100) int repetition,
      @ForAll @LongRange(min = 0, max = 60_000) long askedMillis,
      @ForAll @LongRange(min = 0, max = 60_000) long leftMillis,
      @ForAll @DoubleRange(min = 0, max = 1, maxIncluded = false) double random) {
    Duration asked = Duration.ofMillis(askedMillis);
    Duration left = Duration.ofMillis(leftMillis);

    Optional<Duration> delay = new Backoff(BOUNDS, () -> random).delay(repetition, asked, left);

    Duration longest = Duration.ofMillis(Math.max(MOST.toMillis(), askedMillis * 11 / 10 + 1));
    delay.ifPresent(wait ->
        assertThat(wait)
            .isGreaterThanOrEqualTo(asked)
            .isGreaterThanOrEqualTo(FIRST.dividedBy(2))
            .isLessThanOrEqualTo(longest)
            .isLessThan(left));
    if (delay.isEmpty()) {
      assertThat(left).isLessThanOrEqualTo(longest);
    }
  }

  @Test
  void backoff_zeroOrShrinkingBounds_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backoff.Settings(Duration.ZERO, MOST));
    assertThatIllegalArgumentException().isThrownBy(() -> new Backoff.Settings(MOST, FIRST));
  }
}
