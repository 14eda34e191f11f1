package dev.admiral.optimizer.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Patterns over dotted names. */
class TopicPatternTest {

  @Test
  void matches_star_isExactlyOneWord() {
    TopicPattern pattern = TopicPattern.of("optimizer.*.failed");

    assertThat(pattern.matches("optimizer.call.failed")).isTrue();
    assertThat(pattern.matches("optimizer.failed")).isFalse();
    assertThat(pattern.matches("optimizer.call.leg.failed")).isFalse();
  }

  @Test
  void matches_hash_isAnyNumberOfWords() {
    assertThat(TopicPattern.of("optimizer.#").matches("optimizer")).isTrue();
    assertThat(TopicPattern.of("optimizer.#").matches("optimizer.call.failed")).isTrue();
    assertThat(TopicPattern.of("#.failed").matches("optimizer.call.failed")).isTrue();
    assertThat(TopicPattern.of("#.failed").matches("optimizer.call.finished")).isFalse();
    assertThat(TopicPattern.of("#").matches("anything.at.all")).isTrue();
  }

  @Property(tries = 3_000)
  void matches_anyPatternAndName_agreesWithTheDefinition(
      @ForAll("patterns") List<String> pattern, @ForAll("names") List<String> name) {
    assertThat(TopicPattern.of(String.join(".", pattern)).matches(String.join(".", name)))
        .isEqualTo(byDefinition(pattern, name));
  }

  @Test
  void of_malformed_saysWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopicPattern.of("optimizer..failed"))
        .withMessageStartingWith("the pattern 'optimizer..failed' has an empty word;");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopicPattern.of("optimizer.ca*"))
        .withMessageStartingWith("the pattern 'optimizer.ca*' has the word 'ca*';");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopicPattern.of(""))
        .withMessageContaining("an empty word");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopicPattern.of("x".repeat(256)))
        .withMessage("the pattern has 256 characters; at most 255 are allowed");
  }

  @Provide
  Arbitrary<List<String>> patterns() {
    return Arbitraries.of("a", "b", "*", "#").list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<String>> names() {
    return Arbitraries.of("a", "b", "c").list().ofMinSize(1).ofMaxSize(6);
  }

  /** What the two wildcards mean, by trying every number of words for each. */
  private static boolean byDefinition(List<String> pattern, List<String> name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.getFirst().equals("#")) {
      for (int words = 0; words <= name.size(); words++) {
        if (byDefinition(rest, name.subList(words, name.size()))) {
          return true;
        }
      }
      return false;
    }
    return !name.isEmpty()
        && (pattern.getFirst().equals("*") || pattern.getFirst().equals(name.getFirst()))
        && byDefinition(rest, name.subList(1, name.size()));
  }
}
