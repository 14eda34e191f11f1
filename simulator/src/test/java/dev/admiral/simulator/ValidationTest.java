package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad requests are refused in the vendor's words. */
class ValidationTest {
  private static final String USER = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).maxBodyBytes(100_000).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "gpt-4o     | `USER,\"colour\":1`                 | 400 | unknown_parameter | colour |"
            + " Unknown parameter: 'colour'.",
        "gpt-4o     | `\"messages\":[]`                   | 400 | empty_array | messages | empty"
            + " array",
        "gpt-4o     | `\"n\":1`                           | 400 | missing_required_parameter |"
            + " messages | Missing required parameter: 'messages'.",
        "gpt-4o     | `USER,\"temperature\":3`            | 400 | decimal_above_max_value |"
            + " temperature | Expected a value <= 2, but got 3 instead.",
        "gpt-4o     | `USER,\"max_tokens\":0`             | 400 | integer_below_min_value |"
            + " max_tokens | Expected a value >= 1, but got 0 instead.",
        "gpt-4o     | `USER,\"max_tokens\":99999999`      | 400 | invalid_value | max_tokens | is"
            + " too large",
        "gpt-4o     | `USER,\"max_tokens\":\"x\"`         | 400 | invalid_type | max_tokens |"
            + " expected an integer, but got a string",
        "gpt-4o     | `USER,\"stream_options\":{}`        | 400 | - | stream_options | only allowed"
            + " when 'stream' is enabled",
        "gpt-4o     | `USER,\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]` | 400 |"
            + " array_above_max_length | stop | maximum length 4",
        "gpt-4o     | `USER,\"tool_choice\":\"auto\"`     | 400 | - | tool_choice | only allowed"
            + " when 'tools' are specified",
        "gpt-4o     | `\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]` | 400 | invalid_value"
            + " | messages[0].role | Invalid value: 'king'",
        "gpt-4o     | `\"messages\":[{\"role\":\"tool\",\"content\":\"x\",\"tool_call_id\":\"c\"}]`"
            + " | 400 | - | messages[0].role | must be a response to a preceeding message",
        "gpt-4o     | `\"messages\":[{\"role\":\"user\"}]` | 400 | - | messages[0].content |"
            + " expected a string, got null",
        "gpt-4o     |"
            + " `USER,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":\"array\"}}}`"
            + " | 400 | - | response_format | Invalid schema for response_format 'x'",
        "gpt-5-mini | `USER,\"max_tokens\":5`             | 400 | unsupported_parameter |"
            + " max_tokens | Use 'max_completion_tokens' instead.",
        "gpt-5-mini | `USER,\"temperature\":0.5`          | 400 | - | temperature | 'temperature'"
            + " is not supported with this model.",
        "gpt-0      | `USER`                              | 404 | model_not_found | - | The model"
            + " `gpt-0` does not exist or you do not have access to it.",
      })
  void chat_refusesInOpenAisWords(
      String model, String rest, int status, String code, String param, String message) {
    Caller.Reply reply =
        caller.chat("{\"model\":\"" + model + "\"," + rest.replace("USER", USER) + "}");
    assertThat(reply.status()).isEqualTo(status);
    var error = reply.json().path("error");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("message").asText()).contains(message);
    assertThat(error.path("code").isNull() ? null : error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("param").isNull() ? null : error.path("param").asText()).isEqualTo(param);
    assertThat(reply.header("x-request-id")).startsWith("req_");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2023-06-01 | `\"max_tokens\":9,USER,\"colour\":1`       | 400 | colour: Extra inputs are"
            + " not permitted",
        "2023-06-01 | `USER`                                     | 400 | max_tokens: Field"
            + " required",
        "2023-06-01 | `\"max_tokens\":0,USER`                    | 400 | max_tokens: Input should"
            + " be greater than or equal to 1",
        "2023-06-01 | `\"max_tokens\":9,\"messages\":[]`         | 400 | messages: at least one"
            + " message is required",
        "2023-06-01 | `\"max_tokens\":9,USER,\"temperature\":2`  | 400 | temperature: Input should"
            + " be less than or equal to 1",
        "2026-10-21 | `\"max_tokens\":9,USER,\"temperature\":1`  | 400 | temperature: Extra inputs"
            + " are not permitted",
        "2026-10-21 | `\"max_tokens\":9,USER,\"top_k\":1`        | 400 | top_k: Extra inputs are"
            + " not permitted",
        "2026-10-21 |"
            + " `\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"document\",\"source\":{}}]}]`"
            + " | 400 | `document` blocks are not permitted in assistant messages",
        "2026-10-21 |"
            + " `\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"x\",\"citations\":[{}]}]}]`"
            + " | 400 | citations: Extra inputs are not permitted",
        "2023-06-01 | `\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"\"}]` | 400"
            + " | messages: text content blocks must be non-empty",
        "2023-06-01 |"
            + " `\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]`"
            + " | 400 | unexpected `tool_use_id` found in `tool_result` blocks: t",
        "2023-06-01 |"
            + " `\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}]}]`"
            + " | 400 | `tool_use` ids were found without `tool_result` blocks immediately after:"
            + " t",
        "2023-06-01 |"
            + " `\"max_tokens\":2000,USER,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":100}`"
            + " | 400 | greater than or equal to 1024",
        "2020-01-01 | `\"max_tokens\":9,USER`                    | 400 | is not a valid version",
      })
  void message_refusesInAnthropicsWords(String version, String rest, int status, String message) {
    Caller.Reply reply =
        caller.post(
            "/v1/messages",
            "{\"model\":\"claude-opus-5\"," + rest.replace("USER", USER) + "}",
            "anthropic-version",
            version);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.json().path("type").asText()).isEqualTo("error");
    assertThat(reply.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(reply.json().at("/error/message").asText()).contains(message);
  }

  @Test
  void firstVersion_takesTemperature() {
    String body = "{\"model\":\"claude-opus-5\",\"max_tokens\":9,\"temperature\":0.3," + USER + "}";
    assertThat(caller.messages(body).status()).isEqualTo(200);
  }

  @Test
  void unknownModel_isNotFoundInAnthropicsWords() {
    Caller.Reply reply = caller.messages("{\"model\":\"claude-0\",\"max_tokens\":9," + USER + "}");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().at("/error/type").asText()).isEqualTo("not_found_error");
    assertThat(reply.json().at("/error/message").asText()).isEqualTo("model: claude-0");
  }

  @Test
  void largeBody_is413OfEachVendor() {
    String large = "{\"model\":\"gpt-4o\",\"x\":\"" + "x".repeat(200_000) + "\"}";
    assertThat(caller.chat(large).status()).isEqualTo(413);
    Caller.Reply reply = caller.messages(large);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().at("/error/type").asText()).isEqualTo("request_too_large");
  }

  @Test
  void promptBeyondTheContextWindow_isRefused() throws IOException {
    try (Simulator small =
        Simulator.builder().timeScale(0).models(model -> model.withWindow(100, 50)).start()) {
      Caller other = new Caller(small);
      String text = "word ".repeat(100);
      Caller.Reply chat = other.chat("{\"model\":\"gpt-4o\"," + USER.replace("Hi", text) + "}");
      assertThat(chat.json().at("/error/code").asText()).isEqualTo("context_length_exceeded");
      Caller.Reply message =
          other.messages(
              "{\"model\":\"claude-opus-5\",\"max_tokens\":9," + USER.replace("Hi", text) + "}");
      assertThat(message.json().at("/error/message").asText())
          .startsWith("prompt is too long: 132 tokens > 100 maximum");
    }
  }

  @Test
  void bodyThatIsNoJson_isRefused() {
    assertThat(caller.chat("{\"model\":").status()).isEqualTo(400);
    assertThat(caller.chat("[]").json().at("/error/type").asText())
        .isEqualTo("invalid_request_error");
    assertThat(caller.messages("nonsense").json().at("/error/type").asText())
        .isEqualTo("invalid_request_error");
  }

  @Test
  void keys_whenConfigured_areDemandedBothWays() throws IOException {
    String message = "{\"model\":\"claude-opus-5\",\"max_tokens\":9," + USER + "}";
    String chat = "{\"model\":\"gpt-4o\"," + USER + "}";
    try (Simulator closed = Simulator.builder().timeScale(0).keys("sk-one").start()) {
      Caller other = new Caller(closed);
      assertThat(other.messages(message, "x-api-key", "sk-one").status()).isEqualTo(200);
      assertThat(other.messages(message, "Authorization", "Bearer sk-one").status()).isEqualTo(200);
      assertThat(other.chat(chat, "Authorization", "Bearer sk-one").status()).isEqualTo(200);

      Caller.Reply wrong = other.chat(chat, "Authorization", "Bearer sk-two");
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.json().at("/error/code").asText()).isEqualTo("invalid_api_key");
      assertThat(wrong.body()).doesNotContain("sk-two");
      Caller.Reply none = other.messages(message);
      assertThat(none.status()).isEqualTo(401);
      assertThat(none.json().at("/error/type").asText()).isEqualTo("authentication_error");
    }
  }

  @Test
  void unknownPath_is404() {
    assertThat(caller.post("/v1/nothing", "{}").json().at("/error/message").asText())
        .isEqualTo("Invalid URL (POST /v1/nothing)");
    assertThat(caller.get("/v1/chat/completions").status()).isEqualTo(405);
    assertThat(caller.get("/sim/nothing").status()).isEqualTo(404);
  }
}
