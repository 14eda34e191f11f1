package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers contain: reasoning, schemas, endings, cached tokens, vectors, models. */
class AnswerTest {
  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private static String chat(String model, String settings, String text) {
    return "{\"model\":\"%s\",%s\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
        .formatted(model, settings, text);
  }

  @Test
  void choices_areCountedAndBilledTogether() {
    JsonNode answer = caller.chat(chat("gpt-4o", "\"n\":3,", "Hi [[sim: tokens=7]]")).json();
    assertThat(answer.path("choices").size()).isEqualTo(3);
    assertThat(answer.at("/choices/1/message/content"))
        .isNotEqualTo(answer.at("/choices/0/message/content"));
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(21);
    assertThat(simulator.invoice().total().tokens().output()).isEqualTo(21);
  }

  @Test
  void stopText_endsTheAnswerBeforeIt() {
    String text = "Hi [[sim: tokens=60]]";
    String full =
        caller.chat(chat("gpt-4o", "", text)).json().at("/choices/0/message/content").asText();
    String stop = full.substring(40, 46);
    JsonNode cut = caller.chat(chat("gpt-4o", "\"stop\":[\"zzz\",\"" + stop + "\"],", text)).json();
    assertThat(cut.at("/choices/0/message/content").asText())
        .isEqualTo(full.substring(0, full.indexOf(stop)));
    assertThat(cut.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void stopSequence_isNamedByAnthropic() {
    String body =
        chat("claude-sonnet-5", "\"max_tokens\":99,%s", "Hi [[sim: echo]] alpha STOP end");
    JsonNode answer = caller.messages(body.formatted("\"stop_sequences\":[\"STOP\"],")).json();
    assertThat(answer.path("stop_reason").asText()).isEqualTo("stop_sequence");
    assertThat(answer.path("stop_sequence").asText()).isEqualTo("STOP");
    assertThat(answer.at("/content/0/text").asText()).endsWith("alpha ");
  }

  @Test
  void reasoningModel_billsReasoningItDoesNotShow() {
    JsonNode answer =
        caller.chat(chat("gpt-5-mini", "", "Hi [[sim: tokens=5; reasoning=70]]")).json();
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(75);
    assertThat(answer.at("/usage/completion_tokens_details/reasoning_tokens").asInt())
        .isEqualTo(70);
    InvoiceLine line = simulator.invoice().lines().getFirst();
    assertThat(line.tokens().reasoning()).isEqualTo(70);
    assertThat(line.tokens().output()).isEqualTo(75);
  }

  @Test
  void reasoningThatUsesUpTheLimit_leavesNoText() {
    JsonNode answer =
        caller
            .chat(chat("gpt-5-mini", "\"max_completion_tokens\":20,", "Hi [[sim: reasoning=70]]"))
            .json();
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(answer.at("/choices/0/message/content").asText()).isEmpty();
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(20);
  }

  @Test
  void reasoningOfOthers_isShownInTheirField() {
    String body = chat("deepseek-v4-pro", "", "Hi [[sim: reasoning=9]]");
    JsonNode answer = caller.post("/deepseek/v1/chat/completions", body).json();
    assertThat(answer.at("/choices/0/message/reasoning_content").asText()).isNotEmpty();
    assertThat(simulator.invoice().lines().getFirst().provider()).isEqualTo("deepseek");
  }

  @ParameterizedTest
  @CsvSource({"chat, refuse, stop", "chat, filter, content_filter", "message, refuse, refusal"})
  void refusal_hasTheVendorsEnding(String kind, String option, String finish) {
    String text = "Hi [[sim: " + option + "]]";
    if (kind.equals("chat")) {
      JsonNode choice = caller.chat(chat("gpt-4o", "", text)).json().at("/choices/0");
      assertThat(choice.path("finish_reason").asText()).isEqualTo(finish);
      assertThat(choice.at("/message/refusal").isTextual()).isEqualTo(option.equals("refuse"));
    } else {
      JsonNode answer = caller.messages(chat("claude-opus-5", "\"max_tokens\":99,", text)).json();
      assertThat(answer.path("stop_reason").asText()).isEqualTo(finish);
      assertThat(answer.path("content").isEmpty()).isTrue();
      assertThat(answer.at("/stop_details/type").asText()).isEqualTo("refusal");
    }
  }

  @Test
  void schema_isSatisfiedWholeAndStreamed() {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"a\",\"b\"]},"
            + "\"size\":{\"type\":\"number\"}},\"required\":[\"kind\",\"size\"]}";
    String chat =
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\","
            + "\"strict\":true,\"schema\":"
            + schema
            + "}},";
    assertKindAndSize(
        caller.chat(chat("gpt-4o", chat, "Hi")).json().at("/choices/0/message/content").asText());
    String message =
        "\"max_tokens\":99,\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":"
            + schema
            + "}},";
    assertKindAndSize(
        caller
            .messages(chat("claude-opus-5", message, "Hi"))
            .json()
            .at("/content/0/text")
            .asText());
  }

  private static void assertKindAndSize(String json) {
    JsonNode value = Caller.parse(json);
    assertThat(value.path("kind").asText()).isIn("a", "b");
    assertThat(value.path("size").isNumber()).isTrue();
  }

  @Test
  void openAiCache_coversEarlierTurnsOfALongConversation() {
    String longText = "word ".repeat(2000);
    String first = chat("gpt-4o", "", longText);
    assertThat(caller.chat(first).json().at("/usage/prompt_tokens_details/cached_tokens").asInt())
        .isZero();
    String second =
        "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\""
            + longText
            + "\"},{\"role\":\"assistant\",\"content\":\"Yes\"},"
            + "{\"role\":\"user\",\"content\":\"Go on\"}]}";
    JsonNode usage = caller.chat(second).json().path("usage");
    int cached = usage.at("/prompt_tokens_details/cached_tokens").asInt();
    assertThat(cached).isEqualTo(2432).isLessThan(usage.path("prompt_tokens").asInt());
    Tokens tokens = simulator.invoice().lines().getLast().tokens();
    assertThat(tokens.cachedInput()).isEqualTo(cached);
    assertThat(tokens.prompt()).isEqualTo(usage.path("prompt_tokens").asInt());
  }

  @Test
  void anthropicCache_writesUpToTheBreakpointAndReadsEarlierTurns() {
    String block =
        "{\"type\":\"text\",\"text\":\"%s\",\"cache_control\":{\"type\":\"ephemeral\"%s}}";
    String first =
        "{\"model\":\"claude-opus-5\",\"max_tokens\":9,\"system\":[%s],\"messages\":[%s"
            + "{\"role\":\"user\",\"content\":\"Hi\"}]}";
    String longText = "word ".repeat(2000);
    JsonNode wrote =
        caller.messages(first.formatted(block.formatted(longText, ""), "")).json().path("usage");
    assertThat(wrote.path("cache_creation_input_tokens").asInt()).isEqualTo(2507);
    assertThat(wrote.at("/cache_creation/ephemeral_5m_input_tokens").asInt()).isEqualTo(2507);
    JsonNode hourly =
        caller
            .messages(first.formatted(block.formatted(longText, ",\"ttl\":\"1h\""), ""))
            .json()
            .path("usage");
    assertThat(hourly.at("/cache_creation/ephemeral_1h_input_tokens").asInt()).isEqualTo(2507);
    String turns =
        "{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ho\"},";
    JsonNode read =
        caller.messages(first.formatted(block.formatted(longText, ""), turns)).json().path("usage");
    assertThat(read.path("cache_read_input_tokens").asInt()).isEqualTo(2507);
    assertThat(read.path("cache_creation_input_tokens").asInt()).isZero();
    Tokens tokens = simulator.invoice().lines().get(1).tokens();
    assertThat(tokens.cacheWrite1h()).isEqualTo(2507);
  }

  @Test
  void embeddings_areUnitVectorsInNumbersAndInBase64() {
    String body =
        "{\"model\":\"text-embedding-3-small\",\"input\":[\"one\",\"two\"],\"dimensions\":8%s}";
    JsonNode numbers = caller.post("/v1/embeddings", body.formatted("")).json();
    JsonNode base64 =
        caller.post("/v1/embeddings", body.formatted(",\"encoding_format\":\"base64\"")).json();
    assertThat(numbers.path("data").size()).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      byte[] bytes = Base64.getDecoder().decode(base64.at("/data/" + i + "/embedding").asText());
      ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      double square = 0;
      for (JsonNode number : numbers.at("/data/" + i + "/embedding")) {
        assertThat(floats.getFloat()).isEqualTo(Float.parseFloat(number.asText()));
        square += number.asDouble() * number.asDouble();
      }
      assertThat(floats.hasRemaining()).isFalse();
      assertThat(square).isCloseTo(1, within(1e-6));
    }
    assertThat(numbers.path("usage").path("prompt_tokens").asInt()).isEqualTo(2);
    InvoiceLine line = simulator.invoice().lines().getFirst();
    assertThat(line.operation()).isEqualTo("embeddings");
    assertThat(line.costPicos()).hasValue(2 * 20_000);
  }

  @Test
  void countTokens_saysWhatTheMessageWillUseAndIsFree() {
    String content = chat("claude-opus-5", "%s", "How long is this?");
    JsonNode count =
        caller
            .post(
                "/v1/messages/count_tokens",
                content.formatted(""),
                "anthropic-version",
                "2026-10-21")
            .json();
    assertThat(simulator.invoice().lines()).isEmpty();
    JsonNode answer = caller.messages(content.formatted("\"max_tokens\":9,")).json();
    assertThat(count.path("input_tokens")).isEqualTo(answer.at("/usage/input_tokens"));
  }

  @Test
  void models_areListedInEachVendorsShape() {
    JsonNode openAi = caller.get("/v1/models").json();
    assertThat(openAi.path("object").asText()).isEqualTo("list");
    assertThat(openAi.at("/data/0/owned_by").asText()).isEqualTo("openai");
    JsonNode anthropic = caller.get("/v1/models", "anthropic-version", "2023-06-01").json();
    assertThat(anthropic.path("has_more").isBoolean()).isTrue();
    assertThat(anthropic.at("/data/0/type").asText()).isEqualTo("model");
    assertThat(caller.get("/groq/v1/models").json().at("/data/0/owned_by").asText())
        .isEqualTo("groq");
    assertThat(caller.get("/v1/models/gpt-4o").json().path("id").asText()).isEqualTo("gpt-4o");
    assertThat(caller.get("/v1/models/gpt-0").status()).isEqualTo(404);
  }

  @Test
  void unknownModels_whenAccepted_haveNoCost() throws IOException {
    ModelProfile like = ModelProfile.chat("any", "any");
    try (Simulator open = Simulator.builder().timeScale(0).unknownModels(like).start()) {
      Caller.Reply reply = new Caller(open).chat(chat("brand-new", "", "Hi"));
      assertThat(reply.json().path("model").asText()).isEqualTo("brand-new");
      InvoiceLine line = open.invoice().lines().getFirst();
      assertThat(line.provider()).isEqualTo("openai");
      assertThat(line.costPicos()).isEmpty();
      assertThat(open.invoice().total().unpricedCalls()).isEqualTo(1);
    }
  }
}
