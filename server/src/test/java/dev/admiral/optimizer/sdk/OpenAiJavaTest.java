package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.admiral.simulator.Hold;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's Java client, which here also validates every answer it is given. */
class OpenAiJavaTest {
  private static final String MODEL = "gpt-4o";
  private static final String FAULTY = "gpt-4o-mini";
  private static final String BOTH = "Tell me the weather and the clock.";

  private static SdkServer server;
  private static OpenAIClient client;
  private static OpenAIClient stubborn;

  @BeforeAll
  static void start() {
    server = SdkServer.start();
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.address() + "/v1")
            .apiKey(SdkServer.KEY)
            .maxRetries(0)
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

  private static ChatCompletionCreateParams.Builder ask(String words) {
    return ChatCompletionCreateParams.builder().model(MODEL).addUserMessage(words);
  }

  private static ChatCompletionFunctionTool tool(String name) {
    FunctionParameters parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
            .putAdditionalProperty("required", JsonValue.from(List.of("city")))
            .build();
    return ChatCompletionFunctionTool.builder()
        .function(FunctionDefinition.builder().name(name).parameters(parameters).build())
        .build();
  }

  private static ChatCompletionCreateParams.Builder askWithTools(String words) {
    return ask(words).addTool(tool("get_weather")).addTool(tool("get_clock"));
  }

  private static ChatCompletion built(ChatCompletionCreateParams params) {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    return accumulator.chatCompletion();
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElseThrow();
  }

  private static List<ChatCompletionMessageToolCall> calls(ChatCompletion completion) {
    return completion.choices().getFirst().message().toolCalls().orElseThrow();
  }

  @Test
  void chat_unaryAndStreamed_areTheSame() {
    ChatCompletionCreateParams params =
        ask("Hello [[sim: tokens=40]]")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    ChatCompletion streamed = built(params);
    ChatCompletion whole =
        client.chat().completions().create(ask("Hello [[sim: tokens=40]]").build());

    assertThat(text(streamed)).isEqualTo(text(whole)).isNotBlank();
    assertThat(whole.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(streamed.usage()).isEqualTo(whole.usage());
  }

  @Test
  void tools_parallel_areAnsweredInTheNextTurn() {
    ChatCompletion asked = client.chat().completions().create(askWithTools(BOTH).build());
    ChatCompletionMessage message = asked.choices().getFirst().message();
    ChatCompletionCreateParams.Builder next = askWithTools(BOTH).addMessage(message);
    for (ChatCompletionMessageToolCall call : calls(asked)) {
      next.addMessage(
          ChatCompletionToolMessageParam.builder()
              .toolCallId(call.asFunction().id())
              .content("Fine")
              .build());
    }

    assertThat(calls(asked))
        .extracting(call -> call.asFunction().function().name())
        .containsExactly("get_weather", "get_clock");
    assertThat(calls(built(askWithTools(BOTH).build()))).isEqualTo(calls(asked));
    assertThat(text(client.chat().completions().create(next.build()))).isNotBlank();
  }

  /** What the model is asked to fill in. */
  static class Person {
    @JsonPropertyDescription("the full name")
    public String name;

    public int age;
  }

  @Test
  void structuredOutput_isTheObject() {
    Person person =
        client
            .chat()
            .completions()
            .create(ask("Somebody").responseFormat(Person.class).build())
            .choices()
            .getFirst()
            .message()
            .content()
            .orElseThrow();

    assertThat(person.name).isNotBlank();
  }

  @Test
  void image_isSeen() {
    ChatCompletionContentPart words =
        ChatCompletionContentPart.ofText(
            ChatCompletionContentPartText.builder().text("What is this?").build());
    ChatCompletionContentPart image =
        ChatCompletionContentPart.ofImageUrl(
            ChatCompletionContentPartImage.builder()
                .imageUrl(
                    ChatCompletionContentPartImage.ImageUrl.builder()
                        .url("data:image/png;base64," + SdkServer.PIXEL)
                        .build())
                .build());

    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                ChatCompletionCreateParams.builder()
                    .model(MODEL)
                    .addUserMessageOfArrayOfContentParts(List.of(words, image))
                    .build());

    assertThat(text(answer)).isNotBlank();
  }

  @Test
  void embeddings_base64AndFloat_areTheSame() {
    EmbeddingCreateParams.Builder params =
        EmbeddingCreateParams.builder()
            .model("text-embedding-3-small")
            .inputOfArrayOfStrings(List.of("one", "two"));
    CreateEmbeddingResponse byDefault = client.embeddings().create(params.build());
    CreateEmbeddingResponse plain =
        client
            .embeddings()
            .create(params.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build());

    assertThat(byDefault.data()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(byDefault.data().get(i).embedding())
          .hasSize(1536)
          .isEqualTo(plain.data().get(i).embedding());
    }
  }

  @Test
  void models_nameWhatChatAccepts() {
    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .contains("openai/" + MODEL);
  }

  @Test
  void error400_isBadRequest() {
    BadRequestException e =
        catchThrowableOfType(
            BadRequestException.class,
            () -> client.chat().completions().create(ask("x").temperature(7).build()));

    assertThat(e.type()).contains("invalid_request_error");
  }

  @Test
  void error401_isUnauthorized() {
    OpenAIClient stranger = client.withOptions(options -> options.apiKey("wrong-key"));

    assertThatThrownBy(() -> stranger.chat().completions().create(ask("x").build()))
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageNotContaining("wrong-key");
  }

  @Test
  void error404_isNotFound() {
    NotFoundException e =
        catchThrowableOfType(
            NotFoundException.class,
            () -> client.chat().completions().create(ask("x").model("gpt-0").build()));

    assertThat(e.code()).contains("model_not_found");
  }

  @Test
  void error429_isRateLimit() {
    RateLimitException e =
        catchThrowableOfType(
            RateLimitException.class, () -> fault("Too often", "429=requests/20ms", client));

    assertThat(e.code()).contains("rate_limit_exceeded");
    assertThat(e.headers().values("retry-after")).isNotEmpty();
  }

  @Test
  void error500_isServerError() {
    assertThatThrownBy(() -> fault("Break", "status=500", client))
        .isInstanceOf(InternalServerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"429=requests/50ms,times=1", "status=500,times=1"})
  void failureOnce_isMendedByTryingAgain(String fault) {
    assertThat(text(fault("Once", fault, stubborn))).isNotBlank();
  }

  @Test
  void noMoreMoney_isNotTriedAgain() {
    long before = server.vendorRefusals();
    assertThatThrownBy(() -> fault("Broke", "429=quota", stubborn))
        .isInstanceOf(OpenAIServiceException.class);

    assertThat(server.vendorRefusals() - before).isEqualTo(1);
  }

  private static ChatCompletion fault(String words, String fault, OpenAIClient with) {
    String prompt = words + " [[sim: fault=" + fault + "]]";
    return with.chat().completions().create(ask(prompt).model(FAULTY).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut-after=3", "reset=3", "malformed-after=3", "error-after=3"})
  void brokenStream_throws(String fault) {
    ChatCompletionCreateParams params =
        ask("Cut it [[sim: tokens=30;fault=" + fault + "]]").model(FAULTY).build();

    assertThatThrownBy(() -> built(params)).isInstanceOf(OpenAIException.class);
  }

  @Test
  void leaving_inMidStream_endsTheVendorsCall() {
    long before = server.vendor().stats().cancelledCalls();
    try (Hold _ = server.vendor().hold(FAULTY, 5)) {
      try (StreamResponse<ChatCompletionChunk> stream =
              client
                  .chat()
                  .completions()
                  .createStreaming(ask("Leave me [[sim: tokens=30]]").model(FAULTY).build());
          Stream<ChatCompletionChunk> pieces = stream.stream()) {
        assertThat(pieces.iterator().next()).isNotNull();
      }

      server.awaitVendorIdle();
    }
    assertThat(server.vendor().stats().cancelledCalls() - before).isEqualTo(1);
  }

  @Test
  void unicode_comesBackUnharmed() {
    String words = SdkServer.UNICODE + " [[sim: echo]]";

    assertThat(text(built(ask(words).build()))).isEqualTo(words);
    assertThat(text(client.chat().completions().create(ask(words).build()))).isEqualTo(words);
  }

  @Test
  void secondEqualCall_comesFromMemoryAtNoCost() {
    ChatCompletionCreateParams params = ask("Remember this").build();
    ChatCompletion first = client.chat().completions().create(params);
    try (HttpResponseFor<ChatCompletion> second =
        client.chat().completions().withRawResponse().create(params)) {
      assertThat(second.headers().values("x-admiral-served")).containsExactly("memory");
      assertThat(second.headers().values("x-admiral-cost-usd")).singleElement().isEqualTo("0");
      assertThat(text(second.parse())).isEqualTo(text(first));
    }
  }

  @Test
  void responses_unaryAndStreamed_areTheSame() {
    ResponseCreateParams params =
        ResponseCreateParams.builder().model(MODEL).input("Hello [[sim: tokens=30]]").build();
    Response whole = client.responses().create(params);
    StringBuilder text = new StringBuilder();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params)) {
      stream.stream()
          .flatMap(event -> event.outputTextDelta().stream())
          .forEach(delta -> text.append(delta.delta()));
    }

    assertThat(whole.output()).hasSize(1);
    assertThat(whole.output().getFirst().asMessage().content().getFirst().asOutputText().text())
        .isEqualTo(text.toString())
        .isNotBlank();
  }

  @Test
  void responses_brokenStream_throws() {
    ResponseCreateParams params =
        ResponseCreateParams.builder()
            .model(FAULTY)
            .input("Cut it [[sim: tokens=30;fault=cut-after=3]]")
            .build();

    assertThatThrownBy(
            () -> {
              try (StreamResponse<ResponseStreamEvent> stream =
                  client.responses().createStreaming(params)) {
                assertThat(stream.stream().filter(ResponseStreamEvent::isCompleted)).isEmpty();
              }
            })
        .isInstanceOf(OpenAIException.class);
  }
}
