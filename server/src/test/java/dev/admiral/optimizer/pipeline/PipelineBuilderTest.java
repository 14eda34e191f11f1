package dev.admiral.optimizer.pipeline;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.VirtualTime;
import org.junit.jupiter.api.Test;

/** A pipeline without one of its steps is none. */
class PipelineBuilderTest {
  @Test
  void stepThatWasForgotten_isNamed() {
    PipelineBuilder builder = new PipelineBuilder(new VirtualTime(), Runnable::run);

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lookUp");
  }
}
