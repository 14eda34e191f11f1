package dev.admiral.optimizer.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Tool;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {
  @Test
  void text_countsByItsAlphabet() {
    assertThat(Estimate.input(List.of("abcdefgh"))).isEqualTo(2);
    assertThat(Estimate.input(List.of("abcde"))).isEqualTo(2);
    assertThat(Estimate.input(List.of("ééДД"))).isEqualTo(2);
    assertThat(Estimate.input(List.of("漢字"))).isEqualTo(2);
    assertThat(Estimate.input(List.of("😀"))).isEqualTo(1);
    assertThat(Estimate.input(List.of())).isZero();
  }

  @Test
  void prompt_countsEverythingThatIsSent() {
    Prompt prompt =
        Prompts.of(
                Prompts.message(
                    Role.ROLE_USER,
                    Prompts.text("12345678"),
                    Prompts.image("image/png", "x"),
                    Prompts.file("a", "text/plain", "12345678"),
                    Prompts.file("a", "application/pdf", "x")),
                Prompts.message(
                    Role.ROLE_TOOL, Prompts.toolResult("c", false, Prompts.text("1234"))))
            .toBuilder()
            .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("abcd").setDescription("efgh")))
            .build();
    assertThat(Estimate.input(prompt)).isEqualTo(4 + 2 + 1_000 + 2 + 2_000 + 4 + 1 + 4 + 2);
  }
}
