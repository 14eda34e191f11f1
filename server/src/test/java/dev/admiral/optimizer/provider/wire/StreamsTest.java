package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.anthropic.AnthropicDialect;
import dev.admiral.optimizer.provider.openai.OpenAiDialect;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.FinishReason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams in the shapes vendors send, and the whole answers they must equal. */
class StreamsTest {
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1/v1");
  private static final WireFormat OPENAI =
      new OpenAiDialect(ProviderSettings.builder("vendor", Dialect.OPENAI, NOWHERE).build());
  private static final WireFormat ANTHROPIC =
      new AnthropicDialect(ProviderSettings.builder("vendor", Dialect.ANTHROPIC, NOWHERE).build());

  private static final String OPENAI_STREAM =
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"xYz"}

      data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm, "},"finish_reason":null}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"reasoning_content":"ok"},"finish_reason":null}],"usage":null}

      data: {"choices":[{"index":1,"delta":{"content":"Zwei"},"finish_reason":null}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"content":"Grüße 漢\\ud83d"},"finish_reason":null}],"usage":null}

      data: {"choices":[{"index":0,"delta":{"content":"\\ude00 😀"},"finish_reason":null}],"usage":null,"obfuscation":"a"}

      : keep-alive

      data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}

      data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"a\\": "}}]},"finish_reason":null}]}

      data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":null}]}

      data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}],"usage":null}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}

      data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":8},"completion_tokens_details":{"reasoning_tokens":5}}}

      data: [DONE]

      """;

  private static final String OPENAI_WHOLE =
      """
      {"usage":{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":8},"completion_tokens_details":{"reasoning_tokens":5}},
       "choices":[
        {"finish_reason":"tool_calls","message":{"role":"assistant","content":"Grüße 漢😀 😀","reasoning_content":"Hm, ok","refusal":null,
          "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"a\\": 1}"}},{"id":"call_2","type":"function","function":{"name":"g","arguments":"{}"}}]},"index":0},
        {"index":1,"message":{"role":"assistant","content":"Zwei"},"finish_reason":"length","logprobs":null}]}
      """;

  private static final String ANTHROPIC_STREAM =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":1}}    }

      event: content_block_start
      data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

      event: ping
      data: {"type": "ping"}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm, ö"}   }

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":0  }

      event: content_block_start
      data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZGF0YQ=="}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":1}

      event: content_block_start
      data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Grüße "}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"😀"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":2}

      event: content_block_start
      data: {"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"s","name":"search","input":{}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{}"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":3}

      event: content_block_start
      data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\\\\\" b\\": "}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"[1,  2.50]}"}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":4}

      event: content_block_start
      data: {"type":"content_block_start","index":5,"content_block":{"type":"tool_use","id":"t2","name":"g","input":{}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":5,"delta":{"type":"input_json_delta","partial_json":""}}

      event: content_block_stop
      data: {"type":"content_block_stop","index":5}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END","stop_details":{"type":"refusal","explanation":"because"}},"usage":{"output_tokens":42,"output_tokens_details":{"thinking_tokens":7}}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private static final String ANTHROPIC_WHOLE =
      """
      {"id":"m","type":"message","role":"assistant","stop_reason":"stop_sequence","stop_sequence":"END","stop_details":{"type":"refusal","explanation":"because"},
       "content":[{"type":"thinking","thinking":"Hm, ö","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0YQ=="},
        {"type":"text","text":"Grüße 😀","citations":null},{"type":"server_tool_use","id":"s","name":"search","input":{}},
        {"type":"tool_use","id":"t1","name":"f","input":{"a\\" b":[1, 2.50]}},{"type":"tool_use","id":"t2","name":"g","input":{}}],
       "usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":50,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":42,"output_tokens_details":{"thinking_tokens":7}}}
      """;

  @Property(tries = 300)
  void openAi_anySplitOfTheBytes_givesTheSamePieces(@ForAll @IntRange(min = 1, max = 90) int step)
      throws Exception {
    Read whole = openAi(bytes(OPENAI_STREAM));
    Read split = openAi(new SseReaderTest.SplitStream(OPENAI_STREAM.getBytes(UTF_8), step));
    assertThat(split).isEqualTo(whole);
  }

  @Property(tries = 300)
  void anthropic_anySplitOfTheBytes_givesTheSamePieces(
      @ForAll @IntRange(min = 1, max = 90) int step) throws Exception {
    Read whole = anthropic(bytes(ANTHROPIC_STREAM));
    Read split = anthropic(new SseReaderTest.SplitStream(ANTHROPIC_STREAM.getBytes(UTF_8), step));
    assertThat(split).isEqualTo(whole);
  }

  @Test
  void openAi_streamAndWhole_giveEqualAnswersAndUsage() throws Exception {
    Read streamed = openAi(bytes(OPENAI_STREAM));
    Draft draft = new Draft(null, "attempt-1");
    OPENAI.reader(draft).whole(OPENAI_WHOLE.getBytes(UTF_8));
    assertThat(streamed.completion).isEqualTo(draft.completion());
    assertThat(streamed.usage).isEqualTo(draft.usage(() -> 0));
    assertThat(streamed.usage).isEqualTo(new Usage(100, 64, 8, 0, 30, 5, false));
    assertThat(streamed.completion.getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
    assertThat(streamed.completion.getAlternatives(0).getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertFolds(streamed);
  }

  @Test
  void anthropic_streamAndWhole_giveEqualAnswersAndUsage() throws Exception {
    Read streamed = anthropic(bytes(ANTHROPIC_STREAM));
    Draft draft = new Draft(null, "attempt-1");
    ANTHROPIC.reader(draft).whole(ANTHROPIC_WHOLE.getBytes(UTF_8));
    assertThat(streamed.completion).isEqualTo(draft.completion());
    assertThat(streamed.usage).isEqualTo(draft.usage(() -> 0));
    assertThat(streamed.usage).isEqualTo(new Usage(90, 50, 20, 10, 42, 7, false));
    assertThat(streamed.completion.getStopSequence()).isEqualTo("END");
    assertThat(streamed.completion.getMessage().getParts(3).getToolCall().getArgumentsJson())
        .isEqualTo("{\"a\\\" b\":[1,2.50]}");
    assertThat(streamed.completion.getMessage().getParts(4).getToolCall().getArgumentsJson())
        .isEqualTo("{}");
    assertFolds(streamed);
  }

  @Test
  void openAi_callsThatShareAnIndex_areToldByTheirIds() throws Exception {
    Read read =
        openAi(
            bytes(
                """
                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{\\"x\\""}}]}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":":1}"}}]},"finish_reason":"tool_calls"}]}

                data: [DONE]

                """));
    assertThat(read.completion.getMessage().getPartsList())
        .extracting(part -> part.getToolCall().getId() + part.getToolCall().getArgumentsJson())
        .containsExactly("a{}", "b{\"x\":1}");
  }

  @Test
  void openAi_argumentsBeforeTheName_waitForIt() throws Exception {
    Read read =
        openAi(
            bytes(
                """
                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{"}}]}}]}

                data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]},"finish_reason":"tool_calls"}]}

                data: [DONE]

                """));
    assertThat(read.deltas).hasSize(1);
    assertThat(read.completion.getMessage().getParts(0).getToolCall().getArgumentsJson())
        .isEqualTo("{}");
  }

  @Test
  void openAi_usageInTheLastChunkOrUnderGroqsName_counts() throws Exception {
    for (String usage :
        List.of(
            "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}",
            "\"x_groq\":{\"id\":\"r\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}")) {
      Read read =
          openAi(
              bytes(
                  "data:"
                      + " {\"choices\":[{\"delta\":{\"content\":\"x\"},\"index\":0,\"finish_reason\":"
                      + "\"stop\"}],"
                      + usage
                      + "}\n\ndata: [DONE]\n\n"));
      assertThat(read.usage).isEqualTo(Usage.reported(3, 4));
    }
  }

  @Test
  void openAi_reasoningBesideTheAnswer_isAddedToTheOutput() throws Exception {
    Read read =
        openAi(
            bytes(
                "data:"
                    + " {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":2,\"total_tokens\":334,\"completion_tokens_details\":{\"reasoning_tokens\":320}}}\n\n"
                    + "data: [DONE]\n\n"));
    assertThat(read.usage).isEqualTo(new Usage(12, 0, 0, 0, 322, 320, false));
  }

  @Test
  void openAi_errorChunks_inEveryKnownShape_areErrors() {
    for (String chunk :
        List.of(
            "{\"error\":{\"message\":\"m\",\"type\":\"server_error\",\"code\":null}}",
            "{\"id\":\"x\",\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[{\"index\":0,"
                + "\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}",
            "{\"object\":\"error\",\"message\":\"m\",\"type\":\"t\",\"code\":400}",
            "{\"error\":\"m\"}",
            "{\"x_groq\":{\"id\":\"r\",\"error\":\"m\"}}")) {
      assertThatThrownBy(() -> openAi(bytes("data: " + chunk + "\n\n")))
          .isInstanceOfSatisfying(
              WireFormat.ErrorInsideException.class,
              e -> assertThat(e.error().message()).isEqualTo("m"));
    }
  }

  @Test
  void anthropic_secondMessageInsideTheFirst_isMalformed() {
    String start = "data: {\"type\":\"message_start\",\"message\":{\"usage\":{}}}\n\n";
    String block =
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\"}}"
            + "\n\n";
    assertThatThrownBy(() -> anthropic(bytes(start + start + block + start)))
        .isInstanceOf(WireFormat.MalformedException.class);
  }

  @ParameterizedTest
  @CsvSource({"flex,flex", "priority,priority", "default,''", "on_demand,''", "auto,''"})
  void openAi_serviceThatIsPricedApart_isNoted(String word, String tier) throws Exception {
    Draft whole = new Draft(null, "attempt-1");
    OPENAI
        .reader(whole)
        .whole(
            """
            {"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"service_tier":"%s"}
            """
                .formatted(word)
                .getBytes(UTF_8));
    assertThat(whole.terms().tier()).isEqualTo(tier);
  }

  @ParameterizedTest
  @CsvSource({
    "standard,standard,global,''",
    "standard,standard,not_available,''",
    "standard,fast,global,fast",
    "priority,standard,us,priority+us",
    "batch,standard,global,batch"
  })
  void anthropic_serviceThatIsPricedApart_isNoted(
      String tier, String speed, String region, String noted) throws Exception {
    Draft whole = new Draft(null, "attempt-1");
    ANTHROPIC
        .reader(whole)
        .whole(
            """
            {"content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{
            "input_tokens":1,"output_tokens":1,"service_tier":"%s","speed":"%s",
            "inference_geo":"%s"}}
            """
                .formatted(tier, speed, region)
                .getBytes(UTF_8));
    assertThat(whole.terms().tier()).isEqualTo(noted);
  }

  /** OpenRouter: dollars, and with one's own key at the vendor only its own fee. */
  @ParameterizedTest
  @CsvSource({
    "openrouter,'\"cost\":0.0123',12300000000",
    "openrouter,'\"cost\":1.5e-7',150000",
    "openrouter,'\"cost\":0.01,\"is_byok\":true',",
    "openrouter,'\"cost\":-1',",
    "openrouter,'\"cost\":1e300',",
    "openrouter,'\"cost\":{\"total_cost\":1}',",
    "local,'\"cost\":0.0123',"
  })
  void openAi_vendorsOwnCharge_isNotedWhereItIsDollars(
      String vendor, String cost, @Nullable Long picos) throws Exception {
    Draft whole = new Draft(null, "attempt-1");
    new OpenAiDialect(
            ProviderSettings.builder(vendor, Dialect.OPENAI, URI.create("http://localhost/v1"))
                .build())
        .reader(whole)
        .whole(
            """
            {"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],
            "usage":{"prompt_tokens":1,"completion_tokens":1,%s}}
            """
                .formatted(cost)
                .getBytes(UTF_8));
    Money charge = whole.terms().charge();
    assertThat(charge == null ? null : charge.picoUsd()).isEqualTo(picos);
  }

  @Test
  void openAi_contentWithoutAFinishReason_isAnAnswerInBothForms() throws Exception {
    String usage = "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}";
    String call = "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"{}\"}}]";
    String choice =
        "{\"choices\":[{\"index\":0,\"%s\":{\"content\":\"x\"," + call + "}}]," + usage + "}";
    Read streamed = openAi(bytes("data: " + choice.formatted("delta") + "\n\ndata: [DONE]\n\n"));
    Draft whole = new Draft(null, "attempt-1");
    OPENAI.reader(whole).whole(choice.formatted("message").getBytes(UTF_8));
    assertThat(streamed.completion).isEqualTo(whole.completion());
    assertThat(streamed.completion.getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_UNSPECIFIED);
    assertThat(streamed.completion.getMessage().getPartsCount()).isEqualTo(2);
    assertThat(streamed.usage).isEqualTo(whole.usage(() -> 0)).isEqualTo(Usage.reported(3, 4));
  }

  @Test
  void openAi_noChoiceOrAnEmptyUnfinishedOne_isMalformedInBothForms() {
    for (String choices :
        List.of("", "{\"index\":0,\"%s\":{\"role\":\"assistant\",\"content\":\"\"}}")) {
      String answer = "{\"choices\":[" + choices + "]}";
      String chunk = "data: " + answer.formatted("delta") + "\n\ndata: [DONE]\n\n";
      assertThatThrownBy(() -> openAi(bytes(chunk)))
          .isInstanceOf(WireFormat.MalformedException.class);
      assertThatThrownBy(() ->
              OPENAI
                  .reader(new Draft(null, "attempt-1"))
                  .whole(answer.formatted("message").getBytes(UTF_8)))
          .isInstanceOf(WireFormat.MalformedException.class);
    }
  }

  /** What came of a stream. */
  private record Read(List<ContentDelta> deltas, Completion completion, Usage usage) {}

  private static void assertFolds(Read read) {
    Completion completion = read.completion;
    List<FinishReason> others =
        completion.getAlternativesList().stream().map(c -> c.getFinishReason()).toList();
    assertThat(
            Completions.fold(
                read.deltas,
                completion.getFinishReason(),
                completion.getStopSequence(),
                others,
                Completions.vendorData(completion)))
        .isEqualTo(completion);
    assertThat(
            Completions.fold(
                Completions.replay(completion),
                completion.getFinishReason(),
                completion.getStopSequence(),
                others,
                Completions.vendorData(completion)))
        .isEqualTo(completion);
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static Read openAi(InputStream in) throws Exception {
    List<ContentDelta> deltas = new ArrayList<>();
    Draft draft = new Draft(deltas::add, "attempt-1");
    return read(in, OPENAI.reader(draft), draft, deltas);
  }

  private static Read anthropic(InputStream in) throws Exception {
    List<ContentDelta> deltas = new ArrayList<>();
    Draft draft = new Draft(deltas::add, "attempt-1");
    return read(in, ANTHROPIC.reader(draft), draft, deltas);
  }

  private static Read read(
      InputStream in, WireFormat.AnswerReader reader, Draft draft, List<ContentDelta> deltas)
      throws IOException, WireFormat.ErrorInsideException {
    SseReader events = new SseReader(in, () -> {});
    boolean done = false;
    while (!done && events.next()) {
      done = events.isDone() || reader.event(events.data(), events.length());
    }
    assertThat(done).isTrue();
    reader.end();
    return new Read(List.copyOf(deltas), draft.completion(), draft.usage(() -> 0));
  }
}
