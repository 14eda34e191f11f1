package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.WireSchema.ANTHROPIC;
import static dev.admiral.optimizer.sdk.WireSchema.OPENAI;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.sdk.RawClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests that are right but for one place, which holds something else, twice, or nothing: they
 * are answered, or refused in the vendor's shape, and are never a fault of the server.
 */
class MutatedRequestsTest {
  private static final int REQUESTS = 1_000;

  private static final Map<String, String> BODIES =
      Map.of(
          "/v1/chat/completions",
          """
          {"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},
           {"role":"user","content":[{"type":"text","text":"Hi"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}}]},
           {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
            "function":{"name":"f","arguments":"{}"}}]},
           {"role":"tool","tool_call_id":"call_1","content":"Fine"}],
           "tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
            "parameters":{"type":"object","properties":{},"additionalProperties":false}}}],
           "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,
           "response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,
            "schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],
            "additionalProperties":false}}},
           "temperature":0,"top_p":0.5,"max_completion_tokens":50,"stop":["x"],"seed":1,
           "presence_penalty":0,"frequency_penalty":0,"n":1,"stream":false,
           "stream_options":{"include_usage":true},"user":"u","metadata":{"k":"v"},
           "reasoning_effort":"low","logit_bias":{"50256":-100},"service_tier":"auto"}
          """,
          "/v1/responses",
          """
          {"model":"gpt-4o","instructions":"Be brief.","input":[
           {"role":"user","content":[{"type":"input_text","text":"Hi"},
            {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"}]},
           {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"t"}]},
           {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}",
            "status":"completed"},
           {"type":"function_call_output","call_id":"call_1","output":"Fine"},
           {"type":"message","id":"msg_1","role":"assistant","status":"completed",
            "content":[{"type":"output_text","text":"Hm","annotations":[]}]},
           {"type":"message","role":"user","content":"Go on."}],
           "tools":[{"type":"function","name":"f","description":"d","strict":true,
            "parameters":{"type":"object","properties":{},"additionalProperties":false}}],
           "tool_choice":"auto","parallel_tool_calls":false,"max_output_tokens":50,
           "text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":
            {"type":"object","properties":{"a":{"type":"string"}},"required":["a"],
            "additionalProperties":false}}},"reasoning":{"effort":"low"},"temperature":0,
           "top_p":0.5,"store":false,"stream":false,"metadata":{"k":"v"},"truncation":"disabled",
           "user":"u","include":["reasoning.encrypted_content"],"service_tier":"auto"}
          """,
          "/v1/messages",
          """
          {"model":"claude-sonnet-4-6","max_tokens":50,
           "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
           "messages":[{"role":"user","content":[{"type":"text","text":"Hi"},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
           {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
            {"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}}]},
           {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1",
            "content":[{"type":"text","text":"Fine"}],"is_error":false}]}],
           "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true}],
           "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
           "stop_sequences":["x"],"metadata":{"user_id":"u"},"stream":false,
           "thinking":{"type":"disabled"},"temperature":0,"top_p":0.5,"top_k":5,
           "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
           "service_tier":"auto"}
          """);

  private static final List<Supplier<JsonNode>> ODDITIES =
      List.of(
          () -> JsonNodeFactory.instance.nullNode(),
          () -> JsonNodeFactory.instance.booleanNode(true),
          () -> JsonNodeFactory.instance.numberNode(0),
          () -> JsonNodeFactory.instance.numberNode(-1),
          () -> JsonNodeFactory.instance.numberNode(0.5),
          () -> JsonNodeFactory.instance.numberNode(Long.MAX_VALUE),
          () -> RawClient.tree("1e400"),
          () -> RawClient.tree("123456789012345678901234567890"),
          () -> JsonNodeFactory.instance.textNode(""),
          () -> JsonNodeFactory.instance.textNode("x"),
          () -> JsonNodeFactory.instance.textNode("\u0000\uD83D"),
          () -> JsonNodeFactory.instance.arrayNode(),
          () -> JsonNodeFactory.instance.arrayNode().addNull(),
          () -> JsonNodeFactory.instance.arrayNode().add("x").add("y"),
          () -> JsonNodeFactory.instance.objectNode(),
          () -> JsonNodeFactory.instance.objectNode().put("type", "x"));

  private static RawClient client;

  @BeforeAll
  static void start() {
    client = new RawClient(Map.of("anthropic-version", "2023-06-01"));
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  /** A place in a body: a key of an object or an index of an array. */
  private record Place(JsonNode parent, String key, int index) {
    void put(JsonNode value) {
      if (parent instanceof ObjectNode object) {
        object.set(key, value);
      } else {
        ((ArrayNode) parent).set(index, value);
      }
    }

    JsonNode value() {
      return parent instanceof ObjectNode object ? object.get(key) : parent.get(index);
    }

    void remove() {
      if (parent instanceof ObjectNode object) {
        object.remove(key);
      } else {
        ((ArrayNode) parent).remove(index);
      }
    }

    void repeat() {
      if (parent instanceof ArrayNode array) {
        array.insert(index, array.get(index).deepCopy());
      } else {
        put(JsonNodeFactory.instance.arrayNode().add(value()));
      }
    }
  }

  private static void places(JsonNode node, List<Place> found) {
    if (node instanceof ObjectNode object) {
      object
          .fieldNames()
          .forEachRemaining(key -> {
            found.add(new Place(object, key, -1));
            places(object.get(key), found);
          });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        found.add(new Place(array, "", i));
        places(array.get(i), found);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"/v1/chat/completions, 1", "/v1/responses, 3", "/v1/messages, 2"})
  void oneWrongPlace_isAnsweredOrRefusedButNeverAFault(String path, long seed) {
    Answer right = client.post(path, BODIES.get(path), "application/json", SdkServer.KEY);
    assertThat(right.status()).as(right.body()).isEqualTo(200);
    Random random = new Random(seed);
    List<String> faults = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < REQUESTS; i++) {
      String body = mutated(BODIES.get(path), random);
      body = i % 2 == 0 ? body : body.replace("\"stream\":false", "\"stream\":true");
      Answer answer = client.post(path, body, "application/json", SdkServer.KEY);
      refused += answer.status() == 200 ? 0 : 1;
      if (answer.status() != 200 && (answer.status() < 400 || answer.status() >= 500)) {
        faults.add(answer.status() + " " + answer.body() + " to " + body);
      } else if (answer.type().startsWith("application/json")) {
        shape(path, answer.status() == 200).accept(answer.body(), faults);
      } else {
        events(path, answer.body(), faults);
      }
    }

    assertThat(faults).isEmpty();
    assertThat(refused).as("refused").isBetween(REQUESTS / 10, REQUESTS * 9 / 10);
  }

  private interface Shape {
    void accept(String json, List<String> faults);
  }

  private static Shape shape(String path, boolean fine) {
    WireSchema schema = path.equals("/v1/messages") ? ANTHROPIC : OPENAI;
    String name =
        !fine
            ? "Error"
            : switch (path) {
              case "/v1/messages" -> "FinishedMessage";
              case "/v1/responses" -> "Response";
              default -> "ChatCompletionOfAdmiral";
            };
    return (json, faults) ->
        schema.faults(name, json).forEach(fault -> faults.add(fault + " in " + json));
  }

  private static void events(String path, String stream, List<String> faults) {
    for (ServerSentEvent event : ServerSentEvent.read(stream)) {
      if (!event.data().equals("[DONE]")) {
        List<String> wrong =
            switch (path) {
              case "/v1/messages" -> ANTHROPIC.faults("StreamEvent", event.data());
              case "/v1/responses" -> OPENAI.faults("ResponseEventOfAdmiral", event.data());
              default -> OPENAI.faults("ChatCompletionChunk", event.data());
            };
        wrong.forEach(fault -> faults.add(fault + " in " + event.data()));
      }
    }
  }

  private static String mutated(String right, Random random) {
    JsonNode body = RawClient.tree(right);
    List<Place> places = new ArrayList<>();
    places(body, places);
    Place place = places.get(random.nextInt(places.size()));
    switch (random.nextInt(6)) {
      case 0 -> place.remove();
      case 1 -> place.repeat();
      case 2 -> place.put(places.get(random.nextInt(places.size())).value().deepCopy());
      default -> place.put(ODDITIES.get(random.nextInt(ODDITIES.size())).get());
    }
    return body.toString();
  }
}
