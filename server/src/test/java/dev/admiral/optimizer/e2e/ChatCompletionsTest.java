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
                Arguments.of(
                    model,
                    "alternatives",
                    user("Say something."),
                    model.startsWith("gpt") ? "\"n\":2" : ""),
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

  @Test
  void answerFromTheCache_tellsWhenItWasMade() {
    String request = body("gpt-5.4-mini", user("To be kept."), "");
    Reply first = ask(request);
    Reply again = ask(request);
    Reply streamed = ask(body("gpt-5.4-mini", user("To be kept."), "\"stream\":true"));

    assertThat(first.header("x-admiral-served")).isEqualTo("upstream");
    assertThat(again.header("x-admiral-served")).isEqualTo("memory");
    assertThat(again.header("x-admiral-cost-usd")).isEqualTo("0");
    assertThat(again.json().path("created")).isEqualTo(first.json().path("created"));
    assertThat(again.json().path("choices")).isEqualTo(first.json().path("choices"));
    assertThat(again.json().path("id")).isNotEqualTo(first.json().path("id"));
    assertThat(HttpClients.parse(streamed.events().getFirst()).path("created"))
        .isEqualTo(first.json().path("created"));
  }

  @Test
  void sameCallByGrpcAndByHttp_isPaidOnce() {
    harness.client().ask("gpt-5.4-mini", "Asked in two ways.");

    Reply reply = ask(body("gpt-5.4-mini", user("Asked in two ways."), ""));

    assertThat(reply.header("x-admiral-served")).isEqualTo("memory");
  }

  @Test
  void fieldTheContractDoesNotKnow_goesToVendorsOfThisDialectOnly() {
    String more = "\"unheard_of\":{\"a\":[1,null]}";

    Reply openAi = ask(body("gpt-5.4-mini", user("Hello."), more));
    Reply anthropic = ask(body("claude-haiku-4-5", user("Hello."), more));

    assertThat(openAi.status()).isEqualTo(400);
    assertThat(openAi.json().path("error").path("message").asText())
        .contains("Unknown parameter: 'unheard_of'");
    assertThat(anthropic.status()).isEqualTo(200);
  }

  @Test
  void wholeConversation_isTaken() {
    String messages =
        """
        {"role":"system","content":""},
        {"role":"system","content":[{"type":"text","text":"Be brief."}]},
        {"role":"developer","content":"No jokes."},
        {"role":"user","name":"ann","content":[
          {"type":"text","text":"Look."},
          {"type":"text","text":""},
          {"type":"image_url","image_url":"https://pictures.example/a.png"},
          {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}]},
        {"role":"assistant","content":"","refusal":null,"annotations":[],"audio":null,
          "tool_calls":[
            {"id":"c1","type":"function","function":{"name":"look_up","arguments":"{}"}},
            {"id":"c2","type":"function","function":{"name":"count_up","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":""},
        {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]},
        {"role":"assistant","content":[{"type":"refusal","refusal":"No."}]},
        {"role":"user","content":"Go on."}
        """;

    Reply openAi = ask(body("gpt-5.4-mini", messages, TOOLS + ",\"user\":null"));

    assertThat(openAi.status()).as(openAi.text()).isEqualTo(200);
  }

  @Test
  void conversationInTheFormBeforeTools_isTaken() {
    String messages =
        """
        {"role":"user","content":"Look up."},
        {"role":"assistant","content":null,
          "function_call":{"name":"look_up","arguments":"{}"}},
        {"role":"function","name":"look_up","content":"found"}
        """;
    String functions = "\"functions\":[{\"name\":\"look_up\"}],\"function_call\":\"none\"";

    Reply reply = ask(body("claude-haiku-4-5", messages, functions));

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void reasoningThatIsSentBack_isTheVendorsOwn() {
    String more = TOOLS + ",\"reasoning_effort\":\"low\"";
    String question = user("[[sim: reasoning=40]] Call look_up.");
    JsonNode message =
        ask(body("claude-haiku-4-5", question, more)).json().path("choices").get(0).path("message");
    assertThat(message.path("reasoning_content").asText()).isNotEmpty();
    assertThat(message.path("reasoning_details").get(0).path("signature").asText()).isNotEmpty();

    String result =
        "{\"role\":\"tool\",\"content\":\"done\",\"tool_call_id\":"
            + message.path("tool_calls").get(0).path("id")
            + "}";
    Reply second = ask(body("claude-haiku-4-5", question + "," + message + "," + result, more));

    assertThat(second.status()).as(second.text()).isEqualTo(200);
  }

  /** Each with a model of its own: one that failed is not asked for a while. */
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of("gpt-4o", "429=requests", 429, "requests", "rate_limit_exceeded", true),
        Arguments.of(
            "gpt-4o-mini", "429=quota", 429, "insufficient_quota", "insufficient_quota", false),
        Arguments.of("gpt-4.1", "status=500", 502, "server_error", "provider_failed", true),
        Arguments.of(
            "gpt-4.1-mini",
            "overloaded",
            503,
            "service_unavailable_error",
            "server_is_overloaded",
            true),
        Arguments.of("gpt-5.4", "status=401", 502, "server_error", "provider_key_invalid", false),
        Arguments.of(
            "gpt-5.4-mini", "status=403", 502, "server_error", "provider_not_permitted", false));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("failures")
  void vendorThatFails_isToldAsItsClientsKnow(
      String model, String fault, int status, String type, String code, boolean again) {
    Reply reply = ask(body(model, user("[[sim: fault=" + fault + "]]"), "\"stream\":true"));

    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    JsonNode error = reply.json().path("error");
    assertThat(error.path("type").asText()).isEqualTo(type);
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.has("param") && error.has("message")).isTrue();
    assertThat(reply.header("x-should-retry")).isEqualTo(Boolean.toString(again));
  }

  @Test
  void unknownModel_isNotFound() {
    Reply reply = ask(body("openrouter-none", user("Hello."), ""));

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().path("error").path("code").asText()).isEqualTo("model_not_found");
    assertThat(reply.json().path("error").path("param").asText()).isEqualTo("model");
  }

  @Test
  void unknownEndpoint_isRefusedInTheVendorsShape() {
    Reply reply = HttpClients.post(harness.httpAddress() + "/v1/moderations", "{}");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().path("error").path("code").asText()).isEqualTo("not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'model':'m',|''|not valid JSON at line 1, column",
        "[]|''|must be a JSON object",
        "{'messages':[]}|model|is missing",
        "{'model':'m'}|messages|is missing",
        "{'model':7,'messages':[]}|model|must be a string, but is a number",
        "{'model':'m','messages':{}}|messages|must be a list, but is an object",
      })
  void badBody_isRefusedNamingTheField(String body, String param, String message) {
    refused(ask(body.replace('\'', '"')), param, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|messages|is empty",
        "7|messages[0]|must be an object, but is a number",
        "{}|messages[0].role|is missing",
        "{'role':'usr'}|messages[0].role|must be system",
        "{'role':'user'}|messages[0].content|is missing",
        "{'role':'user','content':3}|messages[0].content|but is a number",
        "{'role':'user','content':''}|messages[0].content|is empty",
        "{'role':'user','content':[]}|messages[0].content|is empty",
        "{'role':'user','content':[{'type':'x'}]}|messages[0].content[0].type|must be text",
        "{'role':'user','content':[{'type':'text'}]}|messages[0].content[0].text|is missing",
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png,x'}}]}"
            + "|messages[0].content[0].image_url.url|base64",
        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:a/b;base64,?'}}]}"
            + "|messages[0].content[0].image_url.url|is not base64",
        "{'role':'user','content':[{'type':'text','text':'a'},{'type':'image_url','image_url':{"
            + "'url':'ftp://x'}}]}|messages[0].content[1]|http",
        "{'role':'user','content':[{'type':'file','file':{'file_data':'x'}}]}"
            + "|messages[0].content[0].file.file_data|data URL",
        "{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'','format':'midi'}}"
            + "]}|messages[0].content[0].input_audio.format|wav, mp3",
        "{'role':'assistant'}|messages[0].content|is missing",
        "{'role':'assistant','tool_calls':[{'id':'a'}]}|messages[0].tool_calls[0].function|missing",
        "{'role':'assistant','audio':{'id':'a'}}|messages[0].audio|text only",
        "{'role':'system','content':''},{'role':'tool','tool_call_id':'a','content':'x'}"
            + "|messages[1].tool_call_id|names no earlier",
        "{'role':'tool','content':'x'}|messages[0].tool_call_id|is missing",
      })
  void badMessage_isRefusedNamingTheField(String messages, String param, String message) {
    String given = messages == null ? "" : messages.replace('\'', '"');
    refused(ask(body("gpt-5.4-mini", given, "")), param, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'stream':'yes'|stream|must be true or false",
        "'stream_options':7|stream_options|must be an object",
        "'temperature':'hot'|temperature|must be a number",
        "'temperature':3|temperature|must be 0",
        "'top_p':1.5|top_p|must be 0",
        "'n':1.5|n|must be a whole number",
        "'n':17|n|must be 1 to 16",
        "'max_tokens':0|max_tokens|must be 1",
        "'max_completion_tokens':0|max_completion_tokens|must be 1",
        "'seed':'x'|seed|must be a whole number",
        "'stop':7|stop|must be a list",
        "'stop':['']|stop[0]|is empty",
        "'logprobs':true|logprobs|no log probabilities",
        "'top_logprobs':2|top_logprobs|no log probabilities",
        "'modalities':['text','audio']|modalities[1]|text only",
        "'audio':{}|audio|text only",
        "'reasoning_effort':'huge'|reasoning_effort|must be none",
        "'response_format':{'type':'xml'}|response_format.type|must be text",
        "'response_format':{'type':'json_schema','json_schema':{'name':'a'}}"
            + "|response_format.json_schema.schema|is missing",
        "'response_format':{'type':'json_schema','json_schema':{'name':'a','schema':{'type':7}}}"
            + "|response_format.json_schema.schema|is not a JSON Schema",
        "'tools':[{'type':'web_search'}]|tools[0].type|must be function or custom",
        "'tools':[{'type':'function'}]|tools[0].function|is missing",
        "'tools':[{'type':'function','function':{'name':'a b'}}]|tools[0].function.name|letters",
        "'functions':[{'name':'a b'}]|functions[0].name|letters",
        "'tool_choice':'f'|tool_choice|must be none, auto, required",
        "'tool_choice':{'type':'x'}|tool_choice.type|must be function",
        "'tool_choice':'required'|tool_choice|none is declared",
        "'metadata':{'a':12345678901234567890}|metadata|send it as a string",
      })
  void badSetting_isRefusedNamingTheField(String setting, String param, String message) {
    refused(ask(body("gpt-5.4-mini", user("Hello."), setting.replace('\'', '"'))), param, message);
  }

  private static void refused(Reply reply, String param, String message) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    JsonNode error = reply.json().path("error");
    String named = error.path("param").isNull() ? "" : error.path("param").asText();
    assertThat(named).isEqualTo(param == null ? "" : param);
    assertThat(error.path("message").asText()).startsWith(named).contains(message);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.has("code")).isTrue();
  }
}
