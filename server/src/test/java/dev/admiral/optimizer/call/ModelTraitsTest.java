package dev.admiral.optimizer.call;

import static dev.admiral.optimizer.call.ModelTraits.Effort.HIGH;
import static dev.admiral.optimizer.call.ModelTraits.Effort.LOW;
import static dev.admiral.optimizer.call.ModelTraits.Effort.MAX;
import static dev.admiral.optimizer.call.ModelTraits.Effort.MEDIUM;
import static dev.admiral.optimizer.call.ModelTraits.Effort.MINIMAL;
import static dev.admiral.optimizer.call.ModelTraits.Effort.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.call.ModelTraits.Feature;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelTraitsTest {
  @Test
  void fitting_isTheSameElseTheNextStrongerElseTheStrongest() {
    ModelTraits traits = efforts(HIGH, LOW);
    assertThat(traits.fitting(LOW)).contains(LOW);
    assertThat(traits.fitting(NONE)).contains(LOW);
    assertThat(traits.fitting(MEDIUM)).contains(HIGH);
    assertThat(traits.fitting(MAX)).contains(HIGH);
  }

  @Test
  void fitting_whereNothingIsKnown_isWhatIsWanted() {
    assertThat(ModelTraits.UNKNOWN.fitting(MINIMAL)).contains(MINIMAL);
  }

  @Test
  void fitting_whereTheModelDoesNotReason_isNothing() {
    assertThat(efforts().fitting(HIGH)).isEmpty();
  }

  @Test
  void or_fillsInFieldByField() {
    ModelTraits below =
        new ModelTraits(
            Optional.of(Set.of(LOW)), Set.of(Feature.THINKING_BUDGET), Set.of(Setting.STOP));
    assertThat(ModelTraits.UNKNOWN.or(below)).isEqualTo(below);
    assertThat(efforts().or(below))
        .isEqualTo(new ModelTraits(Optional.of(Set.of()), below.takes(), below.refuses()));
    assertThat(below.or(efforts(MAX))).isEqualTo(below);
    assertThat(below.withoutRefusals().refuses()).isEmpty();
    assertThat(below.withoutRefusals().takes()).isEqualTo(below.takes());
  }

  private static ModelTraits efforts(Effort... efforts) {
    return new ModelTraits(Optional.of(Set.of(efforts)), Set.of(), Set.of());
  }
}
