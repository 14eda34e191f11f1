package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenAI's chat completions by HTTP, over vendors of both dialects. */
class ChatCompletionsTest {
  private static final String PICTURE =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
          + "DwADhgGAWjR9awAAAABJRU5ErkJggg==";
  private static final String TOOLS =
      """
      "tools":[
       {"type":"function","function":{"name":"look_up","description":"Looks up.",
        "parameters":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"string"}},
         "required":["z","a"]}}},
       {"type":"function","function":{"name":"count_up",
        "parameters":{"type":"object","properties":{}}}}]
      """;

  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.start();
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  private static Reply ask(String body, String... headers) {
    return HttpClients.post(harness.httpAddress() + "/v1/chat/completions", body, headers);
  }

  private static String body(String model, String messages, String more) {
    return "{\"model\":\""
        + model
        + "\",\"messages\":["
        + messages
        + "]"
        + (more.isBlank() ? "" : "," + more)
        + "}";
  }

  private static String user(String text) {
    return HttpClients.JSON.createObjectNode().put("role", "user").put("content", text).toString();
  }

  static Stream<Arguments> requests() {
    return Stream.of("gpt-5.4-mini", "claude-haiku-4-5")
        .flatMap(model ->
            Stream.of(
                Arguments.of(model, "text", user("Say something."), ""),
                Arguments.of(model, "unicode", user("[[sim: echo]] Grüße, 世界, 👩‍🚀!"), ""),
                Arguments.of(model, "cached", user("[[sim: cached=2048; tokens=9]] Again."), ""),
                Arguments.of(
                    model, "reasoning", user("[[sim: reasoning=80; tokens=20]] Think."), ""),
                Arguments.of(
                    model, "truncated", user("[[sim: tokens=500]] Go."), "\"max_tokens\":25"),
                Arguments.of(model, "refusal", user("[[sim: refuse]] Go."), ""),
                Arguments.of(model, "filter", user("[[sim: filter]] Go."), ""),
                Arguments.of(model, "one tool", user("Call look_up."), TOOLS),
                Arguments.of(
                    model,
                    "parallel tools",
                    user("Call look_up and count_up."),
                    TOOLS + ",\"parallel_tool_calls\":true,\"tool_choice\":\"auto\""),
                Arguments.of(
                    model,
                    "functions",
                    user("Call look_up."),
                    "\"functions\":[{\"name\":\"look_up\"}],\"function_call\":\"auto\""),
                Arguments.of(
                    model,
                    "schema",
                    user("Give the city."),
                    """
                    "response_format":{"type":"json_schema","json_schema":{"name":"city",
                     "strict":true,"schema":{"type":"object",
                     "properties":{"city":{"type":"string"}},"required":["city"],
                     "additionalProperties":false}}}
                    """),
                Arguments.of(
                    model,
                    "picture",
                    "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"See.\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                        + PICTURE
                        + "\",\"detail\":\"low\"}}]}",
                    "")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requests")
  void sameRequest_wholeAndStreamed_isEqual(
      String model, String kind, String messages, String more) {
    String[] bypass = {"x-admiral-cache", "bypass"};
    Reply whole = ask(body(model, messages, more), bypass);
    String streaming = "\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    Reply stream =
        ask(body(model, messages, more.isBlank() ? streaming : more + "," + streaming), bypass);

    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(stream.status()).as(stream.text()).isEqualTo(200);
    ObjectNode expected = (ObjectNode) whole.json();
    ObjectNode joined = join(stream.events());
    for (String field : List.of("id", "created")) {
      assertThat(joined.remove(field)).isNotNull();
      expected.remove(field);
    }
    expected.path("choices").forEach(c -> ((ObjectNode) c.path("message")).remove("annotations"));
    expected.put("object", "chat.completion.chunk");
    assertThat(joined).isEqualTo(expected);
  }

  /** Joins chunks as the vendor's own clients do. */
  private static ObjectNode join(List<String> events) {
    assertThat(events.getLast()).isEqualTo("[DONE]");
    ObjectNode whole = null;
    for (String event : events.subList(0, events.size() - 1)) {
      ObjectNode chunk = (ObjectNode) HttpClients.parse(event);
      JsonNode choices = chunk.remove("choices");
      if (whole == null) {
        whole = chunk.deepCopy();
        whole.putArray("choices");
      }
      for (String field : List.of("id", "created", "model", "object")) {
        assertThat(chunk.path(field)).isEqualTo(whole.path(field));
      }
      assertThat(chunk.has("usage")).isTrue();
      assertThat(chunk.path("usage").isNull()).isEqualTo(!choices.isEmpty());
      whole.set("usage", chunk.path("usage"));
      for (JsonNode choice : choices) {
        join((ArrayNode) whole.path("choices"), choice);
      }
    }
    return whole;
  }

  private static void join(ArrayNode choices, JsonNode choice) {
    int index = choice.path("index").asInt();
    while (choices.size() <= index) {
      choices.addObject().put("index", choices.size() - 1).putObject("message");
    }
    ObjectNode joined = (ObjectNode) choices.get(index);
    joined.putNull("logprobs");
    assertThat(joined.path("finish_reason").isTextual()).isFalse();
    joined.set("finish_reason", choice.path("finish_reason"));
    join((ObjectNode) joined.path("message"), choice.path("delta"));
  }

  private static void join(ObjectNode message, JsonNode delta) {
    for (var field : delta.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      JsonNode before = message.path(name);
      if (name.equals("tool_calls") || name.equals("reasoning_details")) {
        ArrayNode list = message.withArray(name);
        for (JsonNode item : value) {
          while (list.size() <= item.path("index").asInt()) {
            list.addObject();
          }
          ObjectNode element = (ObjectNode) list.get(item.path("index").asInt());
          ObjectNode given = item.deepCopy();
          if (name.equals("tool_calls")) {
            given.remove("index");
            join(element, given);
          } else {
            element.setAll(given);
          }
        }
      } else if (value.isObject()) {
        join(message.withObject("/" + name), value);
      } else if (before.isTextual() && value.isTextual() && !name.equals("role")) {
        message.put(name, before.textValue() + value.textValue());
      } else {
        message.set(name, value);
      }
    }
  }

  @Test
  void streamThatIsCut_endsWithAnErrorAndNoEndMark() {
    Reply reply =
        ask(body("gpt-5.4-mini", user("[[sim: tokens=30; fault=cut-after=5]]"), "\"stream\":true"));

    assertThat(reply.status()).isEqualTo(200);
    List<String> events = reply.events();
    assertThat(events).doesNotContain("[DONE]").hasSizeGreaterThan(2);
    JsonNode error = HttpClients.parse(events.getLast()).path("error");
    assertThat(error.path("code").asText()).isEqualTo("stream_broken");
    assertThat(error.path("type").asText()).isEqualTo("server_error");
    assertThat(error.has("param") && error.has("message")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"gpt-5.4-mini\",|''|not valid JSON at line 1",
        "[]|''|must be a JSON object",
        "{\"messages\":[]}|model|model is missing",
        "{\"model\":\"gpt-5.4-mini\"}|messages|messages is missing",
        "{\"model\":7,\"messages\":[]}|model|must be a string, but is a number",
        "{\"model\":\"gpt-5.4-mini\",\"messages\":[]}|messages|is empty",
        "{\"model\":\"gpt-5.4-mini\",\"messages\":{}}|messages|must be a list, but is an object",
      })
  void badRequest_isRefusedNamingTheField(String body, String param, String message) {
    Reply reply = ask(body);

    assertThat(reply.status()).isEqualTo(400);
    JsonNode error = reply.json().path("error");
    assertThat(error.path("message").asText()).contains(message);
    assertThat(error.path("param").isNull() ? "" : error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.has("code")).isTrue();
  }
}
