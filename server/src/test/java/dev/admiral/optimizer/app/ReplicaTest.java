package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplicaTest {
  @Test
  void nameThatWasGiven_isTheName() {
    assertThat(Replica.name("east-1")).isEqualTo("east-1");
  }

  @Test
  void withoutOne_theMachineHasAName() {
    assertThat(Replica.name("")).isNotBlank();
  }
}
