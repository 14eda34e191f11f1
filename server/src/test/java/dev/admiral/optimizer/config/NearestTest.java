package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {

  @Test
  void nearName_isOffered() {
    assertThat(Nearest.hint("cahce", List.of("grpc", "cache")))
        .isEqualTo("; did you mean 'cache'?");
    assertThat(Nearest.hint("prot", List.of("host", "port"))).isEqualTo("; did you mean 'port'?");
  }

  @Test
  void farName_isNot() {
    assertThat(Nearest.hint("bananas", List.of("grpc", "cache"))).isEmpty();
    assertThat(Nearest.hint("x", List.of())).isEmpty();
  }

  @Property
  void distance_isAMeasureOfDifference(
      @ForAll @AlphaChars @StringLength(max = 8) String a,
      @ForAll @AlphaChars @StringLength(max = 8) String b) {
    int distance = Nearest.distance(a, b);

    assertThat(distance).isEqualTo(Nearest.distance(b, a));
    assertThat(distance == 0).isEqualTo(a.equals(b));
    assertThat(distance)
        .isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
  }
}
