package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.simulator.Hold;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's API by HTTP, over vendors of both dialects. */
class MessagesTest {
  private static final String VERSION = "anthropic-version";
  private static final String OLDER = "2023-06-01";
  private static final String NEWER = "2026-10-21";
  private static final String CLAUDE = "claude-haiku-4-5";
  private static final String GPT = "gpt-5.4-mini";
  private static final String PICTURE =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
          + "rkJggg==";
  private static final String TOOLS =
      """
      "tools":[
       {"name":"look_up","description":"Looks up.","input_schema":
        {"type":"object","properties":{"z":{"type":"string"},"a":{"type":"string"}},
         "required":["z","a"]}},
       {"name":"count_up","input_schema":{"type":"object","properties":{}}}]
      """;
  private static final List<String> ENDED =
      List.of("message_start", "message_delta", "message_stop", "error");

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
    return HttpClients.post(harness.httpAddress() + "/v1/messages", body, headers);
  }

  private static Reply askOld(String body) {
    return ask(body, VERSION, OLDER);
  }

  private static Reply askAnew(String body) {
    return ask(body, VERSION, OLDER, "x-admiral-cache", "bypass");
  }

  private static String body(String model, String messages, String more) {
    return "{\"model\":\""
        + model
        + "\",\"max_tokens\":600,\"messages\":["
        + messages
        + "]"
        + (more.isBlank() ? "" : "," + more)
        + "}";
  }

  private static String streamed(String body) {
    return body.substring(0, body.length() - 1) + ",\"stream\":true}";
  }

  private static String user(String text) {
    return HttpClients.JSON.createObjectNode().put("role", "user").put("content", text).toString();
  }

  static Stream<Arguments> requests() {
    return Stream.of(GPT, CLAUDE)
        .flatMap(model ->
            Stream.of(
                Arguments.of(model, "text", user("Say something."), ""),
                Arguments.of(model, "unicode", user("[[sim: echo]] Grüße, 世界, 👩‍🚀!"), ""),
                Arguments.of(model, "cached", user("[[sim: cached=2048; tokens=9]] Again."), ""),
                Arguments.of(
                    model, "written", user("[[sim: cache-write=1500; tokens=9]] New."), ""),
                Arguments.of(
                    model, "reasoning", user("[[sim: reasoning=80; tokens=20]] Think."), ""),
                Arguments.of(model, "truncated", user("[[sim: tokens=900]] Go."), ""),
                Arguments.of(model, "refusal", user("[[sim: refuse]] Go."), ""),
                Arguments.of(model, "filter", user("[[sim: filter]] Go."), ""),
                Arguments.of(
                    model,
                    "stop text",
                    user("[[sim: echo]] one two three"),
                    "\"stop_sequences\":[\"two\"]"),
                Arguments.of(model, "one tool", user("Call look_up."), TOOLS),
                Arguments.of(
                    model,
                    "parallel tools",
                    user("Call look_up and count_up."),
                    TOOLS + ",\"tool_choice\":{\"type\":\"auto\"}"),
                Arguments.of(
                    model,
                    "one tool at a time",
                    user("Call look_up and count_up."),
                    TOOLS
                        + ",\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}"),
                Arguments.of(
                    model,
                    "schema",
                    user("Give the city."),
                    """
                    "output_config":{"format":{"type":"json_schema","schema":{"type":"object",
                     "properties":{"city":{"type":"string"}},"required":["city"],
                     "additionalProperties":false}}}
                    """),
                Arguments.of(
                    model,
                    "picture and documents",
                    """
                    {"role":"user","content":[{"type":"text","text":"See."},
                     {"type":"image","source":
                      {"type":"base64","media_type":"image/png","data":"%s"}},
                     {"type":"image","source":{"type":"url","url":"https://x.example/a.png"}},
                     {"type":"document","title":"a.pdf","source":
                      {"type":"base64","media_type":"application/pdf","data":"cGRm"}}]}
                    """
                        .formatted(PICTURE),
                    "\"system\":[{\"type\":\"text\",\"text\":\"Look.\"}]")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("requests")
  void sameRequest_wholeAndStreamed_isEqual(
      String model, String kind, String messages, String more) {
    Reply whole = askAnew(body(model, messages, more));
    Reply stream = askAnew(streamed(body(model, messages, more)));

    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(stream.status()).as(stream.text()).isEqualTo(200);
    ObjectNode expected = (ObjectNode) whole.json();
    assertThat(expected.path("id").asText()).startsWith("msg_");
    assertThat(whole.header("request-id")).isNotEmpty();
    ObjectNode joined = MessageEvents.read(stream.text()).message();
    assertThat(joined.remove("id")).isNotEqualTo(expected.remove("id"));
    assertThat(joined).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[[sim: tokens=5]] Hi.||end_turn|text",
        "[[sim: tokens=5; reasoning=5]] Hi.||end_turn|thinking,text",
        "[[sim: tokens=900]] Hi.||max_tokens|text",
        "[[sim: echo]] one two three|\"stop_sequences\":[\"two\"]|stop_sequence|text",
        "Call count_up.|TOOLS|tool_use|text,tool_use",
        "Call look_up and count_up.|TOOLS|tool_use|text,tool_use,tool_use",
      })
  void answer_hasTheVendorsReasonAndBlocks(String text, String more, String reason, String blocks) {
    String fields = more == null ? "" : more.replace("TOOLS", TOOLS);
    JsonNode message = askAnew(body(CLAUDE, user(text), fields)).json();

    assertThat(message.path("stop_reason").asText()).isEqualTo(reason);
    assertThat(message.path("stop_sequence").asText())
        .isEqualTo(reason.equals("stop_sequence") ? "two" : "null");
    assertThat(message.path("content"))
        .extracting(block -> block.path("type").asText())
        .containsExactly(blocks.split(","));
    assertThat(message.path("model").asText()).isEqualTo(CLAUDE);
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT, CLAUDE})
  void refusal_isToldInStopDetails(String model) {
    JsonNode message = askAnew(body(model, user("[[sim: refuse]] Go."), "")).json();

    assertThat(message.path("stop_reason").asText()).isEqualTo("refusal");
    assertThat(message.path("stop_details").path("type").asText()).isEqualTo("refusal");
    assertThat(message.path("stop_details").path("explanation").asText()).isNotEmpty();
  }

  @Test
  void usage_countsAsTheVendorDoes() {
    String text = "[[sim: cached=2048; cache-write-1h=1000; tokens=9]] " + "x".repeat(16_000);
    JsonNode usage = askAnew(body(CLAUDE, user(text), "")).json().path("usage");

    assertThat(usage.path("cache_read_input_tokens").asLong()).isEqualTo(2048);
    assertThat(usage.path("cache_creation_input_tokens").asLong()).isEqualTo(1000);
    assertThat(usage.at("/cache_creation/ephemeral_1h_input_tokens").asLong()).isEqualTo(1000);
    assertThat(usage.at("/cache_creation/ephemeral_5m_input_tokens").asLong()).isZero();
    assertThat(usage.path("input_tokens").asLong()).isBetween(900L, 1100L);
    assertThat(usage.path("output_tokens").asLong()).isEqualTo(9);
  }

  @Test
  void repeatedCall_isTheSameMessageFromTheCache() {
    String body = body(CLAUDE, user("[[sim: reasoning=5]] Call look_up once."), TOOLS);
    ObjectNode first = (ObjectNode) askOld(body).json();
    Reply again = askOld(body);
    Reply streamed = askOld(streamed(body));

    assertThat(again.header("x-admiral-served")).isEqualTo("memory");
    assertThat(streamed.header("x-admiral-served")).isEqualTo("memory");
    ObjectNode second = (ObjectNode) again.json();
    ObjectNode third = MessageEvents.read(streamed.text()).message();
    for (ObjectNode message : List.of(first, second, third)) {
      message.remove("id");
    }
    assertThat(second).isEqualTo(first);
    assertThat(third).isEqualTo(first);
  }

  @Test
  void joinedStreams_getTheSameMessage() {
    String body = streamed(body(CLAUDE, user("[[sim: tokens=40]] Join."), ""));
    CompletableFuture<Reply> leader;
    CompletableFuture<Reply> joiner;
    try (Hold _ = harness.simulator().hold(CLAUDE, 3)) {
      leader = CompletableFuture.supplyAsync(() -> askOld(body));
      harness.awaitUpstream(1);
      joiner = CompletableFuture.supplyAsync(() -> askOld(body));
      harness.awaitInFlight(2);
    }
    assertThat(joiner.join().header("x-admiral-served")).isEqualTo("coalesced");
    ObjectNode one = MessageEvents.read(leader.join().text()).message();
    ObjectNode other = MessageEvents.read(joiner.join().text()).message();
    one.remove("id");
    other.remove("id");
    assertThat(other).isEqualTo(one);
  }

  @ParameterizedTest
  @ValueSource(strings = {GPT, CLAUDE})
  void conversation_goesOnWithWhatWasAnswered(String model) {
    String question = user("[[sim: reasoning=5]] Call look_up and count_up.");
    JsonNode answer = askAnew(body(model, question, TOOLS)).json().path("content");
    StringBuilder results = new StringBuilder();
    for (JsonNode block : answer) {
      if (block.path("type").asText().equals("tool_use")) {
        results
            .append("{\"type\":\"tool_result\",\"tool_use_id\":")
            .append(block.path("id"))
            .append(",\"content\":\"42\",\"is_error\":false},");
      }
    }
    String conversation =
        question
            + ",{\"role\":\"assistant\",\"content\":"
            + answer
            + "},{\"role\":\"user\",\"content\":["
            + results
            + "{\"type\":\"text\",\"text\":\"And now?\"}]}";

    Reply reply = askAnew(body(model, conversation, TOOLS));

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.json().path("stop_reason").asText()).isEqualTo("end_turn");
  }

  @Test
  void bothVersions_areAnswered() {
    for (String version : List.of(OLDER, NEWER)) {
      Reply reply = ask(body(CLAUDE, user("Version?"), ""), VERSION, version);
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"temperature, 0.5", "top_p, 0.9", "top_k, 5"})
  void samplingSettings_areOfTheOlderVersionOnly(String field, String value) {
    String body = body(CLAUDE, user("Draw."), "\"" + field + "\":" + value);

    assertThat(askOld(body).status()).isEqualTo(200);
    Reply newer = ask(body, VERSION, NEWER);
    assertThat(newer.status()).isEqualTo(400);
    assertThat(message(newer)).startsWith(field + ": ").contains("2023-06-01");
  }

  /** Relays and clones have dates of their own. */
  @Test
  void anyVersion_isTaken() {
    String body = body(CLAUDE, user("Hi."), "\"temperature\":0.5");

    assertThat(ask(body).status()).isEqualTo(200);
    for (String version : List.of("2023-01-01", "2024-01-01", "bedrock-2023-05-31", "")) {
      assertThat(ask(body, VERSION, version).status()).as(version).isEqualTo(200);
    }
    assertThat(ask(body, VERSION, "2027-01-01").status()).isEqualTo(400);
  }

  private static String message(Reply reply) {
    JsonNode error = reply.json();
    assertThat(error.path("type").asText()).isEqualTo("error");
    assertThat(error.path("request_id").asText()).isEqualTo(reply.header("request-id"));
    return error.path("error").path("message").asText();
  }

  @Test
  void bothWaysToShowAKey_areTaken() {
    String keys = "keys:\n  - {label: test, tenant: t, key: secret-key-of-a-test}";
    try (Harness guarded = Harness.start(keys)) {
      String address = guarded.httpAddress() + "/v1/messages";
      String body = body(CLAUDE, user("Hi."), "");
      String[][] ways = {
        {"x-api-key", "secret-key-of-a-test"}, {"authorization", "Bearer secret-key-of-a-test"}
      };
      for (String[] way : ways) {
        assertThat(HttpClients.post(address, body, VERSION, NEWER, way[0], way[1]).status())
            .isEqualTo(200);
        Reply wrong = HttpClients.post(address, body, VERSION, NEWER, way[0], way[1] + "x");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(type(wrong)).isEqualTo("authentication_error");
      }
      assertThat(HttpClients.post(address, body, VERSION, NEWER).status()).isEqualTo(401);
      assertThat(HttpClients.post(address + "/count_tokens", body, VERSION, NEWER).status())
          .isEqualTo(401);
    }
  }

  private static String type(Reply reply) {
    return reply.json().path("error").path("type").asText();
  }

  @Test
  void tokens_areCountedByTheVendorOrEstimated() {
    String counted =
        "{\"model\":\"%s\",\"system\":\"s\",\"messages\":["
            + user("Count me.")
            + "],"
            + TOOLS
            + "}";
    String address = harness.httpAddress() + "/v1/messages/count_tokens";
    Reply claude = HttpClients.post(address, counted.formatted(CLAUDE), VERSION, OLDER);
    Reply gpt = HttpClients.post(address, counted.formatted(GPT), VERSION, OLDER);
    long asked =
        askAnew(body(CLAUDE, user("Count me."), "\"system\":\"s\"," + TOOLS))
            .json()
            .path("usage")
            .path("input_tokens")
            .asLong();

    assertThat(claude.json()).isEqualTo(HttpClients.parse("{\"input_tokens\":" + asked + "}"));
    assertThat(claude.header("request-id")).isNotEmpty();
    assertThat(gpt.json().path("input_tokens").asLong()).isPositive();
    Reply wrong = HttpClients.post(address, "{\"model\":\"" + CLAUDE + "\"}", VERSION, OLDER);
    assertThat(message(wrong)).startsWith("messages: ");
    Reply empty =
        HttpClients.post(
            address,
            "{\"model\":\"" + CLAUDE + "\",\"messages\":[" + user("") + "]}",
            VERSION,
            OLDER);
    assertThat(message(empty)).startsWith("messages.0.content: is empty");
  }

  @ParameterizedTest
  @CsvSource({
    "overloaded, 529, overloaded_error, true",
    "status=400, 400, invalid_request_error, false",
    "status=500, 502, api_error, true",
    "429=requests, 429, rate_limit_error, true",
    "429=quota, 402, billing_error, false",
    "status=401, 502, api_error, false",
    "status=403, 502, api_error, false",
    "reset, 502, api_error, true"
  })
  void failureOfTheVendor_hasTheStatusAndTypeOfItsKind(
      String fault, int status, String type, boolean again) {
    String body = body(CLAUDE, user("[[sim: fault=" + fault + "]]"), "");
    try (Harness failing = Harness.start()) {
      for (String asked : List.of(body, streamed(body))) {
        Reply reply =
            HttpClients.post(
                failing.httpAddress() + "/v1/messages",
                asked,
                VERSION,
                OLDER,
                "x-admiral-timeout-ms",
                "2000");

        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(type(reply)).isEqualTo(type);
        assertThat(message(reply)).isNotEmpty();
        assertThat(reply.header("x-should-retry")).isEqualTo(Boolean.toString(again));
      }
    }
  }

  @Test
  void unknownModelsAndPaths_areNotFound() {
    Reply model = askOld(body("claud-haiku-4-5", user("Hi."), ""));
    Reply path = HttpClients.post(harness.httpAddress() + "/v1/messages/batches", "{}");

    assertThat(model.status()).isEqualTo(404);
    assertThat(type(model)).isEqualTo("not_found_error");
    assertThat(message(model)).startsWith("model: claud-haiku-4-5; did you mean ");
    assertThat(path.status()).isEqualTo(404);
    assertThat(type(path)).isEqualTo("not_found_error");
    assertThat(message(path)).contains("/v1/messages/batches");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut-after=3", "error-after=3", "malformed-after=3"})
  void streamThatBreaks_endsWithAnErrorAndNoEndMark(String fault) {
    String body = body(CLAUDE, user("[[sim: tokens=30; fault=" + fault + "]]"), "");
    Reply reply;
    try (Harness failing = Harness.start()) {
      reply =
          HttpClients.post(failing.httpAddress() + "/v1/messages", streamed(body), VERSION, OLDER);
    }

    assertThat(reply.status()).isEqualTo(200);
    MessageEvents stream = MessageEvents.read(reply.text());
    assertThat(stream.types()).startsWith("message_start").endsWith("error");
    assertThat(stream.types()).doesNotContain("message_stop", "message_delta");
    assertThat(stream.types()).filteredOn(ENDED::contains).hasSize(2);
    assertThat(stream.events().getLast().path("error").path("type").asText())
        .isEqualTo("api_error");
  }

  @Test
  void whatAVendorCannotBeGiven_isNamedAsTheClientNamesIt() {
    String document =
        """
        {"role":"assistant","content":"a"},
        {"role":"user","content":[{"type":"text","text":"See."},
         {"type":"document","source":{"type":"url","url":"https://x.example/a.pdf"}}]}
        """;

    Reply reply = askOld(body(GPT, user("u") + "," + document, ""));
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(message(reply)).contains("messages.2.content.1").doesNotContain("prompt.");
  }

  @Test
  void halfACharacterInJson_isRefused() {
    String tool =
        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"title\":\"\\ud83d\"}}]";

    Reply half = askOld(body(CLAUDE, user("u"), tool));
    Reply whole = askOld(body(CLAUDE, user("u"), tool.replace("d83d", "d83d\\ude00")));

    assertThat(half.status()).as(half.text()).isEqualTo(400);
    assertThat(message(half)).contains("tools.0.input_schema");
    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\":|the body is not valid JSON at line 1",
        "[]|the body must be a JSON object",
        "{}|max_tokens: is required",
        "{'max_tokens':1}|model: is required",
        "{'max_tokens':1,'model':7}|model: must be text",
        "{'max_tokens':1,'model':''}|messages: is empty",
        "{'max_tokens':1,'model':'','messages':[U]}|model: is empty",
        "{'max_tokens':0,'model':'M','messages':[U]}|max_tokens: is 0",
        "{'max_tokens':1.5,'model':'M','messages':[U]}|max_tokens: must be a whole number",
        "{R,'messages':{}}|messages: must be a list",
        "{R,'messages':['hi']}|messages.0: must be an object",
        "{R,'messages':[{'content':'x'}]}|messages.0.role: is required",
        "{R,'messages':[{'role':'tool','content':'x'}]}|messages.0.role: must be user, assistant"
            + " or",
        "{R,'messages':[{'role':'user'}]}|messages.0.content: is required",
        "{R,'messages':[{'role':'user','content':7}]}|messages.0.content: must be a list",
        "{R,'messages':[{'role':'user','content':''}]}|messages.0.content: is empty",
        "{R,'messages':[{'role':'user','content':[]}]}|messages.0.content: is empty",
        "{R,'messages':[{'role':'user','content':'x','name':'n'}]}|messages.0.name: is not carried",
        "{R,'messages':[{'role':'user','content':[{'text':'x'}]}]}|messages.0.content.0.type: is"
            + " requ",
        "{R,'messages':[U,{'role':'user','content':[{'type':'text','text':'x'},"
            + "{'type':'text','text':''}]}]}|messages.1.content.1.text: is empty",
        "{R,'messages':[{'role':'user','content':[{'type':'tool_use'}]}]}|messages.0.content.0: a"
            + " bloc",
        "{R,'messages':[{'role':'user','content':[{'type':'search_result'}]}]}"
            + "|messages.0.content.0.type: is of a kind",
        "{R,'messages':[{'role':'user','content':[{'type':'text','text':'x','citations':[{}]}]}]}"
            + "|messages.0.content.0.citations: are not carried",
        "{R,'messages':[{'role':'system','content':[{'type':'image'}]}]}"
            + "|messages.0.content.0.type: must be text in a system message",
        "{R,'messages':[{'role':'user','content':[{'type':'image','source':{'type':'file'}}]}]}"
            + "|messages.0.content.0.source.type: must be base64 or url",
        "{R,'messages':[{'role':'user','content':[{'type':'image','source':"
            + "{'type':'base64','media_type':'image/png','data':'*'}}]}]}"
            + "|messages.0.content.0.source.data: must be base64",
        "{R,'messages':[{'role':'user','content':[{'type':'image','source':"
            + "{'type':'base64','media_type':'png','data':'YQ=='}}]}]}"
            + "|messages.0.content.0.source.media_type: is not a media type",
        "{R,'messages':[{'role':'user','content':[{'type':'image','source':"
            + "{'type':'url','url':'file:///a'}}]}]}"
            + "|messages.0.content.0.source.url: is not an absolute http or https address",
        "{R,'messages':[{'role':'user','content':[{'type':'text','text':'x'},{'type':'tool_result',"
            + "'tool_use_id':'t'}]}]}|messages.0.content.1.tool_use_id: names no earlier",
        "{R,'messages':[U],'system':[{'type':'text','text':'a'},{'type':'text','text':''}]}"
            + "|system.1.text: is empty",
        "{R,'messages':[U],'system':[{'type':'image'}]}|system.0.type: must be text",
        "{R,'messages':[U],'temperature':1.5}|temperature: is 1.5; it must be 0",
        "{R,'messages':[U],'temperature':'hot'}|temperature: must be a number",
        "{R,'messages':[U],'top_k':0}|top_k: is 0; it must be 1",
        "{R,'messages':[U],'stop_sequences':['a','']}|stop_sequences.1: is empty",
        "{R,'messages':[U],'stop_sequences':'a'}|stop_sequences: must be a list",
        "{R,'messages':[U],'stream':'yes'}|stream: must be true or false",
        "{R,'messages':[U],'tools':[{'name':'a b','input_schema':{}}]}|tools.0.name: must be 1 to"
            + " 128",
        "{R,'messages':[U],'tools':[{'name':'a'}]}|tools.0.input_schema: is required",
        "{R,'messages':[U],'tools':[{'name':'a','input_schema':{}},{'name':'a','input_schema':{}}]}"
            + "|tools.1.name: is used by an earlier tool",
        "{R,'messages':[U],'tools':[{'type':'web_search_20250305','name':'web_search'}]}"
            + "|tools.0.type: must be custom",
        "{R,'messages':[U],'tool_choice':{'type':'any'}}|tool_choice.type: requires a tool",
        "{R,'messages':[U],'tool_choice':{'type':'tool','name':'a'}}|tool_choice.name: names no"
            + " decl",
        "{R,'messages':[U],'tool_choice':{'type':'each'}}|tool_choice.type: must be auto, any",
        "{R,'messages':[U],'thinking':{'type':'much'}}|thinking.type: must be enabled, disabled or",
        "{R,'messages':[U],'thinking':{'type':'enabled'}}|thinking.budget_tokens: is required",
        "{R,'messages':[U],'output_config':{'format':{'type':'text'}}}"
            + "|output_config.format.type: must be json_schema",
        "{R,'messages':[U],'mcp_servers':[{'name':'x'}]}|mcp_servers: is not carried",
        "{R,'messages':[U],'metadata':{'n':36028797018963969}}|metadata: holds a whole number of"
            + " more",
        "{R,'messages':[{'role':'user','content':[{'type':'text','text':'x','cache_control':"
            + "{'type':'ephemeral','ttl':'2h'}}]}]}"
            + "|messages.0.content.0.cache_control.ttl: must be 5m or 1h",
      })
  void badRequest_isRefusedNamingTheField(String body, String message) {
    Reply reply =
        askOld(
            body.replace('\'', '"')
                .replace("R,", "\"max_tokens\":9,\"model\":\"M\",")
                .replace("U", "{\"role\":\"user\",\"content\":\"u\"}")
                .replace("\"M\"", "\"" + CLAUDE + "\""));

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(type(reply)).isEqualTo("invalid_request_error");
    assertThat(message(reply)).startsWith(message);
  }
}
