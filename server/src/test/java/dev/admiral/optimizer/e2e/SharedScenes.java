package dev.admiral.optimizer.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.e2e.CaseServer.Call;
import dev.admiral.optimizer.e2e.CaseServer.Played;
import dev.admiral.optimizer.provider.FakeVendor.Connection;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/** The shared cases that take more than one request, or another door than HTTP. */
final class SharedScenes {
  private static final String CHAT = "/v1/chat/completions";
  private static final String MESSAGES = "/v1/messages";
  private static final String TOOL =
      """
      {"type":"function","function":{"name":"get","parameters":{"type":"object"}}}\
      """;
  private static final String CALL =
      """
      {"id":"call_1","type":"function","function":{"name":"get","arguments":"{}"}%s}\
      """;

  private final CaseServer server;
  private final Map<String, Scene> scenes;

  /** One of them. */
  interface Scene {
    void play() throws Exception;
  }

  SharedScenes(CaseServer server) {
    this.server = server;
    this.scenes =
        Map.ofEntries(
            Map.entry("G2b", this::callsWithoutIdsInEventsForAWholeAnswer),
            Map.entry("G3", this::usageOfZeros),
            Map.entry("G5", this::eventsInGzip),
            Map.entry("G6", this::reasoningSentBack),
            Map.entry("G8", this::flexServed),
            Map.entry("N13a", this::tokensToEmbed),
            Map.entry("N13b", this::inputTypeOfEmbeddings),
            Map.entry("N19f", this::temperatureWithAFallback),
            Map.entry("N19g", this::temperatureForTheShippedAlias),
            Map.entry("R01d", this::signatureOverTwoTurns),
            Map.entry("R05d", this::unsignedThinkingOverTwoTurns),
            Map.entry("R16b", this::messageWithoutContentSentBack),
            Map.entry("R16e", this::callWithoutIdSentBack),
            Map.entry("T1a-1.5", this::vendorThatClosesIdleConnections),
            Map.entry("T2a", this::wholeAnswerAfterItsHead),
            Map.entry("T5h", this::secondAnswerBehindAStream),
            Map.entry("T5j", this::secondAnswerOverTwoTenants));
  }

  /** Returns a case's scene; null if it has none. */
  Scene of(String id) {
    return scenes.get(id);
  }

  private void callsWithoutIdsInEventsForAWholeAnswer() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.events(
                piece("{\"tool_calls\":[{\"function\":{\"name\":\"get\",\"arguments\":\"{}\"}}]}")
                    + piece(
                        "{\"tool_calls\":[{\"function\":{\"name\":\"put\",\"arguments\":\"{}\"}}]}")
                    + end("tool_calls")));
    List<Call> calls = server.post(CHAT, chat("local/g2b", "")).told().calls();
    assertThat(calls).extracting(Call::name).containsExactly("get", "put");
    assertThat(calls).extracting(Call::id).doesNotContain("").doesNotHaveDuplicates();
    assertThat(calls).extracting(Call::arguments).containsOnly("{}");
  }

  private void usageOfZeros() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.json(200, whole("\"" + "x".repeat(1200) + "\"", "stop", 0, 0, "")));
    CompleteResponse answer = server.client().complete(Prompts.of("openai/gpt-5-mini", "g3"));
    assertThat(answer.getUsage().getEstimated()).isTrue();
    assertThat(answer.getUsage().getOutputTokenCount()).isGreaterThan(100);
    assertThat(answer.getCost().getState()).isEqualTo(Cost.State.STATE_ESTIMATED);
    server.asked();
  }

  private void eventsInGzip() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write((piece("{\"content\":\"hello\"}") + end("stop")).getBytes(UTF_8));
    }
    server
        .vendor()
        .always(connection ->
            connection.respond(
                200,
                Map.of("content-type", "text/event-stream", "content-encoding", "gzip"),
                bytes.toByteArray()));
    try (CompletionStream stream = server.client().stream(Prompts.of("local/g5", "g5"))) {
      assertThat(Prompts.text(stream.collect().getCompletion())).isEqualTo("hello");
    }
    server.asked();
  }

  private void reasoningSentBack() throws Exception {
    server.vendor().always(connection -> hello(connection, null));
    ChatMessage turn =
        ChatMessage.newBuilder()
            .setRole(Role.ROLE_ASSISTANT)
            .addParts(
                ContentPart.newBuilder()
                    .setReasoning(ReasoningPart.newBuilder().setText("because")))
            .addParts(
                ContentPart.newBuilder()
                    .setToolCall(
                        ToolCall.newBuilder().setId("c1").setName("get").setArgumentsJson("{}")))
            .build();
    Prompt prompt =
        Prompts.of("moonshot/g6", "g6").toBuilder()
            .addMessages(turn)
            .addMessages(
                ChatMessage.newBuilder()
                    .setRole(Role.ROLE_TOOL)
                    .addParts(
                        ContentPart.newBuilder()
                            .setToolResult(
                                ToolResult.newBuilder()
                                    .setToolCallId("c1")
                                    .addParts(Prompts.message(Role.ROLE_USER, "ok").getParts(0)))))
            .build();
    server.client().complete(prompt);
    assertThat(server.asked().getLast().at("/messages/1/reasoning_content").asText())
        .isEqualTo("because");
  }

  private void flexServed() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.json(
                200, whole("\"hello\"", "stop", 100_000, 10_000, ",\"service_tier\":\"flex\"")));
    Struct flex =
        Struct.newBuilder()
            .putFields("service_tier", Value.newBuilder().setStringValue("flex").build())
            .build();
    Cost cost =
        server
            .client()
            .complete(
                Prompts.of("openai/gpt-5-mini", "g8").toBuilder().setProviderOptions(flex).build())
            .getCost();
    server.asked();
    if (cost.getState() != Cost.State.STATE_UNKNOWN) {
      assertThat(Picos.of(cost.getListAmount())).isEqualTo(22_500_000_000L);
    }
  }

  private void tokensToEmbed() throws Exception {
    embed("\"input\":[[15339,1917]]");
    assertThat(server.asked().getLast().path("input").toString()).isEqualTo("[[15339,1917]]");
  }

  private void inputTypeOfEmbeddings() throws Exception {
    embed("\"input\":\"hi\",\"input_type\":\"query\"");
    assertThat(server.asked().getLast().path("input_type").asText()).isEqualTo("query");
  }

  private void embed(String fields) throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.json(
                200,
                """
                {"object":"list","model":"m","data":[{"object":"embedding","index":0,
                "embedding":[0.5,0.25]}],"usage":{"prompt_tokens":2,"total_tokens":2}}
                """));
    HttpClients.Reply reply =
        server.send(
            "/v1/embeddings", "{\"model\":\"openai/text-embedding-3-small\"," + fields + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private void temperatureWithAFallback() throws Exception {
    server.vendor().always(SharedScenes::refuseTemperature);
    Played played =
        server.post(
            CHAT,
            chat("anthropic/claude-opus-5", ",\"temperature\":0.2"),
            "x-admiral-fallback-models",
            "openai/gpt-5-mini");
    assertThat(played.status()).as("%s", played).isEqualTo(200);
  }

  private void temperatureForTheShippedAlias() throws Exception {
    server.vendor().always(SharedScenes::refuseTemperature);
    Played played = server.post(CHAT, chat("smart", ",\"temperature\":0"));
    assertThat(played.status()).as("%s", played).isEqualTo(200);
  }

  private static void refuseTemperature(Connection connection) throws IOException {
    JsonNode asked = HttpClients.parse(connection.asked().body());
    if (asked.has("temperature") && asked.path("model").asText().startsWith("claude")) {
      connection.json(
          400,
          """
          {"type":"error","error":{"type":"invalid_request_error","message":"`temperature`"}}
          """);
    } else {
      hello(connection, asked);
    }
  }

  private void signatureOverTwoTurns() throws Exception {
    String signed =
        CALL.formatted(",\"extra_content\":{\"google\":{\"thought_signature\":\"c2lnbmVk\"}}");
    server
        .vendor()
        .always(connection ->
            connection.json(
                200, whole("null,\"tool_calls\":[" + signed + "]", "tool_calls", 10, 5, "")));
    assertThat(secondTurn("gemini/r01d", false).toString()).contains("c2lnbmVk");
  }

  private void unsignedThinkingOverTwoTurns() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.events(
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_1","type":"message",\
                "role":"assistant","model":"m","content":[],"stop_reason":null,\
                "usage":{"input_tokens":10,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,\
                "content_block":{"type":"thinking","thinking":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,\
                "delta":{"type":"thinking_delta","thinking":"because"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: content_block_start
                data: {"type":"content_block_start","index":1,\
                "content_block":{"type":"tool_use","id":"call_1","name":"get","input":{}}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":1}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},\
                "usage":{"output_tokens":5}}

                event: message_stop
                data: {"type":"message_stop"}

                """));
    assertThat(secondTurn("dsanth/r05d", true).toString()).contains("\"thinking\":\"because\"");
  }

  /**
   * Asks by Anthropic's door, sends the answer back with a result, and returns what that became.
   */
  private JsonNode secondTurn(String model, boolean streamed) throws Exception {
    ObjectNode request = HttpClients.JSON.createObjectNode();
    request.put("model", model).put("max_tokens", 100).put("stream", streamed);
    request
        .putArray("tools")
        .addObject()
        .put("name", "get")
        .putObject("input_schema")
        .put("type", "object");
    ArrayNode messages = request.putArray("messages");
    messages.addObject().put("role", "user").put("content", "hi");
    Played first = server.post(MESSAGES, request.toString());
    JsonNode message =
        streamed ? MessageEvents.read(first.reply().text()).message() : first.reply().json();
    messages.addObject().put("role", "assistant").set("content", message.path("content"));
    messages
        .addObject()
        .put("role", "user")
        .putArray("content")
        .addObject()
        .put("type", "tool_result")
        .put("tool_use_id", first.told().calls().getFirst().id())
        .put("content", "ok");
    return server.post(MESSAGES, request.toString()).sent().at("/messages/1");
  }

  private void messageWithoutContentSentBack() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.events(
                piece("{\"role\":\"assistant\",\"content\":\"\"}")
                    + piece("{\"reasoning_content\":\"hmm\"}")
                    + end("length")));
    server.post(CHAT, chat("local/r16b", ",\"stream\":true"));
    server.vendor().always(connection -> hello(connection, null));
    Played second =
        server.post(
            CHAT,
            """
            {"model":"local/r16b","messages":[{"role":"user","content":"hi"},
            {"role":"assistant","content":null},{"role":"user","content":"go on"}]}
            """);
    assertThat(second.status()).as("%s", second).isEqualTo(200);
  }

  private void callWithoutIdSentBack() throws Exception {
    String call = CALL.formatted("").replace("call_1", "");
    server
        .vendor()
        .always(connection ->
            connection.json(
                200, whole("null,\"tool_calls\":[" + call + "]", "tool_calls", 10, 5, "")));
    Played first = server.post(CHAT, chat("local/r16e", ",\"tools\":[" + TOOL + "]"));
    String id = first.told().calls().getFirst().id();
    assertThat(id).isNotEmpty();
    server.vendor().always(connection -> hello(connection, null));
    Played second =
        server.post(
            CHAT,
            """
            {"model":"local/r16e","messages":[{"role":"user","content":"hi"},%s,
            {"role":"tool","tool_call_id":"%s","content":"ok"}],"tools":[%s]}
            """
                .formatted(first.reply().json().at("/choices/0/message"), id, TOOL));
    assertThat(second.status()).as("%s", second).isEqualTo(200);
  }

  private void vendorThatClosesIdleConnections() throws Exception {
    server
        .vendor()
        .always(connection -> {
          hello(connection, null);
          connection.hangUp();
        });
    for (int i = 0; i < 8; i++) {
      Played played = server.post(CHAT, chat("local/t1a", ",\"user\":\"" + i + "\""));
      assertThat(played.told().text()).as("%s", played).isEqualTo("hello");
      assertThat(played.asked()).hasSize(1);
      server.entry(played);
      assertThat(server.entries(played.callId())).hasSize(1);
    }
  }

  private void wholeAnswerAfterItsHead() throws Exception {
    server
        .vendor()
        .always(connection -> {
          String body = whole("\"hello\"", "stop", 10, 5, "");
          connection.raw(
              "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                  + (body.length() + 1)
                  + "\r\n\r\n ");
          LockSupport.parkNanos(Duration.ofMillis(800).toNanos());
          connection.raw(body);
        });
    assertThat(server.post(CHAT, chat("slow/t2a", "")).told().text()).isEqualTo("hello");
  }

  private void secondAnswerBehindAStream() throws Exception {
    server
        .vendor()
        .always(connection -> {
          connection.events(piece("{\"content\":\"own\"}") + end("stop"));
          surplus(connection);
        });
    assertThat(server.post(CHAT, chat("local/t5h", ",\"stream\":true")).told().text())
        .isEqualTo("own");
    server.vendor().always(connection -> hello(connection, null));
    for (int i = 0; i < 3; i++) {
      Played next = server.post(CHAT, chat("local/t5h", ""), "x-admiral-agent", "other");
      assertThat(next.told().text()).isEqualTo("hello");
    }
  }

  private void secondAnswerOverTwoTenants() throws Exception {
    String keys =
        """
        keys:
          - {label: one, tenant: one, key: key-of-one}
          - {label: two, tenant: two, key: key-of-two, operator: true}
        """;
    try (CaseServer shared =
        new CaseServer(Files.createTempDirectory(server.folder(), "t"), keys)) {
      shared
          .vendor()
          .always(connection -> {
            connection.json(200, whole("\"own\"", "stop", 10, 5, ""));
            surplus(connection);
          });
      String[] one = {"authorization", "Bearer key-of-one"};
      String[] two = {"authorization", "Bearer key-of-two"};
      assertThat(shared.post(CHAT, chat("local/x", ""), one).told().text()).isEqualTo("own");
      assertThat(shared.post(CHAT, chat("local/y", ""), one).told().text()).isEqualTo("own");
      assertThat(shared.post(CHAT, chat("local/z", ""), two).told().text()).isEqualTo("own");
    }
  }

  /** A second answer, which nobody asked for. */
  private static void surplus(Connection connection) throws IOException {
    connection.json(200, whole("\"foreign\"", "stop", 1, 1, ""));
  }

  /**
   * Answers well, in the words of whom is asked.
   *
   * @param asked null if it is a whole chat completion
   */
  static void hello(Connection connection, JsonNode asked) throws IOException {
    boolean streamed = asked != null && asked.path("stream").asBoolean();
    boolean anthropic = connection.asked().path().startsWith("/anthropic");
    if (anthropic && streamed) {
      connection.events(
          """
          event: message_start
          data: {"type":"message_start","message":{"id":"msg_1","type":"message",\
          "role":"assistant","model":"m","content":[],"usage":{"input_tokens":10,"output_tokens":1}}}

          event: content_block_start
          data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

          event: content_block_delta
          data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}

          event: content_block_stop
          data: {"type":"content_block_stop","index":0}

          event: message_delta
          data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

          event: message_stop
          data: {"type":"message_stop"}

          """);
    } else if (anthropic) {
      connection.json(
          200,
          """
          {"id":"msg_1","type":"message","role":"assistant","model":"m",
          "content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn",
          "usage":{"input_tokens":10,"output_tokens":5}}
          """);
    } else if (streamed) {
      connection.events(piece("{\"content\":\"hello\"}") + end("stop"));
    } else {
      connection.json(200, whole("\"hello\"", "stop", 10, 5, ""));
    }
  }

  private static String chat(String model, String more) {
    return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}"
        .formatted(model, more);
  }

  private static String whole(String content, String finish, int input, int output, String more) {
    return """
    {"id":"c","object":"chat.completion","created":1790000000,"model":"m","choices":[{"index":0,\
    "message":{"role":"assistant","content":%s},"finish_reason":"%s"}],\
    "usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}%s}\
    """
        .formatted(content, finish, input, output, input + output, more);
  }

  private static String piece(String delta) {
    return chunk("[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":null}]", "");
  }

  private static String end(String finish) {
    return chunk("[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + finish + "\"}]", "")
        + chunk(
            "[]", ",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}")
        + "data: [DONE]\n\n";
  }

  private static String chunk(String choices, String more) {
    return """
    data: {"id":"c","object":"chat.completion.chunk","created":1790000000,"model":"m",\
    "choices":%s%s}

    """
        .formatted(choices, more);
  }
}
