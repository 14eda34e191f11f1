package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What a caller did not wait thanks to a hit or a join. */
class SavedTimeProperties {

  @Property
  void savedTime_isUpstreamLessWaitedInWholeMicrosecondsAndNeverNegative(
      @ForAll("sources") Source source,
      @ForAll("durations") Duration took,
      @ForAll("durations") Duration waited) {
    Duration saved = answered(source, took).savedTime(waited);

    long micros = took.minus(waited).toNanos() / 1_000;
    assertThat(saved).isEqualTo(Duration.ofNanos(1_000 * Math.max(0, micros)));
  }

  @Property
  void savedTime_ofACallThatWentUpstream_isZero(
      @ForAll("durations") Duration took, @ForAll("durations") Duration waited) {
    assertThat(answered(Source.SOURCE_UPSTREAM, took).savedTime(waited)).isZero();
  }

  @Provide
  Arbitrary<Source> sources() {
    return Arbitraries.of(
        Source.SOURCE_MEMORY,
        Source.SOURCE_DISK,
        Source.SOURCE_NEAR_MATCH,
        Source.SOURCE_COALESCED,
        Source.SOURCE_REPEATED);
  }

  @Provide
  Arbitrary<Duration> durations() {
    return Arbitraries.longs().between(0, Duration.ofHours(2).toNanos()).map(Duration::ofNanos);
  }

  private static Outcome.Answered answered(Source source, Duration took) {
    Answer answer =
        new Answer(
            Completion.getDefaultInstance(),
            "openai",
            "gpt-4o",
            Usage.NONE,
            new Cost.Unknown(),
            Instant.EPOCH,
            took);
    return new Outcome.Answered(
        answer, source, new Outcome.Timing(null, Duration.ZERO, Duration.ZERO), List.of(), "");
  }
}
