package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.RawClient.body;
import static dev.admiral.optimizer.sdk.RawClient.kinds;
import static dev.admiral.optimizer.sdk.RawClient.said;
import static dev.admiral.optimizer.sdk.RawClient.streamed;
import static dev.admiral.optimizer.sdk.RawClient.tree;
import static dev.admiral.optimizer.sdk.WireSchema.ANTHROPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.admiral.optimizer.sdk.RawClient.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked and however it ends, the reply has the shape Anthropic's clients expect. */
class AnthropicShapesTest {
  private static final String MESSAGES = "/v1/messages";

  private static RawClient client;

  @BeforeAll
  static void start() {
    client = new RawClient(Map.of("anthropic-version", "2023-06-01"));
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  /** The further keys of a body by what they ask for. */
  private static Map<String, String> messages() {
    String tools =
        """
        'tools':[{'name':'get_weather','input_schema':{'type':'object','properties':
         {'city':{'type':'string'}},'required':['city']}},
         {'name':'get_clock','input_schema':{'type':'object'}}]\
        """;
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("plain", "'max_tokens':900," + said("Hello"));
    bodies.put("unicode", "'max_tokens':900," + said("Grüße 👩‍👩‍👧 \\u2028 [[sim: echo]]"));
    bodies.put("short", "'max_tokens':5," + said("Long [[sim: tokens=50]]"));
    bodies.put("stop", "'max_tokens':90,'stop_sequences':['X']," + said("a b X c [[sim: echo]]"));
    bodies.put("refusal", "'max_tokens':900," + said("No [[sim: refuse]]"));
    bodies.put(
        "thinking",
        "'max_tokens':4000,'thinking':{'type':'enabled','budget_tokens':1024},"
            + said("Think [[sim: reasoning=30;tokens=5]]"));
    bodies.put(
        "vendor's cache", "'max_tokens':900," + said("Again [[sim: cached=4;cache-write=2]]"));
    bodies.put("tool", "'max_tokens':900," + said("What is the weather?") + "," + tools);
    bodies.put("tools", "'max_tokens':900," + said("The weather and the clock.") + "," + tools);
    bodies.put(
        "schema",
        "'max_tokens':900,"
            + said("Somebody")
            + """
            ,'output_config':{'format':{'type':'json_schema','schema':{'type':'object','properties':
             {'name':{'type':'string'}},'required':['name'],'additionalProperties':false}}}\
            """);
    return bodies;
  }

  @TestFactory
  Stream<DynamicTest> message_everyKind_hasItsShape() {
    return kinds(
        messages(),
        body -> {
          Answer answer = client.post(MESSAGES, body);
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
          ANTHROPIC.check("FinishedMessage", answer.body());
        });
  }

  @TestFactory
  Stream<DynamicTest> message_everyKindStreamed_hasItsShape() {
    return kinds(
        messages(),
        body -> {
          Answer answer = client.post(MESSAGES, streamed(body));
          assertThat(answer.type()).startsWith("text/event-stream");
          List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
          for (ServerSentEvent event : events) {
            ANTHROPIC.check("StreamEvent", event.data());
            assertThat(tree(event.data()).path("type").asText()).isEqualTo(event.name());
          }
          assertThat(events.getFirst().name()).isEqualTo("message_start");
          assertThat(events.getLast().name()).isEqualTo("message_stop");
        });
  }

  @Test
  void countedTokens_haveTheirShape() {
    ANTHROPIC.check(
        "TokenCount",
        client.post(MESSAGES + "/count_tokens", body("claude-sonnet-4-6", said("Count"))).body());
  }

  @Test
  void models_haveTheirShapes() {
    ANTHROPIC.check("Models", client.get("/v1/models").body());
    ANTHROPIC.check("Model", client.get("/v1/models/anthropic%2Fclaude-sonnet-4-6").body());
    ANTHROPIC.check("Error", client.get("/v1/models/nobody").body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "'x'",
        "{'model':7,'messages':[],'max_tokens':9}",
        "{'model':'claude-sonnet-4-6'}",
        "{'model':'claude-sonnet-4-6','messages':'x','max_tokens':9}",
        "{'model':'claude-sonnet-4-6','messages':[7],'max_tokens':9}",
        "{'model':'claude-sonnet-4-6','messages':[{'role':'user'}],'max_tokens':9}",
        "{'model':'claude-sonnet-4-6','messages':[{'role':'x','content':'y'}],'max_tokens':9}",
        "{'model':'claude-sonnet-4-6','messages':[{'role':'user','content':'y'}],'max_tokens':-1}",
        "{'model':'claude-sonnet-4-6','messages':[{'role':'user','content':'y'}]}",
        "{'model':'nobody','messages':[{'role':'user','content':'y'}],'max_tokens':9}",
      })
  void malformedRequests_areRefused(String body) {
    Answer answer = client.post(MESSAGES, body);

    assertThat(answer.status()).isIn(400, 404);
    checkError(answer);
  }

  @TestFactory
  Stream<DynamicTest> failuresOfEveryKind_areErrors() {
    return RawClient.FAULTS.stream()
        .map(fault ->
            dynamicTest(
                fault,
                () -> {
                  for (String model : RawClient.FAULTY_MODELS) {
                    checkError(client.post(MESSAGES, faulty(model, fault)));
                  }
                }));
  }

  private static String faulty(String model, String fault) {
    return body(model, "'max_tokens':90," + said("Fail [[sim: tokens=20;fault=" + fault + "]]"));
  }

  private static void checkError(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isGreaterThanOrEqualTo(400);
    assertThat(answer.type()).startsWith("application/json");
    ANTHROPIC.check("Error", answer.body());
  }

  @TestFactory
  Stream<DynamicTest> brokenStreams_endWithAnError() {
    return RawClient.STREAM_FAULTS.stream()
        .map(fault ->
            dynamicTest(
                fault,
                () -> {
                  for (String model : RawClient.FAULTY_MODELS) {
                    broken(streamed(faulty(model, fault)));
                  }
                }));
  }

  private static void broken(String body) {
    Answer answer = client.post(MESSAGES, body);
    assertThat(answer.status()).isEqualTo(200);
    List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
    events.forEach(event -> ANTHROPIC.check("StreamEvent", event.data()));
    assertThat(events)
        .extracting(ServerSentEvent::name)
        .doesNotContain("message_stop")
        .last()
        .isEqualTo("error");
  }
}
