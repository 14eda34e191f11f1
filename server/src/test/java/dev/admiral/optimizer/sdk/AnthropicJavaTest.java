package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.ImageBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import dev.admiral.simulator.Hold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's Java client, which here also validates every answer it is given. */
class AnthropicJavaTest {
  private static final String MODEL = "claude-sonnet-4-6";
  private static final String FAULTY = "claude-haiku-4-5";
  private static final String BOTH = "Tell me the weather and the clock.";

  private static SdkServer server;
  private static AnthropicClient client;
  private static AnthropicClient stubborn;

  @BeforeAll
  static void start() {
    server = SdkServer.start();
    client =
        AnthropicOkHttpClient.builder()
            .baseUrl(server.address())
            .apiKey(SdkServer.KEY)
            .maxRetries(0)
            .responseValidation(true)
            .responseValidation(true)
            .timeout(Duration.ofSeconds(30))
            .build();
    stubborn = client.withOptions(options -> options.maxRetries(2));
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static AnthropicClient client(String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(server.address())
        .apiKey(key)
        .maxRetries(0)
        .responseValidation(true)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private static MessageCreateParams.Builder ask(String words) {
    return MessageCreateParams.builder().model(MODEL).maxTokens(1000).addUserMessage(words);
  }

  private static Tool tool(String name) {
    return Tool.builder()
        .name(name)
        .inputSchema(
            Tool.InputSchema.builder()
                .properties(
                    Tool.InputSchema.Properties.builder()
                        .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                        .build())
                .addRequired("city")
                .build())
        .build();
  }

  private static MessageCreateParams.Builder askWithTools(String words) {
    return ask(words).addTool(tool("get_weather")).addTool(tool("get_clock"));
  }

  private static Message built(MessageCreateParams params) {
    MessageAccumulator accumulator = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.message();
  }

  private static String text(Message message) {
    return message.content().stream()
        .filter(ContentBlock::isText)
        .map(block -> block.asText().text())
        .collect(Collectors.joining());
  }

  private static List<ToolUseBlock> uses(Message message) {
    return message.content().stream()
        .filter(ContentBlock::isToolUse)
        .map(ContentBlock::asToolUse)
        .toList();
  }

  @Test
  void message_unaryAndStreamed_areTheSame() {
    MessageCreateParams params = ask("Hello [[sim: tokens=40]]").build();
    Message streamed = built(params);
    Message whole = client.messages().create(params);

    assertThat(text(streamed)).isEqualTo(text(whole)).isNotBlank();
    assertThat(whole.stopReason()).contains(StopReason.END_TURN);
    assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
  }

  @Test
  void tools_parallel_areAnsweredInTheNextTurn() {
    Message asked = client.messages().create(askWithTools(BOTH).build());
    List<ContentBlockParam> results =
        uses(asked).stream()
            .map(use ->
                ContentBlockParam.ofToolResult(
                    ToolResultBlockParam.builder().toolUseId(use.id()).content("Fine").build()))
            .toList();
    Message told =
        client
            .messages()
            .create(
                askWithTools(BOTH)
                    .addMessage(asked)
                    .addUserMessageOfContentBlockParams(results)
                    .build());

    assertThat(uses(asked))
        .extracting(ToolUseBlock::name)
        .containsExactly("get_weather", "get_clock");
    assertThat(uses(built(askWithTools(BOTH).build())))
        .extracting(ToolUseBlock::_input)
        .isEqualTo(uses(asked).stream().map(ToolUseBlock::_input).toList());
    assertThat(text(told)).isNotBlank();
  }

  /** What the model is asked to fill in. */
  static class Person {
    public String name;
    public int age;
  }

  @Test
  void structuredOutput_isTheObject() {
    Person person =
        client
            .messages()
            .create(ask("Somebody").outputConfig(Person.class).build())
            .content()
            .getFirst()
            .asText()
            .text();

    assertThat(person.name).isNotBlank();
  }

  @Test
  void image_isSeen() {
    ContentBlockParam words =
        ContentBlockParam.ofText(TextBlockParam.builder().text("What is this?").build());
    ContentBlockParam image =
        ContentBlockParam.ofImage(
            ImageBlockParam.builder()
                .source(
                    Base64ImageSource.builder()
                        .mediaType(Base64ImageSource.MediaType.IMAGE_PNG)
                        .data(SdkServer.PIXEL)
                        .build())
                .build());

    Message answer =
        client
            .messages()
            .create(
                MessageCreateParams.builder()
                    .model(MODEL)
                    .maxTokens(1000)
                    .addUserMessageOfContentBlockParams(List.of(words, image))
                    .build());

    assertThat(text(answer)).isNotBlank();
  }

  @Test
  void countTokens_isPositive() {
    MessageCountTokensParams params =
        MessageCountTokensParams.builder().model(MODEL).addUserMessage("Count this").build();

    assertThat(client.messages().countTokens(params).inputTokens()).isPositive();
  }

  @Test
  void error400_isBadRequest() {
    assertThatThrownBy(() -> client.messages().create(ask("x").maxTokens(0).build()))
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void error401_isUnauthorized() {
    AnthropicClient stranger = client("wrong-key");

    assertThatThrownBy(() -> stranger.messages().create(ask("x").build()))
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageNotContaining("wrong-key");
    stranger.close();
  }

  @Test
  void error404_isNotFound() {
    assertThatThrownBy(() -> client.messages().create(ask("x").model("claude-0").build()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void error429_isRateLimit() {
    assertThatThrownBy(() -> fault("Too often", "429=requests/20ms", client))
        .isInstanceOf(RateLimitException.class);
  }

  @ParameterizedTest
  @CsvSource({"overloaded, 529", "status=500, 500"})
  void serverErrors_haveTheirType(String fault, int status) {
    assertThatThrownBy(() -> fault("Break", fault, client))
        .isInstanceOf(status == 529 ? OverloadedException.class : InternalServerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"429=requests/50ms,times=1", "overloaded,times=1"})
  void failureOnce_isMendedByTryingAgain(String fault) {
    assertThat(text(fault("Once", fault, stubborn))).isNotBlank();
  }

  private static Message fault(String words, String fault, AnthropicClient with) {
    String prompt = words + " [[sim: fault=" + fault + "]]";
    return with.messages().create(ask(prompt).model(FAULTY).build());
  }

  @Test
  void noMoreMoney_isNotTriedAgain() {
    long before = server.vendorRefusals();
    assertThatThrownBy(() -> fault("Broke", "429=quota", stubborn))
        .isInstanceOf(AnthropicServiceException.class);

    assertThat(server.vendorRefusals() - before).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut-after=3", "reset=3", "malformed-after=3", "error-after=3"})
  void brokenStream_throws(String fault) {
    MessageCreateParams params =
        ask("Cut it [[sim: tokens=30;fault=" + fault + "]]").model(FAULTY).build();

    assertThatThrownBy(() -> built(params)).isInstanceOf(AnthropicException.class);
  }

  @Test
  void leaving_inMidStream_endsTheVendorsCall() {
    long before = server.vendor().stats().cancelledCalls();
    try (Hold _ = server.vendor().hold(FAULTY, 5)) {
      try (StreamResponse<RawMessageStreamEvent> stream =
              client
                  .messages()
                  .createStreaming(ask("Leave me [[sim: tokens=30]]").model(FAULTY).build());
          Stream<RawMessageStreamEvent> pieces = stream.stream()) {
        assertThat(pieces.iterator().next().isMessageStart()).isTrue();
      }

      server.awaitVendorIdle();
    }
    assertThat(server.vendor().stats().cancelledCalls() - before).isEqualTo(1);
  }

  @Test
  void unicode_comesBackUnharmed() {
    String words = SdkServer.UNICODE + " [[sim: echo]]";

    assertThat(text(built(ask(words).build()))).isEqualTo(words);
    assertThat(text(client.messages().create(ask(words).build()))).isEqualTo(words);
  }

  @Test
  void secondEqualCall_comesFromMemoryAtNoCost() {
    MessageCreateParams params = ask("Remember this").build();
    Message first = client.messages().create(params);
    try (HttpResponseFor<Message> second = client.messages().withRawResponse().create(params)) {
      assertThat(second.headers().values("x-admiral-served")).containsExactly("memory");
      assertThat(second.headers().values("x-admiral-cost-usd")).singleElement().isEqualTo("0");
      assertThat(text(second.parse())).isEqualTo(text(first));
    }
  }
}
