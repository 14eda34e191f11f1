package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** Guesses at mistyped names. */
class NearestNamesTest {
  private static final List<String> NAMES =
      List.of("gpt-4o", "gpt-4o-mini", "gpt-5", "claude-opus-5", "fast");

  @Test
  void of_swappedLetters_findsTheNameFirst() {
    assertThat(NearestNames.of("gtp-4o", NAMES)).startsWith("gpt-4o");
    assertThat(NearestNames.of("fsat", NAMES)).containsExactly("fast");
    assertThat(NearestNames.of("Claude_Opus-5", NAMES)).containsExactly("claude-opus-5");
  }

  @Test
  void of_manyNear_givesThree() {
    assertThat(NearestNames.of("ab", List.of("aa", "ac", "ad", "ae"))).hasSize(3);
  }

  @Property(tries = 2_000)
  void distance_isThatOfTheDefinition(
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 7) String a,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 7) String b) {
    assertThat(NearestNames.distance(a, b)).isEqualTo(byDefinition(a, b));
  }

  /** The recursion the table is made from. */
  private static int byDefinition(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.length() + b.length();
    }
    int i = a.length();
    int j = b.length();
    String shortA = a.substring(0, i - 1);
    String shortB = b.substring(0, j - 1);
    int replaced = byDefinition(shortA, shortB) + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, 1 + Math.min(byDefinition(shortA, b), byDefinition(a, shortB)));
    if (i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1)) {
      best = Math.min(best, 1 + byDefinition(a.substring(0, i - 2), b.substring(0, j - 2)));
    }
    return best;
  }
}
