package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.v1.Image;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Text;
import org.junit.jupiter.api.Test;

/** Generous guesses at tokens. */
class PromptSizeTest {

  @Test
  void upperInputTokens_text_isHalfItsBytesAndLittleMore() {
    Part text = Part.newBuilder().setText(Text.newBuilder().setText("x".repeat(10_000))).build();

    assertThat(PromptSize.upperInputTokens(prompt(text))).isBetween(5_000L, 5_050L);
  }

  @Test
  void upperInputTokens_image_doesNotDependOnItsBytes() {
    assertThat(PromptSize.upperInputTokens(prompt(image(5_000_000)))).isBetween(2_000L, 2_050L);
  }

  @Test
  void upperOutputTokens_noLimitSet_isTheDefaultForEachAnswer() {
    Sampling twice = Sampling.newBuilder().setCandidateCount(2).build();

    assertThat(PromptSize.upperOutputTokens(Prompt.getDefaultInstance())).isEqualTo(4_096);
    assertThat(PromptSize.upperOutputTokens(Prompt.newBuilder().setSampling(twice).build()))
        .isEqualTo(8_192);
  }

  @Test
  void upperOutputTokens_limitSet_isTheLimitForEachAnswer() {
    Sampling sampling =
        Sampling.newBuilder().setMaxOutputTokenCount(100).setCandidateCount(3).build();

    assertThat(PromptSize.upperOutputTokens(Prompt.newBuilder().setSampling(sampling).build()))
        .isEqualTo(300);
  }

  private static Prompt prompt(Part part) {
    return Prompt.newBuilder().addMessages(Message.newBuilder().addParts(part)).build();
  }

  private static Part image(int bytes) {
    return Part.newBuilder()
        .setImage(
            Image.newBuilder()
                .setInline(InlineData.newBuilder().setData(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }
}
