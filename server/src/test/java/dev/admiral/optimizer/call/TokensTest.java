package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.provider.Prompts;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImageDetail;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.VendorData;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void likely_text_countsByItsAlphabet() {
    assertThat(Tokens.likely(List.of("abcdefgh"))).isEqualTo(2);
    assertThat(Tokens.likely(List.of("abcde"))).isEqualTo(2);
    assertThat(Tokens.likely(List.of("ééДД"))).isEqualTo(2);
    assertThat(Tokens.likely(List.of("漢字"))).isEqualTo(2);
    assertThat(Tokens.likely(List.of("😀"))).isEqualTo(1);
    assertThat(Tokens.likely(List.of())).isZero();
  }

  @Test
  void likely_prompt_countsEverythingThatIsSent() {
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
            .addTools(
                Tool.newBuilder()
                    .setFunction(FunctionTool.newBuilder().setName("abcd").setDescription("efgh")))
            .build();
    assertThat(Tokens.likely(prompt)).isEqualTo(4 + 2 + 1_000 + 2 + 2_000 + 4 + 1 + 4 + 2);
  }

  @Test
  void upper_text_isHalfItsBytesAndLittleMore() {
    assertThat(Tokens.upper(prompt(Prompts.text("x".repeat(10_000))))).isBetween(5_000L, 5_050L);
    assertThat(Tokens.upper(List.of("x".repeat(99), "é漢😀"))).isEqualTo((99 + 9 + 1) / 2);
    assertThat(Tokens.upper(List.of())).isZero();
  }

  @Test
  void upper_image_doesNotDependOnItsBytes() {
    assertThat(Tokens.upper(prompt(image(5_000_000)))).isBetween(2_000L, 2_050L);
    assertThat(Tokens.upper(prompt(Prompts.toolResult("c", false, image(5_000_000)))))
        .as("of a tool")
        .isBetween(2_000L, 2_050L);
  }

  @Test
  void whatOnlyItsVendorReads_countsWithAtMost8192() {
    String megabyte = "x".repeat(1 << 20);
    Prompt plain = Prompts.of(Prompts.message(Role.ROLE_ASSISTANT, Prompts.reasoning("a", "", "")));
    Prompt sealed =
        Prompts.of(
            Prompts.message(
                Role.ROLE_ASSISTANT,
                Prompts.reasoning("a", megabyte, "").toBuilder()
                    .setVendorData(VendorData.newBuilder().setVendor("v").setJson(megabyte))
                    .build()));
    Prompt encrypted =
        Prompts.of(Prompts.message(Role.ROLE_ASSISTANT, Prompts.reasoning("a", "", megabyte)));

    assertThat(Tokens.likely(sealed)).isEqualTo(Tokens.likely(plain));
    assertThat(Tokens.upper(sealed)).isLessThan(Tokens.upper(plain) + 3 * 8_192);
    assertThat(Tokens.likely(encrypted)).isEqualTo(Tokens.likely(plain) + 8_192);
    assertThat(Tokens.upper(encrypted)).isLessThan(Tokens.upper(plain) + 2 * 8_192);
  }

  @Test
  void whatIsSentBackWithAMessage_mayBeText() {
    Prompt plain = Prompts.of(Prompts.message(Role.ROLE_ASSISTANT, Prompts.text("a")));
    Prompt more =
        Prompts.of(
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.text("a")).toBuilder()
                .setVendorData(VendorData.newBuilder().setJson("x".repeat(1 << 20)))
                .build());

    assertThat(Tokens.likely(more) - Tokens.likely(plain)).isEqualTo(1 << 18);
    assertThat(Tokens.upper(more) - Tokens.upper(plain)).isBetween(1L << 19, (1L << 19) + 16);
  }

  @Test
  void upperOutput_noLimitSet_isTheDefaultForEachAnswer() {
    Sampling twice = Sampling.newBuilder().setCandidateCount(2).build();

    assertThat(Tokens.upperOutput(Prompt.getDefaultInstance())).isEqualTo(4_096);
    assertThat(Tokens.upperOutput(Prompt.newBuilder().setSampling(twice).build())).isEqualTo(8_192);
  }

  @Test
  void upperOutput_limitSet_isTheLimitForEachAnswer() {
    Sampling sampling =
        Sampling.newBuilder().setMaxOutputTokenCount(100).setCandidateCount(3).build();

    assertThat(Tokens.upperOutput(Prompt.newBuilder().setSampling(sampling).build()))
        .isEqualTo(300);
  }

  @Property
  void upper_isNeverBelowLikely(@ForAll("prompts") Prompt prompt, @ForAll List<String> texts) {
    assertThat(Tokens.upper(prompt)).isGreaterThanOrEqualTo(Tokens.likely(prompt));
    assertThat(Tokens.upper(texts)).isGreaterThanOrEqualTo(Tokens.likely(texts));
  }

  @Provide
  Arbitrary<Prompt> prompts() {
    Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(40);
    Arbitrary<ContentPart> plain =
        Arbitraries.oneOf(
            texts.map(Prompts::text),
            texts.map(text -> Prompts.image("image/png", text)),
            texts.map(uri -> Prompts.remoteImage(uri, ImageDetail.IMAGE_DETAIL_UNSPECIFIED)),
            texts.map(text -> Prompts.file("", "text/plain", text)),
            texts.map(text -> Prompts.file(text, "application/pdf", text)),
            texts.map(Prompts::remoteFile),
            texts.map(Prompts::uploadedFile),
            texts.map(text -> Prompts.toolCall("", text, text)),
            texts.map(text -> Prompts.reasoning(text, "", text)),
            texts.map(Prompts::refusal));
    Arbitrary<ContentPart> parts =
        Arbitraries.oneOf(
            plain,
            plain
                .array(ContentPart[].class)
                .ofMaxSize(3)
                .map(p -> Prompts.toolResult("", false, p)));
    Arbitrary<List<ChatMessage>> messages =
        parts
            .list()
            .ofMaxSize(3)
            .map(some -> ChatMessage.newBuilder().addAllParts(some).build())
            .list()
            .ofMaxSize(3);
    Arbitrary<List<Tool>> tools =
        texts
            .map(text ->
                Tool.newBuilder()
                    .setFunction(
                        FunctionTool.newBuilder().setName(text).setParametersSchemaJson(text))
                    .build())
            .list()
            .ofMaxSize(2);
    return messages.flatMap(said ->
        tools.flatMap(some ->
            texts.map(schema ->
                Prompt.newBuilder()
                    .addAllMessages(said)
                    .addAllTools(some)
                    .setResponseFormat(
                        ResponseFormat.newBuilder()
                            .setJsonSchema(JsonSchemaFormat.newBuilder().setSchemaJson(schema)))
                    .build())));
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
