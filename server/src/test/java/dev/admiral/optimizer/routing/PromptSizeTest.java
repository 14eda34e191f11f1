package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import org.junit.jupiter.api.Test;

/** Generous guesses at tokens. */
class PromptSizeTest {

  @Test
  void upperInputTokens_text_isHalfItsBytesAndLittleMore() {
    ContentPart text = ContentPart.newBuilder().setText(TextPart.newBuilder().setText("x".repeat(10_000))).build();

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

  private static Prompt prompt(ContentPart part) {
    return Prompt.newBuilder().addMessages(ChatMessage.newBuilder().addParts(part)).build();
  }

  private static ContentPart image(int bytes) {
    return ContentPart.newBuilder()
        .setImage(
            ImagePart.newBuilder()
                .setInline(InlineData.newBuilder().setData(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }
}
