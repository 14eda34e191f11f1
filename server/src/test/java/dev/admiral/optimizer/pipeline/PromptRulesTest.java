package dev.admiral.optimizer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RemoteData;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.VendorData;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of a prompt, each broken alone. What schemas may hold is {@link JsonSchemasTest}'s. */
class PromptRulesTest {
  private static final String SECRET = "the prompt's own words";

  private final PromptRules rules = new PromptRules();

  @Test
  void goodPrompt_hasNoFindings() {
    assertThat(rules.check(good().build())).isNull();
  }

  @Test
  void conversationWithTools_hasNoFindings() {
    Prompt prompt =
        good()
            .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("look_up")))
            .setToolChoice(
                ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_TOOL).setToolName("look_up"))
            .addMessages(message(Role.ROLE_ASSISTANT, toolCall("a", "look_up")))
            .addMessages(message(Role.ROLE_TOOL, toolResult("a")))
            .build();

    assertThat(rules.check(prompt)).isNull();
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        bad("prompt.model", p -> p.setModel(" ")),
        bad("prompt.model", p -> p.setModel("m".repeat(257))),
        bad("prompt.messages", Prompt.Builder::clearMessages),
        bad(
            "prompt.messages[1].role",
            p -> p.addMessages(message(Role.ROLE_UNSPECIFIED, text("x")))),
        bad(
            "prompt.messages[1].parts",
            p -> p.addMessages(ChatMessage.newBuilder().setRole(Role.ROLE_USER))),
        bad(
            "prompt.messages[1].parts[0]",
            p -> p.addMessages(message(Role.ROLE_USER, ContentPart.getDefaultInstance()))),
        bad(
            "prompt.messages[1].parts[0].text",
            p -> p.addMessages(message(Role.ROLE_USER, text("")))),
        bad(
            "prompt.messages[1].parts[0].tool_call",
            p -> p.addMessages(message(Role.ROLE_USER, toolCall("a", "t")))),
        bad(
            "prompt.messages[1].parts[0].tool_call.id",
            p -> p.addMessages(message(Role.ROLE_ASSISTANT, toolCall("", "t")))),
        bad(
            "prompt.messages[1].parts[0].tool_result.tool_call_id",
            p -> p.addMessages(message(Role.ROLE_TOOL, toolResult("never-called")))),
        bad("prompt.messages[1].parts[0]", p -> p.addMessages(message(Role.ROLE_TOOL, text("x")))),
        bad(
            "prompt.messages[0].vendor_data.json",
            p -> p.getMessagesBuilder(0).setVendorData(VendorData.newBuilder().setJson("[1]"))),
        bad(
            "prompt.messages[0].vendor_data.json",
            p ->
                p.getMessagesBuilder(0)
                    .setVendorData(
                        VendorData.newBuilder()
                            .setJson("{\"a\":\"" + "x".repeat(8 << 20) + "\"}"))),
        bad(
            "prompt.messages[0].parts[0].vendor_data.json",
            p ->
                p.getMessagesBuilder(0)
                    .getPartsBuilder(0)
                    .setVendorData(VendorData.newBuilder().setJson("{\"a\":"))),
        bad(
            "prompt.messages[1].parts[0].image",
            p -> p.addMessages(message(Role.ROLE_USER, image(ImagePart.getDefaultInstance())))),
        bad(
            "prompt.messages[1].parts[0].image.inline.media_type",
            p -> p.addMessages(message(Role.ROLE_USER, image(inline("png", "x"))))),
        bad(
            "prompt.messages[1].parts[0].image.inline.data",
            p -> p.addMessages(message(Role.ROLE_USER, image(inline("image/png", ""))))),
        bad(
            "prompt.messages[1].parts[0].image.remote.uri",
            p ->
                p.addMessages(
                    message(
                        Role.ROLE_USER,
                        image(
                            ImagePart.newBuilder()
                                .setRemote(RemoteData.newBuilder().setUri("file:///etc/passwd"))
                                .build())))),
        bad(
            "prompt.tools[0].function.name",
            p ->
                p.addTools(
                    Tool.newBuilder()
                        .setFunction(FunctionTool.newBuilder().setName("no blanks allowed")))),
        bad(
            "prompt.tools[1].function.name",
            p ->
                p.addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("t")))
                    .addTools(
                        Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("t")))),
        bad(
            "prompt.tool_choice.mode",
            p -> p.setToolChoice(ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_REQUIRED))),
        bad(
            "prompt.tool_choice.tool_name",
            p ->
                p.setToolChoice(
                    ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_TOOL).setToolName("t"))),
        bad(
            "prompt.response_format.json_schema.schema_json",
            p ->
                p.setResponseFormat(
                    ResponseFormat.newBuilder().setJsonSchema(JsonSchemaFormat.newBuilder()))),
        bad("prompt.sampling.temperature", sampling(s -> s.setTemperature(2.1))),
        bad("prompt.sampling.temperature", sampling(s -> s.setTemperature(Double.NaN))),
        bad("prompt.sampling.top_p", sampling(s -> s.setTopP(-0.1))),
        bad("prompt.sampling.top_k", sampling(s -> s.setTopK(0))),
        bad("prompt.sampling.max_output_token_count", sampling(s -> s.setMaxOutputTokenCount(-1))),
        bad(
            "prompt.sampling.max_output_token_count",
            sampling(s -> s.setMaxOutputTokenCount(Long.MAX_VALUE))),
        bad("prompt.sampling.candidate_count", sampling(s -> s.setCandidateCount(17))),
        bad("prompt.sampling.stop_sequences[0]", sampling(s -> s.addStopSequences(""))),
        bad("prompt.reasoning_effort", p -> p.setReasoningEffortValue(99)),
        bad("prompt.provider_options_dialect", p -> p.setProviderOptionsDialectValue(99)));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenRule_namesTheFieldAndNothingElse(String field, Consumer<Prompt.Builder> breakIt) {
    Prompt.Builder prompt = good();
    breakIt.accept(prompt);

    Failure.Invalid invalid = rules.check(prompt.build());

    assertThat(invalid).isNotNull();
    assertThat(invalid.violations()).extracting(Violation::field).containsExactly(field);
    assertThat(invalid.message()).startsWith(field + " ").doesNotContain(SECRET);
  }

  @Test
  void manyFindings_areReportedUpToTwenty() {
    Prompt.Builder prompt = good();
    for (int i = 0; i < 100; i++) {
      prompt.addMessages(ChatMessage.getDefaultInstance());
    }

    assertThat(rules.check(prompt.build()).violations()).hasSize(20);
  }

  private static Prompt.Builder good() {
    return Prompt.newBuilder().setModel("fast").addMessages(message(Role.ROLE_USER, text(SECRET)));
  }

  private static Consumer<Prompt.Builder> sampling(Consumer<Sampling.Builder> set) {
    return prompt -> {
      Sampling.Builder sampling = Sampling.newBuilder();
      set.accept(sampling);
      prompt.setSampling(sampling);
    };
  }

  private static Arguments bad(String field, Consumer<Prompt.Builder> breakIt) {
    return Arguments.of(field, breakIt);
  }

  private static ChatMessage message(Role role, ContentPart... parts) {
    return ChatMessage.newBuilder().setRole(role).addAllParts(List.of(parts)).build();
  }

  private static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  private static ContentPart toolCall(String id, String name) {
    return ContentPart.newBuilder()
        .setToolCall(ToolCall.newBuilder().setId(id).setName(name).setArgumentsJson("{}"))
        .build();
  }

  private static ContentPart toolResult(String id) {
    return ContentPart.newBuilder()
        .setToolResult(ToolResult.newBuilder().setToolCallId(id).addParts(text("found")))
        .build();
  }

  private static ContentPart image(ImagePart image) {
    return ContentPart.newBuilder().setImage(image).build();
  }

  private static ImagePart inline(String mediaType, String data) {
    return ImagePart.newBuilder()
        .setInline(
            InlineData.newBuilder().setMediaType(mediaType).setData(ByteString.copyFromUtf8(data)))
        .build();
  }
}
