package dev.admiral.optimizer.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Compared with counting each bound by hand. */
class TokenSizesTest {

  @Property
  void recorded_countsUpToEachBound(
      @ForAll @Size(max = 50) List<@LongRange(max = 100_000_000) Long> tokens) {
    TokenSizes sizes = new TokenSizes();
    tokens.forEach(sizes::record);

    assertThat(sizes.histogram())
        .isEqualTo(
            new TokenHistogram(
                TokenHistogram.BOUNDS.stream()
                    .map(bound -> tokens.stream().filter(count -> count <= bound).count())
                    .toList(),
                tokens.size()));
  }

  @Property
  void aroundABound_isCountedOnItsSide(@ForAll @LongRange(max = 13) long power) {
    TokenSizes sizes = new TokenSizes();
    long bound = TokenHistogram.BOUNDS.get((int) power);
    sizes.record(bound);
    sizes.record(bound + 1);

    assertThat(sizes.histogram().counts().get((int) power)).isEqualTo(1);
    assertThat(sizes.histogram().count()).isEqualTo(2);
  }
}
