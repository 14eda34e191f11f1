package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same request, whole and streamed, asked of the vendor twice: equal content, usage and cost.
 */
class UnaryAndStreamTest {
  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.start();
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  static Stream<Arguments> requests() {
    return Stream.of("gpt-5.4-mini", "claude-haiku-4-5")
        .flatMap(model ->
            Stream.of(
                request(model, "text", "Say something.", FinishReason.FINISH_REASON_STOP, p -> {}),
                request(
                    model,
                    "unicode",
                    "[[sim: echo]] Grüße, 世界, 👩‍🚀!",
                    FinishReason.FINISH_REASON_STOP,
                    p -> {}),
                request(
                    model,
                    "cached",
                    "[[sim: cached=2048; tokens=9]] Again.",
                    FinishReason.FINISH_REASON_STOP,
                    p -> {}),
                request(
                    model,
                    "cache write",
                    "[[sim: cache-write=1500; tokens=9]] New.",
                    FinishReason.FINISH_REASON_STOP,
                    p -> {}),
                request(
                    model,
                    "reasoning",
                    "[[sim: reasoning=80; tokens=20]] Think.",
                    FinishReason.FINISH_REASON_STOP,
                    p -> {}),
                request(
                    model,
                    "truncated",
                    "[[sim: tokens=500]] Go on.",
                    FinishReason.FINISH_REASON_LENGTH,
                    p -> p.setSampling(Sampling.newBuilder().setMaxOutputTokenCount(25))),
                request(
                    model,
                    "one tool",
                    "Call look_up.",
                    FinishReason.FINISH_REASON_TOOL_CALLS,
                    p -> p.addTools(tool("look_up"))),
                request(
                    model,
                    "parallel tools",
                    "Call look_up and count_up.",
                    FinishReason.FINISH_REASON_TOOL_CALLS,
                    p ->
                        p.addTools(tool("look_up"))
                            .addTools(tool("count_up"))
                            .setToolChoice(
                                ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_AUTO))),
                request(
                    model,
                    "schema",
                    "Give the city.",
                    FinishReason.FINISH_REASON_STOP,
                    p ->
                        p.setResponseFormat(
                            ResponseFormat.newBuilder()
                                .setJsonSchema(
                                    JsonSchemaFormat.newBuilder()
                                        .setSchemaJson(
                                            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                                                + "\"required\":[\"city\"],\"additionalProperties\":false}"))))));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requests")
  void sameRequest_wholeAndStreamed_isEqual(
      String model, String kind, Prompt prompt, FinishReason finish) {
    CallOptions bypass =
        CallOptions.newBuilder()
            .setCachePolicy(CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_BYPASS))
            .build();

    CompleteResponse whole =
        harness
            .client()
            .complete(CompleteRequest.newBuilder().setPrompt(prompt).setOptions(bypass).build());
    CompleteResponse streamed;
    try (CompletionStream stream =
        harness.client().stream(
            StreamRequest.newBuilder().setPrompt(prompt).setOptions(bypass).build())) {
      streamed = stream.collect();
    }

    assertThat(streamed.getCompletion()).isEqualTo(whole.getCompletion());
    assertThat(streamed.getUsage()).isEqualTo(whole.getUsage());
    assertThat(streamed.getCost()).isEqualTo(whole.getCost());
    assertThat(whole.getCompletion().getFinishReason()).isEqualTo(finish);
    assertThat(whole.getCost().getState()).isEqualTo(Cost.State.STATE_EXACT);
    assertThat(whole.getUsage().getOutputTokenCount()).isPositive();
  }

  private static Arguments request(
      String model,
      String kind,
      String text,
      FinishReason finish,
      Consumer<Prompt.Builder> change) {
    Prompt.Builder prompt = Prompts.of(model, text).toBuilder();
    change.accept(prompt);
    return Arguments.of(model, kind, prompt.build(), finish);
  }

  private static Tool tool(String name) {
    return Tool.newBuilder()
        .setFunction(
            FunctionTool.newBuilder()
                .setName(name)
                .setParametersSchemaJson(
                    "{\"type\":\"object\",\"properties\":{\"what\":{\"type\":\"string\"}},\"required\":[\"what\"]}"))
        .build();
  }
}
