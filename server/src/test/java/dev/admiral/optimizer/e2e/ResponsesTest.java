package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenAI's responses by HTTP, over vendors of both dialects. */
class ResponsesTest {
  private static final String TOOLS =
      """
      "tools":[
       {"type":"function","name":"look_up","strict":false,
        "parameters":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"string"}}}},
       {"type":"function","name":"count_up","parameters":{"type":"object","properties":{}}}]
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

  private static Reply ask(String fields, String... headers) {
    return HttpClients.post(harness.httpAddress() + "/v1/responses", "{" + fields + "}", headers);
  }

  private static String input(String text) {
    return "\"input\":\"" + text + "\"";
  }

  static Stream<Arguments> requests() {
    return Stream.of("gpt-5.4-mini", "claude-haiku-4-5")
        .flatMap(model ->
            Stream.of(
                Arguments.of(model, "text", "completed", input("Say something.")),
                Arguments.of(
                    model, "unicode", "completed", input("[[sim: echo]] Grüße, 世界, 👩‍🚀!")),
                Arguments.of(
                    model,
                    "instructions",
                    "completed",
                    input("Hello.") + ",\"instructions\":\"Be brief.\""),
                Arguments.of(
                    model,
                    "reasoning",
                    "completed",
                    input("[[sim: reasoning=80; tokens=20]] Think.")
                        + ",\"reasoning\":{\"effort\":\"low\"}"),
                Arguments.of(
                    model,
                    "truncated",
                    "incomplete",
                    input("[[sim: tokens=500]] Go.") + ",\"max_output_tokens\":25"),
                Arguments.of(
                    model,
                    "filter",
                    model.startsWith("claude") ? "completed" : "incomplete",
                    input("[[sim: filter]] Go.")),
                Arguments.of(model, "one tool", "completed", input("Call look_up.") + "," + TOOLS),
                Arguments.of(
                    model,
                    "parallel tools",
                    "completed",
                    input("Call look_up and count_up.")
                        + ","
                        + TOOLS
                        + ",\"tool_choice\":\"auto\""),
                Arguments.of(
                    model,
                    "schema",
                    "completed",
                    input("Give the city.")
                        + """
                        ,"text":{"format":{"type":"json_schema","name":"city","strict":true,
                          "schema":{"type":"object","properties":{"city":{"type":"string"}},
                           "required":["city"],"additionalProperties":false}}}
                        """),
                Arguments.of(
                    model,
                    "conversation",
                    "completed",
                    """
                    "input":[
                     {"role":"developer","content":"Be brief."},
                     {"role":"user","content":[{"type":"input_text","text":"Look up."}]},
                     {"type":"function_call","id":"fc_1","call_id":"c1","name":"look_up",
                      "arguments":"{}","status":"completed"},
                     {"type":"function_call","call_id":"c2","name":"count_up","arguments":"{}"},
                     {"type":"function_call_output","call_id":"c1","output":"one"},
                     {"type":"function_call_output","call_id":"c2",
                      "output":[{"type":"input_text","text":"two"}]}],
                    """
                        + TOOLS)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requests")
  void sameRequest_wholeAndStreamed_isEqual(
      String model, String kind, String status, String fields) {
    String request = "\"model\":\"" + model + "\"," + fields;
    String[] bypass = {"x-admiral-cache", "bypass"};
    Reply whole = ask(request, bypass);
    Reply stream = ask(request + ",\"stream\":true", bypass);

    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(stream.status()).as(stream.text()).isEqualTo(200);
    ObjectNode expected = (ObjectNode) whole.json();
    List<JsonNode> events = events(stream);
    ObjectNode last = (ObjectNode) events.getLast().path("response");
    assertThat(events.getLast().path("type").asText()).isEqualTo("response." + status);
    assertThat(last.path("status").asText()).isEqualTo(status);
    assertThat(told(events)).isEqualTo(last.path("output"));
    assertThat(nameless(last)).isEqualTo(nameless(expected));
  }

  /** Returns a response without what two calls differ in. */
  private static ObjectNode nameless(ObjectNode response) {
    response.remove(List.of("id", "created_at"));
    response.path("output").forEach(item -> ((ObjectNode) item).remove("id"));
    return response;
  }

  private static List<JsonNode> events(Reply stream) {
    List<JsonNode> events = new ArrayList<>();
    for (String data : stream.events()) {
      JsonNode event = HttpClients.parse(data);
      assertThat(event.path("sequence_number").asInt(-1)).isEqualTo(events.size());
      assertThat(stream.text()).contains("event: " + event.path("type").asText() + "\n");
      events.add(event);
    }
    assertThat(events.get(0).path("type").asText()).isEqualTo("response.created");
    assertThat(events.get(1).path("type").asText()).isEqualTo("response.in_progress");
    return events;
  }

  /** Puts the output together from the events alone, checking their order. */
  private static JsonNode told(List<JsonNode> events) {
    List<JsonNode> items = new ArrayList<>();
    Map<String, String> texts = new HashMap<>();
    for (JsonNode event : events) {
      String type = event.path("type").asText();
      String id = event.path("item_id").asText();
      if (type.endsWith(".delta")) {
        texts.merge(id, event.path("delta").asText(), String::concat);
      } else if (type.endsWith("_text.done") || type.endsWith("refusal.done")) {
        assertThat(event.path(event.has("text") ? "text" : "refusal").asText())
            .isEqualTo(texts.get(id));
      } else if (type.endsWith("arguments.done")) {
        assertThat(event.path("arguments").asText()).isEqualTo(texts.getOrDefault(id, ""));
      } else if (type.equals("response.output_item.added")) {
        assertThat(event.path("output_index").asInt()).isEqualTo(items.size());
      } else if (type.equals("response.output_item.done")) {
        items.add(event.path("item"));
      }
    }
    return HttpClients.JSON.valueToTree(items);
  }

  @Test
  void reasoningThatIsSentBack_isTheVendorsOwn() {
    String model = "\"model\":\"claude-haiku-4-5\",\"reasoning\":{\"effort\":\"low\"},";
    JsonNode first = ask(model + input("[[sim: reasoning=40]] Call look_up.") + "," + TOOLS).json();
    JsonNode output = first.path("output");
    assertThat(output.get(0).path("type").asText()).isEqualTo("reasoning");
    assertThat(output.get(0).path("encrypted_content").asText()).isNotEmpty();
    JsonNode call = output.get(output.size() - 1);
    assertThat(call.path("type").asText()).isEqualTo("function_call");

    StringBuilder items = new StringBuilder("{\"role\":\"user\",\"content\":\"Look up.\"}");
    output.forEach(item -> items.append(',').append(item));
    Reply second =
        ask(
            model
                + "\"input\":["
                + items
                + ",{\"type\":\"function_call_output\",\"call_id\":"
                + call.path("call_id")
                + ",\"output\":\"done\"}],"
                + TOOLS);

    assertThat(second.status()).as(second.text()).isEqualTo(200);
  }

  @Test
  void streamThatIsCut_endsWithAnError() {
    Reply reply =
        ask(
            "\"model\":\"gpt-5.4-mini\",\"stream\":true,"
                + input("[[sim: tokens=30; fault=cut-after=5]]"));

    List<JsonNode> events = events(reply);
    JsonNode error = events.get(events.size() - 2);
    assertThat(error.path("type").asText()).isEqualTo("error");
    assertThat(error.path("code").asText()).isEqualTo("stream_broken");
    assertThat(error.path("error").path("type").asText()).isEqualTo("server_error");
    JsonNode failed = events.getLast();
    assertThat(failed.path("type").asText()).isEqualTo("response.failed");
    assertThat(failed.path("response").path("error").path("code").asText())
        .isEqualTo("stream_broken");
    assertThat(reply.text()).doesNotContain("[DONE]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"x\":1|model|is missing",
        "\"model\":\"gpt-4o\"|input|is missing",
        "\"model\":\"gpt-4o\",\"input\":7|input|must be a string or a list of items",
        "\"model\":\"gpt-4o\",\"input\":[]|input|is empty",
        "\"model\":\"gpt-4o\",\"input\":\"\"|input[0]|is empty",
        "\"model\":\"gpt-4o\",\"input\":[7]|input[0]|must be an object",
        "\"model\":\"gpt-4o\",\"input\":[{\"role\":\"x\"}]|input[0].role|must be user",
        "\"model\":\"gpt-4o\",\"input\":[{\"role\":\"user\"}]|input[0].content|is missing",
        "\"model\":\"gpt-4o\",\"input\":[{\"type\":\"x\"}]|input[0].type|must be message",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"store\":true|store|send false",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"background\":true|background|wait for the answer",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"conversation\":\"c\"|conversation|as input",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"previous_response_id\":\"r\""
            + "|previous_response_id|as input",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"prompt\":{\"id\":\"p\"}|prompt|as input",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"tools\":[{\"type\":\"web_search\"}]"
            + "|tools[0].type|must be function",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"max_output_tokens\":0|max_output_tokens|must be 1",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"temperature\":\"0\"|temperature|must be a number",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"reasoning\":{\"effort\":\"big\"}"
            + "|reasoning.effort|must be none",
        "\"model\":\"gpt-4o\",\"input\":\"x\",\"text\":{\"format\":{\"type\":\"xml\"}}"
            + "|text.format.type|must be text",
      })
  void badRequest_isRefusedNamingTheField(String fields, String param, String message) {
    Reply reply = ask(fields);

    assertThat(reply.status()).isEqualTo(400);
    JsonNode error = reply.json().path("error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("message").asText()).startsWith(param).contains(message);
    assertThat(error.path("code").asText()).isEqualTo("invalid_value");
  }
}
