package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.provider.FakeVendor;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Answers of a vendor of OpenAI's dialect whose parts come in turns, as Anthropic's events, whose
 * blocks follow one another.
 */
class InterleavedMessagesTest {
  private static FakeVendor vendor;
  private static Harness harness;

  @BeforeAll
  static void start() throws IOException {
    vendor = new FakeVendor();
    harness =
        Harness.start(
            "  - {name: fake, dialect: openai, base_url: '"
                + vendor.address("/v1")
                + "', api_key: k}");
  }

  @AfterAll
  static void stop() throws IOException {
    harness.close();
    vendor.close();
  }

  /** Returns what a client gets whose vendor streams these deltas. */
  private static JsonNode message(String finish, String... deltas) {
    return MessageEvents.read(stream(finish, deltas).text()).message();
  }

  private static HttpClients.Reply stream(String finish, String... deltas) {
    StringBuilder events = new StringBuilder();
    for (String delta : deltas) {
      events.append(chunk(delta, "null"));
    }
    events.append(chunk("", '"' + finish + '"'));
    events.append("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":9,");
    events.append("\"prompt_tokens_details\":{\"cached_tokens\":5}}}\n\ndata: [DONE]\n\n");
    vendor.always(connection -> connection.events(events.toString()));
    HttpClients.Reply reply =
        HttpClients.post(
            harness.httpAddress() + "/v1/messages",
            """
            {"model":"fake/m","max_tokens":99,"stream":true,
             "messages":[{"role":"user","content":"u"}],"tools":[
              {"name":"f","input_schema":{"type":"object"}},
              {"name":"g","input_schema":{"type":"object"}}]}
            """,
            "anthropic-version",
            "2023-06-01",
            "x-admiral-cache",
            "bypass");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static String chunk(String delta, String finish) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{"
        + delta.replace('\'', '"')
        + "},\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  private static String call(int index, String head, String arguments) {
    return "'tool_calls':[{'index':"
        + index
        + head
        + ",'function':{"
        + (head.isEmpty() ? "" : "'name':'" + (index == 0 ? "f" : "g") + "',")
        + "'arguments':"
        + HttpClients.JSON.getNodeFactory().textNode(arguments)
        + "}}]";
  }

  @Test
  void toolCallsInTurns_areBlocksOneAfterTheOther() {
    JsonNode message =
        message(
            "tool_calls",
            "'content':'Two.'",
            call(0, ",'id':'c0'", "{\"a\":"),
            call(1, ",'id':'c1'", "{\"b\":\"}"),
            call(0, "", "{\"n\":1}"),
            call(1, "", "\\\"\""),
            call(0, "", "}"),
            call(1, "", ",\"z\":[]}"));

    assertThat(message.path("content"))
        .isEqualTo(
            HttpClients.parse(
                """
                [{"type":"text","text":"Two."},
                 {"type":"tool_use","id":"c0","name":"f","input":{"a":{"n":1}}},
                 {"type":"tool_use","id":"c1","name":"g","input":{"b":"}\\"","z":[]}}]
                """));
    assertThat(message.path("stop_reason").asText()).isEqualTo("tool_use");
  }

  @Test
  void textThatGoesOnAfterSomethingElse_isABlockOfItsOwn() {
    JsonNode message =
        message(
            "stop",
            "'reasoning_content':'I '",
            "'content':'One'",
            "'reasoning_content':'think.'",
            "'content':' two.'");

    assertThat(message.path("content"))
        .isEqualTo(
            HttpClients.parse(
                """
                [{"type":"thinking","thinking":"I ","signature":""},
                 {"type":"text","text":"One"},
                 {"type":"thinking","thinking":"think.","signature":""},
                 {"type":"text","text":" two."}]
                """));
    assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
    assertThat(message.at("/usage/input_tokens").asLong()).isEqualTo(15);
    assertThat(message.at("/usage/cache_read_input_tokens").asLong()).isEqualTo(5);
  }

  @Test
  void toolCallThatIsCutShort_isFollowedByWhatWaited() {
    JsonNode message =
        message(
            "length", call(0, ",'id':'c0'", ""), call(1, ",'id':'c1'", "{}"), "'content':'Late.'");

    assertThat(message.path("content"))
        .isEqualTo(
            HttpClients.parse(
                """
                [{"type":"tool_use","id":"c0","name":"f","input":{}},
                 {"type":"tool_use","id":"c1","name":"g","input":{}},
                 {"type":"text","text":"Late."}]
                """));
    assertThat(message.path("stop_reason").asText()).isEqualTo("max_tokens");
  }

  @Test
  void toolCallThatGoesOnAfterItsEnd_endsWithAnError() {
    HttpClients.Reply reply =
        stream(
            "tool_calls",
            call(0, ",'id':'c0'", "{\"b\":2}"),
            "'content':'Late.'",
            call(0, "", "{\"a\":1}"));

    List<String> events = reply.events();
    JsonNode last = HttpClients.parse(events.getLast());
    assertThat(last.at("/type").asText()).isEqualTo("error");
    assertThat(last.at("/error/type").asText()).isEqualTo("api_error");
    assertThat(last.at("/request_id").asText()).isEqualTo(reply.header("request-id"));
    assertThat(events).anyMatch(event -> event.contains("Late."));
    assertThat(reply.text()).doesNotContain("message_stop");
  }

  @Test
  void argumentsThatAreNoJson_areWrappedInAWholeAnswer() {
    vendor.always(connection ->
        connection.json(
            200,
            """
            {"choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[
             {"id":"c0","type":"function","function":{"name":"f","arguments":"{\\"a\\":"}}]},
             "finish_reason":"tool_calls"}],
             "usage":{"prompt_tokens":2,"completion_tokens":3}}
            """));
    JsonNode message =
        HttpClients.post(
                harness.httpAddress() + "/v1/messages",
                """
                {"model":"fake/m","max_tokens":99,"messages":[{"role":"user","content":"u"}],
                 "tools":[{"name":"f","input_schema":{"type":"object"}}]}
                """,
                "anthropic-version",
                "2026-10-21",
                "x-admiral-cache",
                "bypass")
            .json();

    assertThat(message.at("/content/0/input"))
        .isEqualTo(HttpClients.parse("{\"INVALID_JSON\":\"{\\\"a\\\":\"}"));
  }
}
