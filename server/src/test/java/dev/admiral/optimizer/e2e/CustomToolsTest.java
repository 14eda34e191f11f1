package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.e2e.CaseServer.Played;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.CustomTool;
import dev.admiral.optimizer.v1.CustomToolGrammar;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tools that are given free text, through every door, whole and in pieces, and back. Their form is
 * that of OpenAI's API reference for chat completions and for responses.
 */
@Timeout(60)
class CustomToolsTest {
  private static final String PATCH = "*** Begin Patch\n{ \"not\": json\n";
  private static final String WHOLE =
      """
      {"id":"c","object":"chat.completion","model":"m-2026-11-01","service_tier":"flex","choices":[
       {"index":0,"message":{"role":"assistant","content":null,"tool_calls":[
         {"id":"call_1","type":"custom","custom":{"name":"apply_patch",
          "input":"*** Begin Patch\\n{ \\"not\\": json\\n"}}]},"finish_reason":"tool_calls"}],
       "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}
      """;
  private static final String STREAM =
      """
      data: {"model":"m-2026-11-01","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"custom","custom":{"name":"apply_patch","input":""}}]}}]}

      data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"custom":{"input":"*** Begin Patch\\n{ "}}]}}]}

      data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"custom":{"input":"\\"not\\": json\\n"}}]}}]}

      data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"service_tier":"flex","usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}

      data: [DONE]

      """;
  private static final String CHAT_TOOL =
      """
      {"type":"custom","custom":{"name":"apply_patch","description":"d","format":{"type":"grammar",
       "grammar":{"syntax":"lark","definition":"start: /.+/s"}}}}
      """;
  private static final String RESPONSES_TOOL =
      """
      {"type":"custom","name":"apply_patch","description":"d","format":{"type":"grammar",
       "syntax":"lark","definition":"start: /.+/s"}}
      """;

  @TempDir static Path folder;
  private static CaseServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new CaseServer(folder, "");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void answer() {
    server
        .vendor()
        .always(c -> {
          if (c.asked().body().contains("\"stream\":true")) {
            c.events(STREAM);
          } else {
            c.json(200, WHOLE);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void chatCompletions(boolean stream) throws Exception {
    Played played =
        server.post(
            "/v1/chat/completions",
            """
            {"model":"openai/m","stream":%s,"tools":[%s],
             "tool_choice":{"type":"custom","custom":{"name":"apply_patch"}},
             "messages":[{"role":"user","content":"hi"},
              {"role":"assistant","tool_calls":[{"id":"t","type":"custom",
               "custom":{"name":"apply_patch","input":"x{"}}]},
              {"role":"tool","tool_call_id":"t","content":"done"}]}
            """
                .formatted(stream, CHAT_TOOL));

    assertThat(played.status()).as(played.reply().text()).isEqualTo(200);
    JsonNode sent = played.asked().getLast();
    assertThat(sent.at("/tools/0")).isEqualTo(HttpClients.parse(CHAT_TOOL));
    assertThat(sent.at("/tool_choice/custom/name").asText()).isEqualTo("apply_patch");
    assertThat(sent.at("/messages/1/tool_calls/0").toString())
        .isEqualTo(
            "{\"id\":\"t\",\"type\":\"custom\",\"custom\":{\"name\":\"apply_patch\",\"input\":\"x{\"}}");
    if (stream) {
      StringBuilder input = new StringBuilder();
      for (JsonNode event : events(played)) {
        JsonNode call = event.at("/choices/0/delta/tool_calls/0");
        assertThat(call.has("function")).isFalse();
        input.append(call.at("/custom/input").asText());
      }
      assertThat(input.toString()).isEqualTo(PATCH);
    } else {
      JsonNode call = played.reply().json().at("/choices/0/message/tool_calls/0");
      assertThat(call.path("type").asText()).isEqualTo("custom");
      assertThat(call.at("/custom/input").asText()).isEqualTo(PATCH);
      assertThat(played.reply().json().path("service_tier").asText()).isEqualTo("flex");
      assertThat(played.reply().header("x-admiral-service-tier")).isEqualTo("flex");
      assertThat(played.reply().header("x-admiral-served-model")).isEqualTo("m-2026-11-01");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void responses(boolean stream) throws Exception {
    Played played =
        server.post(
            "/v1/responses",
            """
            {"model":"openai/m","stream":%s,"tools":[%s],
             "tool_choice":{"type":"custom","name":"apply_patch"},
             "input":[{"type":"message","role":"user","content":"hi"},
              {"type":"custom_tool_call","call_id":"t","name":"apply_patch","input":"x{"},
              {"type":"custom_tool_call_output","call_id":"t","output":"done"}]}
            """
                .formatted(stream, RESPONSES_TOOL));

    assertThat(played.status()).as(played.reply().text()).isEqualTo(200);
    JsonNode sent = played.asked().getLast();
    assertThat(sent.at("/tools/0")).isEqualTo(HttpClients.parse(CHAT_TOOL));
    assertThat(sent.at("/messages/1/tool_calls/0/custom/input").asText()).isEqualTo("x{");
    assertThat(sent.at("/messages/2/content").asText()).isEqualTo("done");
    List<JsonNode> events = events(played);
    JsonNode response = stream ? events.getLast().path("response") : played.reply().json();
    if (stream) {
      assertThat(
              events.stream()
                  .filter(
                      e -> e.path("type").asText().equals("response.custom_tool_call_input.delta"))
                  .map(e -> e.path("delta").asText())
                  .reduce("", String::concat))
          .isEqualTo(PATCH);
      assertThat(events)
          .anySatisfy(e -> {
            assertThat(e.path("type").asText()).isEqualTo("response.custom_tool_call_input.done");
            assertThat(e.path("input").asText()).isEqualTo(PATCH);
          });
    }
    JsonNode item = response.at("/output/0");
    assertThat(item.path("type").asText()).isEqualTo("custom_tool_call");
    assertThat(item.path("call_id").asText()).isEqualTo("call_1");
    assertThat(item.path("input").asText()).isEqualTo(PATCH);
    assertThat(response.at("/tools/0")).isEqualTo(HttpClients.parse(RESPONSES_TOOL));
    assertThat(response.path("service_tier").asText()).isEqualTo("flex");
  }

  @Test
  void contract() throws Exception {
    Prompt prompt =
        Prompts.of("openai/m", "hi").toBuilder()
            .addTools(
                Tool.newBuilder()
                    .setCustom(
                        CustomTool.newBuilder()
                            .setName("apply_patch")
                            .setDescription("d")
                            .setGrammar(
                                CustomToolGrammar.newBuilder()
                                    .setSyntax("lark")
                                    .setDefinition("start: /.+/s"))))
            .build();

    Completion whole =
        server
            .client()
            .complete(CompleteRequest.newBuilder().setPrompt(prompt).build())
            .getCompletion();
    Completion streamed;
    StreamRequest request =
        StreamRequest.newBuilder().setPrompt(prompt.toBuilder().setModel("local/m")).build();
    try (var stream = server.client().stream(request)) {
      streamed = stream.collect().getCompletion();
    }

    assertThat(server.asked()).hasSize(2);
    assertThat(streamed).isEqualTo(whole);
    assertThat(whole.getMessage().getParts(0).getToolCall().getInputText()).isEqualTo(PATCH);
    assertThat(whole.getMessage().getParts(0).getToolCall().getArgumentsJson()).isEmpty();
    assertThat(whole.getServedModel()).isEqualTo("m-2026-11-01");
    assertThat(whole.getServiceTier()).isEqualTo("flex");
  }

  @Test
  void vendorWithoutThem_isNotAsked() throws Exception {
    Played played =
        server.post(
            "/v1/chat/completions",
            """
            {"model":"anthropic/m","tools":[%s],"messages":[{"role":"user","content":"hi"}]}
            """
                .formatted(CHAT_TOOL));

    assertThat(played.status()).isEqualTo(400);
    assertThat(played.reply().json().at("/error/message").asText())
        .contains("tools[0].custom", "free text");
    assertThat(played.asked()).isEmpty();
  }

  private static List<JsonNode> events(Played played) {
    List<JsonNode> events = new ArrayList<>();
    for (String line : played.reply().text().split("\n", -1)) {
      if (line.startsWith("data: {")) {
        events.add(HttpClients.parse(line.substring("data: ".length())));
      }
    }
    return events;
  }
}
