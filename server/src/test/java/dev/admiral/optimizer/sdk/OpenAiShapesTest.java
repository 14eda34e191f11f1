package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.RawClient.body;
import static dev.admiral.optimizer.sdk.RawClient.kinds;
import static dev.admiral.optimizer.sdk.RawClient.said;
import static dev.admiral.optimizer.sdk.RawClient.streamed;
import static dev.admiral.optimizer.sdk.RawClient.tree;
import static dev.admiral.optimizer.sdk.RawClient.with;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked and however it ends, the reply has the shape OpenAI's clients expect. */
class OpenAiShapesTest {
  private static RawClient client;

  @BeforeAll
  static void start() {
    client = new RawClient(Map.of());
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  // Requests: the further keys of a body by what they ask for.

  private static Map<String, String> chats() {
    String tools =
        """
        'tools':[{'type':'function','function':{'name':'get_weather','parameters':
         {'type':'object','properties':{'city':{'type':'string'}},'required':['city']}}},
         {'type':'function','function':{'name':'get_clock'}}]\
        """;
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("plain", said("Hello"));
    bodies.put("unicode", said("Grüße 👩‍👩‍👧 \\u2028 [[sim: echo]]"));
    bodies.put("short", said("Long [[sim: tokens=50]]") + ",'max_completion_tokens':5");
    bodies.put("refusal", said("No [[sim: refuse]]"));
    bodies.put("filtered", said("No [[sim: filter;tokens=10]]"));
    bodies.put("reasoning", said("Think [[sim: reasoning=30;tokens=5]]"));
    bodies.put("vendor's cache", said("Again [[sim: cached=4;cache-write=2]]"));
    bodies.put("tool", said("What is the weather?") + "," + tools);
    bodies.put("tools", said("Tell me the weather and the clock.") + "," + tools);
    bodies.put("required tool", said("Go on.") + "," + tools + ",'tool_choice':'required'");
    bodies.put(
        "schema",
        said("Somebody")
            + """
            ,'response_format':{'type':'json_schema','json_schema':{'name':'p','strict':true,
             'schema':{'type':'object','properties':{'name':{'type':'string'}},
             'required':['name'],'additionalProperties':false}}}\
            """);
    bodies.put(
        "image",
        """
        'messages':[{'role':'user','content':[{'type':'text','text':'What is it?'},
         {'type':'image_url','image_url':{'url':'data:image/png;base64,%s'}}]}]\
        """
            .formatted(SdkServer.PIXEL));
    return bodies;
  }

  // Answers.

  @TestFactory
  Stream<DynamicTest> chat_everyKind_hasItsShape() {
    return kinds(
        chats(),
        body -> {
          Answer answer = client.post("/v1/chat/completions", body);
          assertThat(answer.status()).as(answer.body()).isEqualTo(200);
          OPENAI.check("ChatCompletionOfAdmiral", answer.body());
        });
  }

  @TestFactory
  Stream<DynamicTest> chat_everyKindStreamed_hasItsShape() {
    return kinds(
        chats(),
        body -> {
          chatStream(streamed(body), false);
          chatStream(with(body, "'stream':true,'stream_options':{'include_usage':true}"), true);
        });
  }

  private static void chatStream(String body, boolean usage) {
    Answer answer = client.post("/v1/chat/completions", body);
    assertThat(answer.type()).startsWith("text/event-stream");
    List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
    assertThat(events.getLast()).isEqualTo(new ServerSentEvent("", "[DONE]"));
    int finished = 0;
    int usages = 0;
    for (ServerSentEvent event : events.subList(0, events.size() - 1)) {
      assertThat(event.name()).isEmpty();
      OPENAI.check("ChatCompletionChunk", event.data());
      JsonNode chunk = tree(event.data());
      finished += chunk.at("/choices/0/finish_reason").isTextual() ? 1 : 0;
      usages += chunk.path("usage").isObject() ? 1 : 0;
      assertThat(chunk.has("usage")).as(event.data()).isEqualTo(usage);
    }
    assertThat(finished).as("finish reasons").isEqualTo(1);
    assertThat(usages).as("usages").isEqualTo(usage ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'input':'x'", "'input':['x','y'],'encoding_format':'base64'"})
  void embeddings_haveTheirShape(String more) {
    Answer answer = client.post("/v1/embeddings", body("text-embedding-3-small", more));

    OPENAI.check("Embeddings", answer.body());
    assertThat(tree(answer.body()).at("/data/0/embedding").isTextual())
        .isEqualTo(more.contains("base64"));
  }

  @Test
  void models_haveTheirShapes() {
    OPENAI.check("Models", client.get("/v1/models").body());
    OPENAI.check("Model", client.get("/v1/models/gpt-4o").body());
  }

  // Failures.

  @TestFactory
  Stream<DynamicTest> malformedRequests_areRefused() {
    return Stream.of("/v1/chat/completions", "/v1/embeddings")
        .flatMap(path ->
            Stream.of(
                    "",
                    "{",
                    "[]",
                    "null",
                    "'x'",
                    "{'model':7,'messages':[],'input':[]}",
                    "{'model':'gpt-4o'}",
                    "{'model':'gpt-4o','messages':'x','input':7}",
                    "{'model':'gpt-4o','messages':[7],'input':[{}]}",
                    "{'model':'gpt-4o','messages':[{'role':'user'}],'input':{}}",
                    "{'model':'gpt-4o','messages':[{'role':'x','content':'y'}],'input':[[]]}",
                    "{'model':'nobody','messages':[{'role':'user','content':'y'}],'input':'x'}")
                .map(body ->
                    dynamicTest(
                        path + " " + body,
                        () -> {
                          Answer answer = client.post(path, body);
                          assertThat(answer.status()).isIn(400, 404);
                          checkError(answer);
                        })));
  }

  @TestFactory
  Stream<DynamicTest> failuresOfEveryKind_areErrors() {
    return RawClient.FAULTS.stream()
        .map(fault ->
            dynamicTest(
                fault,
                () -> {
                  String words = "Fail [[sim: fault=" + fault + "]]";
                  for (String model : RawClient.FAULTY_MODELS) {
                    checkError(client.post("/v1/chat/completions", body(model, said(words))));
                  }
                }));
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
                  String words = "Break [[sim: tokens=20;fault=" + fault + "]]";
                  for (String model : RawClient.FAULTY_MODELS) {
                    brokenChat(streamed(body(model, said(words))));
                  }
                }));
  }

  private static void brokenChat(String body) {
    Answer answer = client.post("/v1/chat/completions", body);
    assertThat(answer.status()).isEqualTo(200);
    List<ServerSentEvent> events = ServerSentEvent.read(answer.body());
    OPENAI.check("Error", events.getLast().data());
    for (ServerSentEvent event : events.subList(0, events.size() - 1)) {
      OPENAI.check("ChatCompletionChunk", event.data());
      assertThat(tree(event.data()).at("/choices/0/finish_reason").isTextual()).isFalse();
    }
  }
}
