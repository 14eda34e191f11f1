package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.RawClient.body;
import static dev.admiral.optimizer.sdk.RawClient.kinds;
import static dev.admiral.optimizer.sdk.RawClient.streamed;
import static dev.admiral.optimizer.sdk.RawClient.tree;
import static dev.admiral.optimizer.sdk.WireSchema.OPENAI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.sdk.RawClient.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link OpenAiShapesTest} tells of chat completions, of the responses API. */
class ResponsesShapesTest {
  private static final String RESPONSES = "/v1/responses";

  private static RawClient client;

  @BeforeAll
  static void start() {
    client = new RawClient(Map.of());
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  /** The further keys of a body by what they ask for. */
  private static Map<String, String> responses() {
    String tools =
        """
        'tools':[{'type':'function','name':'get_weather','strict':false,'parameters':
         {'type':'object','properties':{'city':{'type':'string'}},'required':['city']}},
         {'type':'function','name':'get_clock','strict':false,'parameters':{'type':'object'}}]\
        """;
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("plain", "'input':'Hello','instructions':'Be brief.','metadata':{'a':'b'}");
    bodies.put("unicode", "'input':'Grüße 👩‍👩‍👧 \\u2028 [[sim: echo]]'");
    bodies.put("short", "'input':'Long [[sim: tokens=50]]','max_output_tokens':16");
    bodies.put("refusal", "'input':'No [[sim: refuse]]'");
    bodies.put("reasoning", "'input':'Think [[sim: reasoning=30;tokens=5]]'");
    bodies.put("tool", "'input':'What is the weather?'," + tools);
    bodies.put("tools", "'input':'The weather and the clock.'," + tools);
    bodies.put(
        "schema",
        """
        'input':'Somebody','text':{'format':{'type':'json_schema','name':'p','strict':true,'schema':
         {'type':'object','properties':{'name':{'type':'string'}},'required':['name'],
         'additionalProperties':false}}}\
        """);
    return bodies;
  }

  @TestFactory
  Stream<DynamicTest> response_everyKind_hasItsShape() {
    return kinds(
        responses(),
        body -> {
          Answer answer = client.post(RESPONSES, body);
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
          OPENAI.check("Response", answer.body());
        });
  }

  @TestFactory
  Stream<DynamicTest> response_everyKindStreamed_hasItsShape() {
    return kinds(
        responses(),
        body -> {
          Answer answer = client.post(RESPONSES, streamed(body));
          List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
          int sequence = 0;
          for (ServerSentEvent event : events) {
            OPENAI.check("ResponseEventOfAdmiral", event.data());
            JsonNode data = tree(event.data());
            assertThat(data.path("type").asText()).isEqualTo(event.name());
            assertThat(data.path("sequence_number").asInt()).isEqualTo(sequence++);
          }
          assertThat(events.getFirst().name()).isEqualTo("response.created");
          assertThat(events.getLast().name()).matches("response\\.(completed|incomplete)");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{'model':7,'input':[]}",
        "{'model':'gpt-4o','input':7}",
        "{'model':'gpt-4o','input':[{}]}",
        "{'model':'gpt-4o','input':[[]]}",
        "{'model':'gpt-4o','input':[{'role':'x','content':'y'}]}",
        "{'model':'gpt-4o','input':'x','max_output_tokens':-1}",
        "{'model':'nobody','input':'x'}",
      })
  void malformedRequests_areRefused(String body) {
    Answer answer = client.post(RESPONSES, body);

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
                    checkError(client.post(RESPONSES, faulty(model, fault)));
                  }
                }));
  }

  private static String faulty(String model, String fault) {
    return body(model, "'input':'Fail [[sim: tokens=20;fault=" + fault + "]]'");
  }

  private static void checkError(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isGreaterThanOrEqualTo(400);
    assertThat(answer.type()).startsWith("application/json");
    OPENAI.check("Error", answer.body());
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
    Answer answer = client.post(RESPONSES, body);
    assertThat(answer.status()).isEqualTo(200);
    List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
    events.forEach(event -> OPENAI.check("ResponseEventOfAdmiral", event.data()));
    assertThat(events)
        .extracting(ServerSentEvent::name)
        .contains("error")
        .doesNotContain("response.completed", "response.incomplete")
        .last()
        .isIn("error", "response.failed");
  }
}
