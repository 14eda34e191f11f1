package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.e2e.CaseServer.Played;
import dev.admiral.optimizer.provider.FakeVendor.Received;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients ask for beside the prompt, as it reaches the vendor. */
class CarriedSettingsTest {
  @TempDir private static Path folder;
  private static CaseServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new CaseServer(folder, "");
    server
        .vendor()
        .always(connection ->
            SharedScenes.hello(connection, HttpClients.parse(connection.asked().body())));
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void betasOfAnthropicsClients_reachItsDialectAndNoOther() throws Exception {
    for (String model : new String[] {"anthropic/claude-x", "local/m"}) {
      int status =
          server
              .send(
                  "/v1/messages",
                  """
                  {"model":"%s","max_tokens":5,"messages":[{"role":"user","content":"x"}],
                  "context_management":{"edits":[]}}
                  """
                      .formatted(model),
                  "anthropic-beta",
                  "context-management-2025-06-27, effort-2025-11-24")
              .status();
      Received asked = server.vendor().taken();
      assertThat(status).isEqualTo(200);
      boolean anthropic = model.startsWith("anthropic");
      assertThat(asked.headers().get("anthropic-beta"))
          .isEqualTo(anthropic ? "context-management-2025-06-27,effort-2025-11-24" : null);
      assertThat(HttpClients.parse(asked.body()).has("context_management")).isEqualTo(anthropic);
      assertThat(HttpClients.parse(asked.body()).has("anthropic_beta")).isFalse();
    }
  }

  /** As Claude Code declares tools, and as its search for tools answers. */
  @Test
  void furtherFieldsOfTools_reachItsDialectAndAreToldElsewhere() throws Exception {
    for (String model : new String[] {"anthropic/claude-x", "local/m"}) {
      Played played =
          server.post(
              "/v1/messages",
              """
              {"model":"%s","max_tokens":5,"messages":[{"role":"user","content":"x"}],
               "tools":[{"name":"get","input_schema":{"type":"object"},"defer_loading":true,
                "input_examples":[{"a":1}],"allowed_callers":["direct"]}]}
              """
                  .formatted(model));

      assertThat(played.status()).as(played.reply().text()).isEqualTo(200);
      JsonNode tool = played.sent().at("/tools/0");
      boolean anthropic = model.startsWith("anthropic");
      assertThat(tool.path("defer_loading").asBoolean()).isEqualTo(anthropic);
      assertThat(tool.at("/input_examples/0/a").asInt()).isEqualTo(anthropic ? 1 : 0);
      assertThat(tool.has("allowed_callers")).isEqualTo(anthropic);
      assertThat(played.reply().header("x-admiral-omitted-fields"))
          .isEqualTo(anthropic ? "" : "tools[0].provider_options");
    }
  }

  @Test
  void toolsThatASearchFound_areNamedToItsDialect() throws Exception {
    String request =
        """
        {"model":"%s","max_tokens":5,"tools":[{"name":"get","input_schema":{"type":"object"}}],
         "messages":[{"role":"user","content":"x"},
          {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Search","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t",
           "content":[{"type":"tool_reference","tool_name":"get"}]}]}]}
        """;
    Played played = server.post("/v1/messages", request.formatted("anthropic/claude-x"));

    assertThat(played.status()).as(played.reply().text()).isEqualTo(200);
    assertThat(played.sent().at("/messages/2/content/0/content/0").toString())
        .isEqualTo("{\"type\":\"tool_reference\",\"tool_name\":\"get\"}");

    Played elsewhere = server.post("/v1/messages", request.formatted("local/m"));
    assertThat(elsewhere.status()).as(elsewhere.reply().text()).isEqualTo(200);
    assertThat(elsewhere.sent().at("/messages/2/content").toString()).contains("get");
  }

  @Test
  void callsThatDifferInBetas_shareNoAnswer() throws Exception {
    String request =
        """
        {"model":"anthropic/claude-y","max_tokens":5,"temperature":0,
        "messages":[{"role":"user","content":"x"}]}
        """;
    for (String beta : new String[] {"one-1", "two-2", "one-1"}) {
      server.post("/v1/messages", request, "anthropic-beta", beta, "x-admiral-cache", "use");
    }
    Played again =
        server.post("/v1/messages", request, "anthropic-beta", "two-2", "x-admiral-cache", "use");
    assertThat(again.asked()).isEmpty();
    assertThat(again.reply().header("x-admiral-served")).isEqualTo("memory");
  }

  @Test
  void marksForTheCache_beforeClaude_standWhereTheyWereSetAndLastAsLong() throws Exception {
    String mark = "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"%s\"}";
    JsonNode sent =
        server
            .post(
                "/v1/chat/completions",
                """
                {"model":"anthropic/claude-x","messages":[
                 {"role":"system","content":"rules",%s},
                 {"role":"user","content":[{"type":"text","text":"a",%s},
                  {"type":"text","text":"b"}]}],
                 "tools":[{"type":"function","function":{"name":"f"},%s}]}
                """
                    .formatted(mark.formatted("1h"), mark.formatted("5m"), mark.formatted("1h")))
            .sent();
    assertThat(sent.at("/system/0/cache_control/ttl").asText()).isEqualTo("1h");
    assertThat(sent.at("/messages/0/content/0/cache_control").toString())
        .isEqualTo("{\"type\":\"ephemeral\"}");
    assertThat(sent.at("/messages/0/content/1").has("cache_control")).isFalse();
    assertThat(sent.at("/tools/0/cache_control/ttl").asText()).isEqualTo("1h");
  }

  @Test
  void markOfAnotherTime_isRefused() throws Exception {
    Played played =
        server.post(
            "/v1/chat/completions",
            """
            {"model":"local/m","messages":[{"role":"user","content":"x",
            "cache_control":{"type":"ephemeral","ttl":"2d"}}]}
            """);
    assertThat(played.status()).isEqualTo(400);
    assertThat(played.told().error()).contains("messages[0].cache_control.ttl", "5m or 1h");
  }

  @Test
  void fieldsOfResponsesAlone_areNotPutIntoAChatCompletion() throws Exception {
    Played played =
        server.post(
            "/v1/responses",
            """
            {"model":"local/m","input":"x","client_metadata":{"a":"b"},"metadata":{"c":"d"},
            "context_management":[{"type":"compaction"}],"max_tool_calls":2,"truncation":"auto"}
            """);
    assertThat(played.told().text()).isEqualTo("hello");
    assertThat(played.sent().path("metadata").path("c").asText()).isEqualTo("d");
    assertThat(played.sent().toString())
        .doesNotContain("client_metadata", "context_management", "max_tool_calls", "truncation");
  }

  @Test
  void textsAsTokensAndFieldsOfVendors_reachTheVendorOfVectors() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.json(
                200,
                """
                {"object":"list","data":[{"index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":2}}
                """));
    for (String input : new String[] {"[[7,8]]", "[7,8]", "[\"x\"]"}) {
      Played played =
          server.post(
              "/v1/embeddings",
              "{\"model\":\"openai/text-embedding-3-small\",\"input_type\":\"query\",\"input\":"
                  + input
                  + "}");
      assertThat(played.status()).as("%s", played).isEqualTo(200);
      assertThat(played.sent().path("input").toString())
          .isEqualTo(input.equals("[7,8]") ? "[[7,8]]" : input);
      assertThat(played.sent().path("input_type").asText()).isEqualTo("query");
    }
    server
        .vendor()
        .always(connection ->
            SharedScenes.hello(connection, HttpClients.parse(connection.asked().body())));
  }

  @Test
  void textsAsTokens_goToNoOtherModel() throws Exception {
    server
        .vendor()
        .always(connection ->
            connection.json(400, "{\"error\":{\"message\":\"no\",\"code\":\"model_not_found\"}}"));
    for (String input : new String[] {"[[7,8]]", "[\"x\"]"}) {
      Played played =
          server.post(
              "/v1/embeddings",
              "{\"model\":\"openai/text-embedding-3-small\",\"input\":" + input + "}",
              "x-admiral-fallback-models",
              "openai/text-embedding-3-large");
      assertThat(played.asked().stream().map(body -> body.path("model").asText()).distinct())
          .as("%s", played)
          .hasSize(input.equals("[[7,8]]") ? 1 : 2);
    }
    server
        .vendor()
        .always(connection ->
            SharedScenes.hello(connection, HttpClients.parse(connection.asked().body())));
  }

  @Test
  void soundInAFormOfOtherVendors_isPassedOn() throws Exception {
    for (String format : new String[] {"wav", "mp3", "flac", "aac", "ogg", "aiff", "m4a"}) {
      Played played =
          server.post(
              "/v1/chat/completions",
              """
              {"model":"openrouter/m","messages":[{"role":"user","content":[
              {"type":"input_audio","input_audio":{"data":"AAAA","format":"%s"}}]}]}
              """
                  .formatted(format));
      assertThat(played.sent().at("/messages/0/content/0/input_audio/format").asText())
          .isEqualTo(format);
    }
  }
}
