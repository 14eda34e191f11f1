package dev.admiral.optimizer.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.provider.anthropic.AnthropicDialect;
import dev.admiral.optimizer.provider.openai.OpenAiDialect;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.ConfiguredProvider;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImageDetail;
import dev.admiral.optimizer.v1.JsonObjectFormat;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent for each thing a caller can ask, and what is refused. */
class RequestsTest {
  private static final String OPENAI = "openai";
  private static final String ELSEWHERE = "elsewhere";

  // OpenAI.

  @Test
  void openAi_everyKindOfContent_hasItsPlace() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(Role.ROLE_SYSTEM, Prompts.text("be brief")),
            Prompts.message(Role.ROLE_DEVELOPER, Prompts.text("no jokes")),
            Prompts.message(
                Role.ROLE_USER,
                Prompts.text("see"),
                Prompts.image("image/png", "abc"),
                Prompts.remoteImage("https://x.example/a.png", ImageDetail.IMAGE_DETAIL_LOW),
                Prompts.file("a.pdf", "application/pdf", "pdf"),
                Prompts.file("", "audio/wav", "wav"),
                Prompts.uploadedFile("file-1")),
            Prompts.message(
                Role.ROLE_ASSISTANT,
                Prompts.reasoning("thought", "", ""),
                Prompts.text("one"),
                Prompts.toolCall("c1", "f", "{\"a\": 1}"),
                Prompts.toolCall("c2", "g", "not json")),
            Prompts.message(
                Role.ROLE_TOOL,
                Prompts.toolResult("c1", true, Prompts.text("bad")),
                Prompts.toolResult("c2", false, Prompts.text("x"), Prompts.text("y"))),
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.refusal("no")));
    assertJson(
        openAi(OPENAI, "gpt-4o", prompt).get("messages"),
        """
        [{"role":"system","content":"be brief"},
         {"role":"developer","content":"no jokes"},
         {"role":"user","content":[
           {"type":"text","text":"see"},
           {"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj"}},
           {"type":"image_url","image_url":{"url":"https://x.example/a.png","detail":"low"}},
           {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,cGRm"}},
           {"type":"input_audio","input_audio":{"data":"d2F2","format":"wav"}},
           {"type":"file","file":{"file_id":"file-1"}}]},
         {"role":"assistant","content":"one","tool_calls":[
           {"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\": 1}"}},
           {"id":"c2","type":"function","function":{"name":"g","arguments":"not json"}}]},
         {"role":"tool","tool_call_id":"c1","content":"bad"},
         {"role":"tool","tool_call_id":"c2","content":[
           {"type":"text","text":"x"},{"type":"text","text":"y"}]},
         {"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}]
        """);
  }

  @Test
  void openAi_settings_haveTheirFields() throws Exception {
    Prompt prompt =
        everySetting().toBuilder()
            .setSampling(everySetting().getSampling().toBuilder().clearTopK())
            .build();
    JsonNode body = openAi(OPENAI, "gpt-4o", prompt);
    ((com.fasterxml.jackson.databind.node.ObjectNode) body).remove("messages");
    assertJson(
        body,
        """
        {"model":"gpt-4o","stream":true,
         "stream_options":{"include_usage":true,"include_obfuscation":false},
         "tools":[{"type":"function","function":{"name":"f","description":"does f",
           "parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true}}],
         "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,
         "response_format":{"type":"json_schema","json_schema":{"name":"answer",
           "schema":{"type":"object"},"strict":true}},
         "temperature":0.5,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":-0.1,
         "max_completion_tokens":100,"stop":["END"],"seed":7,"n":2}
        """);
  }

  @ParameterizedTest
  @CsvSource({
    OPENAI + ", gpt-4o, max_completion_tokens",
    OPENAI + ", o3-mini, max_completion_tokens",
    ELSEWHERE + ", llama-3, max_tokens",
    ELSEWHERE + ", gpt-5-mini, max_completion_tokens",
    ELSEWHERE + ", openai/o4-mini, max_completion_tokens",
    "mistral, mistral-large, max_tokens",
    "cerebras, llama, max_completion_tokens"
  })
  void openAi_maxOutput_goesIntoTheFieldTheModelTakes(String vendor, String model, String field)
      throws Exception {
    Prompt prompt = sampling(s -> s.setMaxOutputTokenCount(9));
    JsonNode body = openAi(vendor, model, prompt);
    assertThat(body.path(field).asInt()).isEqualTo(9);
    assertThat(body.has("max_tokens") && body.has("max_completion_tokens")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o, REASONING_EFFORT_HIGH, ''",
    "gpt-5, REASONING_EFFORT_HIGH, high",
    "gpt-5, REASONING_EFFORT_NONE, minimal",
    "gpt-5.2, REASONING_EFFORT_NONE, none",
    "gpt-5.2, REASONING_EFFORT_MINIMAL, low",
    "o3, REASONING_EFFORT_NONE, low",
    "gpt-5-chat-latest, REASONING_EFFORT_LOW, ''"
  })
  void openAi_effort_isOneTheModelTakes(String model, ReasoningEffort effort, String word)
      throws Exception {
    Prompt prompt = Prompts.ask("x").toBuilder().setReasoningEffort(effort).build();
    assertThat(openAi(OPENAI, model, prompt).path("reasoning_effort").asText()).isEqualTo(word);
  }

  @Test
  void openAi_options_areMergedAndTheContractWins() throws Exception {
    Prompt prompt =
        sampling(s -> s.setMaxOutputTokenCount(9).setTemperature(0)).toBuilder()
            .setProviderOptions(
                Struct.newBuilder()
                    .putFields("model", string("other"))
                    .putFields("stream", bool(false))
                    .putFields("max_tokens", number(5))
                    .putFields("temperature", number(1))
                    .putFields("top_logprobs", number(3))
                    .putFields("ratio", number(0.25))
                    .putFields(
                        "stream_options",
                        Value.newBuilder()
                            .setStructValue(
                                Struct.newBuilder()
                                    .putFields("include_usage", bool(false))
                                    .putFields("include_obfuscation", bool(true)))
                            .build()))
            .build();
    JsonNode body = openAi(OPENAI, "gpt-4o", prompt);
    ((com.fasterxml.jackson.databind.node.ObjectNode) body).remove("messages");
    assertJson(
        body,
        """
        {"model":"gpt-4o","temperature":0,"max_completion_tokens":9,"stream":true,
         "stream_options":{"include_usage":true,"include_obfuscation":true},
         "top_logprobs":3,"ratio":0.25}
        """);
  }

  @Test
  void effortAsAnOption_goesBeforeTheContracts() throws Exception {
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_HIGH)
            .setProviderOptions(Struct.newBuilder().putFields("reasoning_effort", string("xhigh")))
            .setProviderOptionsDialect(ProviderDialect.PROVIDER_DIALECT_OPENAI)
            .build();

    assertThat(openAi(OPENAI, "gpt-5.4", prompt).path("reasoning_effort").asText())
        .isEqualTo("xhigh");
    assertThat(
            anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", prompt)
                .path("output_config")
                .path("effort")
                .asText())
        .isEqualTo("high");
  }

  @ParameterizedTest
  @CsvSource({
    "PROVIDER_DIALECT_UNSPECIFIED, true, true",
    "PROVIDER_DIALECT_OPENAI, true, false",
    "PROVIDER_DIALECT_ANTHROPIC, false, true"
  })
  void optionsOfADialect_goToItsProvidersOnly(
      ProviderDialect dialect, boolean openAi, boolean anthropic) throws Exception {
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setProviderOptions(Struct.newBuilder().putFields("service_tier", string("flex")))
            .setProviderOptionsDialect(dialect)
            .build();

    assertThat(openAi(OPENAI, "gpt-4o", prompt).has("service_tier")).isEqualTo(openAi);
    assertThat(
            anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", prompt)
                .has("service_tier"))
        .isEqualTo(anthropic);
  }

  /** The model's turn with a call, its reasoning and all that a vendor can have given. */
  private static Prompt turn(String vendor) {
    VendorData data =
        VendorData.newBuilder()
            .setVendor(vendor)
            .setJson(
                "{\"extra_content\":{\"google\":{\"thought_signature\":\"s\"}},"
                    + "\"reasoning_details\":[1],\"role\":\"system\",\"id\":\"x\"}")
            .build();
    ChatMessage said =
        Prompts.message(
                Role.ROLE_ASSISTANT,
                Prompts.reasoning("thought", "signed", "hidden").toBuilder()
                    .setVendorData(VendorData.newBuilder().setVendor(vendor))
                    .build(),
                Prompts.toolCall("c1", "look_up", "{}").toBuilder().setVendorData(data).build())
            .toBuilder()
            .setVendorData(data)
            .build();
    return Prompts.of(
        Prompts.message(Role.ROLE_USER, Prompts.text("u")),
        said,
        Prompts.message(Role.ROLE_TOOL, Prompts.toolResult("c1", false, Prompts.text("ok"))));
  }

  @Test
  void vendorData_goesToItsVendorWithoutWhatTheContractSays() throws Exception {
    JsonNode own = openAi("ours", "m", turn("ours")).at("/messages/1");

    assertJson(own.path("reasoning_details"), "[1]");
    assertThat(own.at("/extra_content/google/thought_signature").asText()).isEqualTo("s");
    assertThat(own.at("/tool_calls/0/extra_content/google/thought_signature").asText())
        .isEqualTo("s");
    assertThat(own.path("role").asText()).isEqualTo("assistant");
    assertThat(own.at("/tool_calls/0/id").asText()).isEqualTo("c1");
    assertThat(own.path("reasoning_content").asText()).isEqualTo("thought");
  }

  @ParameterizedTest
  @CsvSource({"openai", "deepseek", "openrouter", "mistral", "groq", "theirs"})
  void vendorData_ofAnotherVendor_isNotSent(String vendor) throws Exception {
    JsonNode said = openAi(vendor, "m", turn("ours")).at("/messages/1");

    assertThat(said.has("extra_content")).isFalse();
    assertThat(said.has("reasoning_details")).isFalse();
    assertThat(said.at("/tool_calls/0").has("extra_content")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "gemini, true, false",
    "openrouter, false, true",
    "theirs, true, true",
    "openai, false, false"
  })
  void vendorData_ofNobodyKnown_goesToThoseWhoTakeIt(
      String vendor, boolean signatures, boolean details) throws Exception {
    JsonNode said = openAi(vendor, "m", turn("")).at("/messages/1");

    assertThat(said.has("extra_content")).isEqualTo(signatures);
    assertThat(said.has("reasoning_details")).isEqualTo(details);
  }

  @Test
  void callOfAnotherModel_isMarkedForGemini() throws Exception {
    assertThat(
            openAi("gemini", "gemini-3-pro", turn("ours"))
                .at("/messages/1/tool_calls/0/extra_content/google/thought_signature")
                .asText())
        .isEqualTo("skip_thought_signature_validator");
  }

  @ParameterizedTest
  @CsvSource({"deepseek, ''", "moonshot, ' '"})
  void turnWithoutReasoning_isGivenSome_whereToolsWereCalled(String vendor, String text)
      throws Exception {
    Prompt plain =
        Prompts.of(
            Prompts.message(Role.ROLE_USER, Prompts.text("u")),
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.text("a")));
    Prompt called =
        plain.toBuilder()
            .addMessages(
                Prompts.message(Role.ROLE_ASSISTANT, Prompts.toolCall("c1", "look_up", "{}")))
            .addMessages(
                Prompts.message(
                    Role.ROLE_TOOL, Prompts.toolResult("c1", false, Prompts.text("ok"))))
            .build();

    assertThat(openAi(vendor, "m", plain).at("/messages/1").has("reasoning_content")).isFalse();
    for (int i : new int[] {1, 2}) {
      assertThat(
              openAi(vendor, "m", called).at("/messages/" + i + "/reasoning_content").asText("-"))
          .isEqualTo(text);
    }
  }

  @Test
  void anthropic_thinkingOfAnotherVendor_staysBehind() throws Exception {
    assertJson(
        anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", turn("anthropic"))
            .at("/messages/1/content"),
        """
        [{"type":"thinking","thinking":"thought","signature":"signed"},
         {"type":"redacted_thinking","data":"hidden"},
         {"type":"tool_use","id":"c1","name":"look_up","input":{}}]
        """);
    assertJson(
        anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", turn("ours"))
            .at("/messages/1/content"),
        "[{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"look_up\",\"input\":{}}]");
  }

  /** A model that thinks within a budget refuses to begin with that in the middle of a turn. */
  @Test
  void anthropic_turnBegunByAnotherVendor_goesOnWithoutABudget() throws Exception {
    for (String vendor : List.of("anthropic", "ours")) {
      Prompt prompt =
          turn(vendor).toBuilder()
              .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_LOW)
              .setSampling(Sampling.newBuilder().setMaxOutputTokenCount(8_000))
              .build();
      assertThat(
              anthropic(ProviderSettings.ANTHROPIC_2023, "claude-haiku-4-5", prompt)
                  .has("thinking"))
          .isEqualTo(vendor.equals("anthropic"));
    }
  }

  @Test
  void openAi_likeVendors_areSentWhatTheyTake() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(Role.ROLE_DEVELOPER, Prompts.text("d")),
            Prompts.message(
                Role.ROLE_ASSISTANT, Prompts.reasoning("thought", "", ""), Prompts.text("a")),
            Prompts.message(Role.ROLE_USER, Prompts.cached(Prompts.text("u"))));
    JsonNode deepseek = openAi("deepseek", "deepseek-chat", prompt);
    assertThat(deepseek.at("/messages/0/role").asText()).isEqualTo("system");
    assertThat(deepseek.at("/messages/1/reasoning_content").asText()).isEqualTo("thought");
    assertThat(deepseek.at("/messages/2/content").asText()).isEqualTo("u");
    JsonNode openRouter = openAi("openrouter", "anthropic/claude", prompt);
    assertJson(
        openRouter.at("/messages/2/content"),
        """
        [{"type":"text","text":"u","cache_control":{"type":"ephemeral"}}]
        """);
    Prompt seeded = sampling(s -> s.setSeed(7));
    JsonNode mistral = openAi("mistral", "mistral-large", seeded);
    assertThat(mistral.path("random_seed").asInt()).isEqualTo(7);
    assertThat(mistral.has("stream_options")).isFalse();
  }

  @Test
  void openAi_cacheMark_isSentToModelsThatTakeOne() throws Exception {
    Prompt prompt = Prompts.of(Prompts.message(Role.ROLE_USER, Prompts.cached(Prompts.text("u"))));
    JsonNode body = openAi(OPENAI, "gpt-5.6-sol", prompt);
    assertJson(
        body.at("/messages/0/content"),
        """
        [{"type":"text","text":"u","prompt_cache_breakpoint":{"mode":"explicit"}}]
        """);
    assertThat(body.at("/prompt_cache_options/mode").asText()).isEqualTo("explicit");
    assertThat(openAi(OPENAI, "gpt-4o", prompt).has("prompt_cache_options")).isFalse();
  }

  @Test
  void openAi_whatHasNoPlace_isRefusedByName() {
    assertRefused(OPENAI, "gpt-4o", sampling(s -> s.setTopK(5)), "prompt.sampling.top_k");
    assertRefused(
        OPENAI,
        "gpt-4o",
        Prompts.of(Prompts.message(Role.ROLE_USER, Prompts.remoteFile("https://x.example/a"))),
        "prompt.messages[0].parts[0].file.remote");
    assertRefused(
        OPENAI,
        "gpt-4o",
        Prompts.of(
            Prompts.message(Role.ROLE_TOOL, Prompts.toolResult("c", false, Prompts.refusal("no")))),
        "prompt.messages[0].parts[0].tool_result.parts[0]");
    assertRefused(
        OPENAI,
        "gpt-4o",
        Prompts.of(Prompts.message(Role.ROLE_SYSTEM, Prompts.image("image/png", "x"))),
        "prompt.messages[0].parts[0]");
  }

  @ParameterizedTest
  @CsvSource({
    "o3, temperature, true",
    "o3, top_p, true",
    "o3, stop, true",
    "o1, stop, false",
    "gpt-5-mini-2025-08-07, temperature, true",
    "gpt-5-mini, presence_penalty, true",
    "gpt-5-mini, frequency_penalty, true",
    "gpt-5.2, temperature, false",
    "gpt-4.1, temperature, false"
  })
  void openAi_settingThatTheModelRefuses_isLeftOutAndTold(
      String model, String setting, boolean refused) throws Exception {
    Prompt prompt = sampling(s -> set(s, setting));
    if (refused && setting.equals("stop")) {
      assertRefused(OPENAI, model, prompt, "prompt.sampling.stop_sequences");
    } else {
      assertThat(openAi(OPENAI, model, prompt).has(setting)).isEqualTo(!refused);
      assertThat(openAi(OPENAI).complete(call(OPENAI, model, prompt)).omitted())
          .isEqualTo(refused ? List.of("sampling." + setting) : List.of());
    }
    assertThat(openAi("openrouter", "openai/" + model, prompt).has(setting))
        .as("whoever passes calls on decides for themselves")
        .isTrue();
  }

  @Test
  void openAi_whatToolsShow_isShownByTheUserBehindAllResults() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.toolCall("c1", "f", "{}")),
            Prompts.message(
                Role.ROLE_TOOL,
                Prompts.toolResult(
                    "c1", false, Prompts.text("seen"), Prompts.image("image/png", "abc"))),
            Prompts.message(
                Role.ROLE_TOOL, Prompts.toolResult("c2", false, Prompts.image("image/png", "x"))),
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.text("well")),
            Prompts.message(
                Role.ROLE_TOOL, Prompts.toolResult("c3", false, Prompts.image("image/png", "x"))));
    JsonNode messages = openAi("local", "m", prompt).path("messages");

    assertThat(messages.findValuesAsText("role"))
        .containsExactly("assistant", "tool", "tool", "user", "assistant", "tool", "user");
    assertThat(messages.at("/1/content").asText()).isEqualTo("seen");
    assertThat(messages.at("/2/content").asText()).isNotEmpty();
    assertJson(
        messages.at("/3/content"),
        """
        [{"type":"text","text":"Result of the tool call c1:"},
         {"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj"}},
         {"type":"text","text":"Result of the tool call c2:"},
         {"type":"image_url","image_url":{"url":"data:image/png;base64,eA=="}}]
        """);
    assertThat(messages.at("/6/content").size()).isEqualTo(2);
  }

  @Test
  void openAi_markForAnHour_saysSo() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(
                Role.ROLE_USER,
                Prompts.text("u").toBuilder()
                    .setPromptCachePoint(PromptCachePoint.PROMPT_CACHE_POINT_1H)
                    .build()));
    assertJson(
        openAi("openrouter", "anthropic/claude", prompt).at("/messages/0/content/0/cache_control"),
        "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");
  }

  @Test
  void anthropic_betas_goIntoTheirHeaderWithTheOperators() throws Exception {
    AnthropicDialect dialect =
        new AnthropicDialect(
            settings(Vendors.of("anthropic", Dialect.ANTHROPIC))
                .headers(Map.of("Anthropic-Beta", "ours-1, both-2"))
                .build());
    ListValue names =
        ListValue.newBuilder()
            .addValues(string("both-2"))
            .addValues(string("theirs-3"))
            .addValues(string("none\r\nx-other: 1"))
            .build();
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setProviderOptions(
                Struct.newBuilder()
                    .putFields("anthropic_beta", Value.newBuilder().setListValue(names).build()))
            .build();
    WireFormat.Request request = dialect.complete(call("anthropic", "claude-sonnet-5", prompt));

    assertThat(request.headers())
        .containsExactly(Map.entry("anthropic-beta", "ours-1,both-2,theirs-3"));
    assertThat(read(request).has("anthropic_beta")).isFalse();
    assertThat(dialect.countTokens(call("anthropic", "claude-sonnet-5", prompt)).headers())
        .isEqualTo(request.headers());
  }

  @Test
  void openAi_longToolName_isRefusedByName() {
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .addTools(
                Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("f".repeat(65))))
            .build();
    assertRefused(OPENAI, "gpt-4o", prompt, "prompt.tools[0].function.name");
  }

  @Test
  void openAi_settingAtItsDefault_isTakenByEveryModel() throws Exception {
    Prompt prompt =
        sampling(s -> s.setTemperature(1).setTopP(1).setPresencePenalty(0).setFrequencyPenalty(0));
    JsonNode body = openAi(OPENAI, "o3", prompt);
    assertThat(body.path("temperature").asInt()).isEqualTo(1);
    assertThat(body.path("top_p").asInt()).isEqualTo(1);
  }

  private static Sampling.Builder set(Sampling.Builder sampling, String setting) {
    return switch (setting) {
      case "temperature" -> sampling.setTemperature(0.5);
      case "top_p" -> sampling.setTopP(0.5);
      case "top_k" -> sampling.setTopK(5);
      case "stop" -> sampling.addStopSequences("END");
      case "presence_penalty" -> sampling.setPresencePenalty(1);
      case "frequency_penalty" -> sampling.setFrequencyPenalty(1);
      default -> throw new AssertionError(setting);
    };
  }

  @Test
  void openAi_quirks_followTheVendorAndNotTheAddress() throws Exception {
    Prompt seeded = sampling(s -> s.setSeed(7));
    Vendor anybody = Vendors.of("ours", Dialect.OPENAI);
    JsonNode body =
        read(
            new OpenAiDialect(
                    ProviderSettings.builder(
                            "ours", anybody, URI.create("https://api.mistral.ai/v1"))
                        .build())
                .complete(call("ours", "mistral-large", seeded)));
    assertThat(body.path("seed").asInt()).isEqualTo(7);
    assertThat(body.has("stream_options")).isTrue();
  }

  @Test
  void openAi_addressWithQuery_keepsIt() throws Exception {
    OpenAiDialect dialect =
        new OpenAiDialect(
            ProviderSettings.builder(
                    "ours",
                    Vendors.find("azure").orElseThrow(),
                    URI.create("https://a.example/openai/deployments/d/?api-version=2024-10-21"))
                .apiKey("k")
                .build());
    assertThat(dialect.complete(call("azure", "gpt-4o", Prompts.ask("x"))).path())
        .isEqualTo("/openai/deployments/d/chat/completions?api-version=2024-10-21");
    assertThat(dialect.headers()).contains(Map.entry("api-key", "k"));
  }

  // Anthropic.

  @Test
  void anthropic_everyKindOfContent_hasItsPlace() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(Role.ROLE_SYSTEM, Prompts.text("be brief")),
            Prompts.message(Role.ROLE_DEVELOPER, Prompts.cached(Prompts.text("no jokes"))),
            Prompts.message(
                Role.ROLE_USER,
                Prompts.text("see"),
                Prompts.image("image/png", "abc"),
                Prompts.remoteImage("https://x.example/a.png", ImageDetail.IMAGE_DETAIL_LOW),
                Prompts.file("a.pdf", "application/pdf", "pdf"),
                Prompts.file("", "text/markdown", "# hi"),
                Prompts.remoteFile("https://x.example/b.pdf"),
                Prompts.cached(Prompts.uploadedFile("file-1"))),
            Prompts.message(
                Role.ROLE_ASSISTANT,
                Prompts.reasoning("thought", "sig", ""),
                Prompts.reasoning("", "", "secret"),
                Prompts.reasoning("someone else's", "", ""),
                Prompts.text("one"),
                Prompts.toolCall("c1", "f", "{\"a\": 1}"),
                Prompts.toolCall("c2", "g", "")),
            Prompts.message(Role.ROLE_TOOL, Prompts.toolResult("c1", true, Prompts.text("bad"))),
            Prompts.message(
                Role.ROLE_TOOL,
                Prompts.cached(Prompts.toolResult("c2", false, Prompts.image("image/png", "abc")))),
            Prompts.message(Role.ROLE_SYSTEM, Prompts.text("later")),
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.refusal("no")));
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-4-5", prompt);
    assertJson(
        body.get("system"),
        """
        [{"type":"text","text":"be brief"},
         {"type":"text","text":"no jokes","cache_control":{"type":"ephemeral"}}]
        """);
    assertJson(
        body.get("messages"),
        """
        [{"role":"user","content":[
           {"type":"text","text":"see"},
           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"YWJj"}},
           {"type":"image","source":{"type":"url","url":"https://x.example/a.png"}},
           {"type":"document","title":"a.pdf",
            "source":{"type":"base64","media_type":"application/pdf","data":"cGRm"}},
           {"type":"document","source":{"type":"text","media_type":"text/plain","data":"# hi"}},
           {"type":"document","source":{"type":"url","url":"https://x.example/b.pdf"}},
           {"type":"document","source":{"type":"file","file_id":"file-1"},
            "cache_control":{"type":"ephemeral"}}]},
         {"role":"assistant","content":[
           {"type":"thinking","thinking":"thought","signature":"sig"},
           {"type":"redacted_thinking","data":"secret"},
           {"type":"text","text":"one"},
           {"type":"tool_use","id":"c1","name":"f","input":{"a":1}},
           {"type":"tool_use","id":"c2","name":"g","input":{}}]},
         {"role":"user","content":[
           {"type":"tool_result","tool_use_id":"c1","is_error":true,
            "content":[{"type":"text","text":"bad"}]},
           {"type":"tool_result","tool_use_id":"c2","cache_control":{"type":"ephemeral"},
            "content":[{"type":"image",
              "source":{"type":"base64","media_type":"image/png","data":"YWJj"}}]}]},
         {"role":"system","content":[{"type":"text","text":"later"}]},
         {"role":"assistant","content":[{"type":"text","text":"no"}]}]
        """);
  }

  @Test
  void anthropic_whatFollowsToolResults_standsByThem() throws Exception {
    Prompt prompt =
        Prompts.of(
            Prompts.message(Role.ROLE_ASSISTANT, Prompts.toolCall("c1", "f", "{}")),
            Prompts.message(Role.ROLE_TOOL, Prompts.toolResult("c1", false, Prompts.text("r"))),
            Prompts.message(Role.ROLE_USER, Prompts.text("go on")),
            Prompts.message(Role.ROLE_USER, Prompts.text("please")));
    assertJson(
        anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", prompt).get("messages"),
        """
        [{"role":"assistant","content":[
           {"type":"tool_use","id":"c1","name":"f","input":{}}]},
         {"role":"user","content":[
           {"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"r"}]},
           {"type":"text","text":"go on"}]},
         {"role":"user","content":[{"type":"text","text":"please"}]}]
        """);
  }

  @Test
  void anthropic_cachePoints_standWhereTheyWereSetAndLastAsLong() throws Exception {
    Prompt prompt =
        Prompts.of(
                Prompts.message(
                    Role.ROLE_USER,
                    Prompts.cached(Prompts.text("a")).toBuilder()
                        .setPromptCachePoint(PromptCachePoint.PROMPT_CACHE_POINT_1H)
                        .build()))
            .toBuilder()
            .addTools(
                Tool.newBuilder()
                    .setFunction(FunctionTool.newBuilder().setName("f"))
                    .setPromptCachePoint(PromptCachePoint.PROMPT_CACHE_POINT_DEFAULT))
            .addTools(
                Tool.newBuilder()
                    .setFunction(FunctionTool.newBuilder().setName("g"))
                    .setPromptCachePoint(PromptCachePoint.PROMPT_CACHE_POINT_1H))
            .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("h")))
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-5", prompt);

    assertThat(body.at("/messages/0/content/0/cache_control/ttl").asText()).isEqualTo("1h");
    assertJson(body.at("/tools/0/cache_control"), "{\"type\":\"ephemeral\"}");
    assertJson(body.at("/tools/1/cache_control"), "{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");
    assertThat(body.at("/tools/2").has("cache_control")).isFalse();
  }

  @Test
  void anthropic_optionsThatTellHowToThink_goBeforeTheEffort() throws Exception {
    Struct effort = Struct.newBuilder().putFields("effort", string("max")).build();
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_HIGH)
            .setProviderOptions(
                Struct.newBuilder()
                    .putFields("output_config", Value.newBuilder().setStructValue(effort).build()))
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-opus-4-6", prompt);

    assertJson(body.get("output_config"), "{\"effort\":\"max\"}");
    assertThat(body.has("thinking")).isFalse();
  }

  @Test
  void anthropic_settings_haveTheirFields() throws Exception {
    Prompt prompt =
        everySetting().toBuilder()
            .setSampling(
                Sampling.newBuilder()
                    .setTemperature(0.5)
                    .setTopP(0.9)
                    .setTopK(5)
                    .setFrequencyPenalty(0)
                    .setMaxOutputTokenCount(100)
                    .setCandidateCount(1)
                    .addStopSequences("END"))
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-4-5", prompt);
    ((com.fasterxml.jackson.databind.node.ObjectNode) body).remove("messages");
    assertJson(
        body,
        """
        {"model":"claude-sonnet-4-5","stream":true,"max_tokens":100,
         "tools":[{"name":"f","description":"does f","strict":true,
           "input_schema":{"type":"object","properties":{"a":{"type":"string"}}}}],
         "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
         "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
         "temperature":0.5,"top_p":0.9,"top_k":5,"stop_sequences":["END"]}
        """);
  }

  @Test
  void anthropic_withoutMaxOutput_isSentTheContractsDefault() throws Exception {
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2026, "claude-sonnet-5", Prompts.ask("x"));
    assertThat(body.path("max_tokens").asInt()).isEqualTo(4096);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "claude-sonnet-4-5 | REASONING_EFFORT_MEDIUM |"
            + " {\"type\":\"enabled\",\"budget_tokens\":8192} | ",
        "claude-opus-4-20250514 | REASONING_EFFORT_NONE | {\"type\":\"disabled\"} | ",
        "claude-sonnet-5 | REASONING_EFFORT_MINIMAL | {\"type\":\"adaptive\"} | low",
        "claude-opus-4-6 | REASONING_EFFORT_HIGH | {\"type\":\"adaptive\"} | high",
        "claude-3-5-haiku | REASONING_EFFORT_HIGH | null | "
      })
  void anthropic_effort_isToldAsTheModelKnows(
      String model, ReasoningEffort effort, String thinking, String word) throws Exception {
    Prompt prompt =
        sampling(s -> s.setMaxOutputTokenCount(20_000)).toBuilder()
            .setReasoningEffort(effort)
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, model, prompt);
    JsonNode expected = Recording.MAPPER.readTree(thinking);
    assertThat(body.has("thinking") ? body.get("thinking") : Recording.MAPPER.nullNode())
        .isEqualTo(expected);
    assertThat(body.at("/output_config/effort").asText()).isEqualTo(word == null ? "" : word);
  }

  @Test
  void anthropic_budget_leavesHalfOfTheTokensForTheAnswer() throws Exception {
    Prompt small =
        sampling(s -> s.setMaxOutputTokenCount(1_500)).toBuilder()
            .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_HIGH)
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-4-5", small);
    assertThat(body.has("thinking")).isFalse();
  }

  @Test
  void anthropic_whatHasNoPlace_isRefusedByName() {
    for (var setting :
        Map.<String, UnaryOperator<Sampling.Builder>>of(
                "prompt.sampling.frequency_penalty", s -> s.setFrequencyPenalty(1),
                "prompt.sampling.presence_penalty", s -> s.setPresencePenalty(1),
                "prompt.sampling.seed", s -> s.setSeed(1),
                "prompt.sampling.candidate_count", s -> s.setCandidateCount(2),
                "prompt.sampling.temperature", s -> s.setTemperature(1.5))
            .entrySet()) {
      assertAnthropicRefuses(
          ProviderSettings.ANTHROPIC_2023,
          "claude-sonnet-4-5",
          sampling(setting.getValue()),
          setting.getKey());
    }
    assertAnthropicRefuses(
        ProviderSettings.ANTHROPIC_2023,
        "claude-sonnet-4-5",
        Prompts.of(Prompts.message(Role.ROLE_USER, Prompts.file("a", "application/zip", "x"))),
        "prompt.messages[0].parts[0].file.inline.media_type");
  }

  @ParameterizedTest
  @CsvSource({"temperature", "top_p", "top_k"})
  void anthropic_settingThatTheModelOrTheVersionRefuses_isLeftOutAndTold(String setting)
      throws Exception {
    Prompt prompt = sampling(s -> set(s, setting));
    String older = ProviderSettings.ANTHROPIC_2023;

    for (String model : List.of("claude-opus-4-7", "claude-sonnet-5", "claude-fable-5-1")) {
      assertOmitted(older, model, prompt, "sampling." + setting);
    }
    assertOmitted(
        ProviderSettings.ANTHROPIC_2026, "claude-opus-4-6", prompt, "sampling." + setting);
    assertOmitted(older, "claude-opus-4-6", prompt);
  }

  /** The vendor refuses them together. */
  @Test
  void anthropic_besideThinking_onlyWhatGoesWithItIsTold() throws Exception {
    String version = ProviderSettings.ANTHROPIC_2023;
    for (String model : List.of("claude-sonnet-4-5", "claude-opus-4-6")) {
      Prompt thinking =
          sampling(s -> s.setMaxOutputTokenCount(20_000)).toBuilder()
              .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_HIGH)
              .build();
      for (String setting : List.of("temperature", "top_p", "top_k")) {
        assertOmitted(version, model, with(thinking, s -> set(s, setting)), "sampling." + setting);
      }
      assertOmitted(version, model, with(thinking, s -> s.setTemperature(1).setTopP(0.95)));
      Prompt forced =
          thinking.toBuilder()
              .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("f")))
              .setToolChoice(ToolChoice.newBuilder().setMode(ToolChoice.Mode.MODE_REQUIRED))
              .build();
      assertOmitted(version, model, forced, "reasoning_effort");
      assertThat(anthropic(version, model, forced).has("thinking")).isFalse();
    }
  }

  @Test
  void anthropic_jsonWithoutASchema_isAskedForInWords() throws Exception {
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setResponseFormat(
                ResponseFormat.newBuilder().setJsonObject(JsonObjectFormat.getDefaultInstance()))
            .build();
    assertThat(
            anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-4-5", prompt)
                .at("/system/0/text")
                .asText())
        .contains("JSON");
    assertThat(
            anthropic(ProviderSettings.ANTHROPIC_2023)
                .complete(call("anthropic", "claude-sonnet-4-5", prompt))
                .omitted())
        .containsExactly("response_format");
  }

  @Test
  void anthropic_argumentsThatAreNoObject_arePassedOnInOne() throws Exception {
    Prompt prompt =
        Prompts.of(Prompts.message(Role.ROLE_ASSISTANT, Prompts.toolCall("c", "f", "{\"a\":\"un")));
    assertThat(
            anthropic(ProviderSettings.ANTHROPIC_2023, "claude-sonnet-4-5", prompt)
                .at("/messages/0/content/0/input/INVALID_JSON")
                .asText())
        .isEqualTo("{\"a\":\"un");
  }

  private static Prompt with(Prompt prompt, UnaryOperator<Sampling.Builder> more) {
    return prompt.toBuilder().setSampling(more.apply(prompt.getSampling().toBuilder())).build();
  }

  private static void assertOmitted(String version, String model, Prompt prompt, String... fields)
      throws Exception {
    WireFormat.Request request = anthropic(version).complete(call("anthropic", model, prompt));
    assertThat(request.omitted()).containsExactly(fields);
    for (String field : fields) {
      assertThat(read(request).has(field.substring(field.indexOf('.') + 1))).isFalse();
    }
  }

  @Test
  void anthropic_modelThatAlwaysThinks_isToldTheLeastEffort() throws Exception {
    Prompt prompt =
        Prompts.ask("x").toBuilder()
            .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_NONE)
            .build();
    JsonNode body = anthropic(ProviderSettings.ANTHROPIC_2023, "claude-opus-5-5", prompt);
    assertJson(body.get("thinking"), "{\"type\":\"adaptive\"}");
    assertThat(body.at("/output_config/effort").asText()).isEqualTo("low");
  }

  @ParameterizedTest
  @CsvSource({"https://a.example, /v1/messages", "https://a.example/v1/, /v1/messages"})
  void anthropic_address_isTakenWithAndWithoutTheVersion(URI base, String path) throws Exception {
    AnthropicDialect dialect =
        new AnthropicDialect(ProviderSettings.builder("ours", Dialect.ANTHROPIC, base).build());
    assertThat(dialect.complete(call("ours", "claude-sonnet-5", Prompts.ask("x"))).path())
        .isEqualTo(path);
  }

  @Test
  void anthropic_versions_sendTheirKeyInTheirWay() {
    assertThat(anthropic(ProviderSettings.ANTHROPIC_2023).headers())
        .contains(Map.entry("anthropic-version", "2023-06-01"), Map.entry("x-api-key", "secret"));
    assertThat(anthropic(ProviderSettings.ANTHROPIC_2026).headers())
        .contains(
            Map.entry("anthropic-version", "2026-10-21"),
            Map.entry("Authorization", "Bearer secret"));
  }

  @Test
  void settings_neverShowTheKey() {
    ProviderSettings settings =
        settings(Vendors.of(OPENAI, Dialect.OPENAI))
            .apiKey("sk-very-secret")
            .headers(Map.of("x-org", "hidden-value"))
            .build();
    assertThat(settings.toString()).doesNotContain("secret").doesNotContain("hidden");
  }

  /**
   * Every field we write stands at the same place in a recorded request, or is on a list of those
   * that no recording happens to use.
   */
  @Test
  void fields_standWhereRecordedRequestsHaveThem() throws Exception {
    assumeTrue(Recording.folder() != null, "no recordings beside this checkout");
    Prompt prompt =
        everySetting().toBuilder()
            .setSampling(everySetting().getSampling().toBuilder().clearTopK())
            .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_LOW)
            .addMessages(
                Prompts.message(
                    Role.ROLE_USER,
                    Prompts.cached(Prompts.text("u")),
                    Prompts.remoteImage(
                        "https://x.example/a.png", ImageDetail.IMAGE_DETAIL_UNSPECIFIED)))
            .addMessages(Prompts.message(Role.ROLE_ASSISTANT, Prompts.toolCall("c", "f", "{}")))
            .addMessages(
                Prompts.message(Role.ROLE_TOOL, Prompts.toolResult("c", false, Prompts.text("r"))))
            .build();
    Set<String> known = recorded("openai", "-chat");
    known.addAll(
        Set.of(
            "parallel_tool_calls",
            "response_format.json_schema",
            "seed",
            "stream_options.include_obfuscation",
            "tool_choice.function",
            "tool_choice.type",
            "messages[].content[].image_url"));
    for (String vendor : List.of("groq", "openrouter", "mistral", "deepseek")) {
      known.addAll(recorded(vendor, "-chat"));
    }
    assertKnown(openAi(OPENAI, "gpt-5.6-sol", prompt), known);

    Set<String> anthropic = recorded("anthropic", "-messages");
    anthropic.addAll(
        Set.of(
            "messages[].content[].source",
            "output_config.effort",
            "output_config.format",
            "stop_sequences",
            "stop_sequences[]",
            "temperature",
            "tool_choice.disable_parallel_tool_use",
            "tool_choice.name",
            "top_p"));
    Prompt plain =
        prompt.toBuilder()
            .setSampling(
                Sampling.newBuilder().setTemperature(0.5).setTopP(0.9).addStopSequences("END"))
            .build();
    assertKnown(
        anthropic(
            ProviderSettings.ANTHROPIC_2023,
            "claude-sonnet-5",
            plain.toBuilder()
                .setSampling(plain.getSampling().toBuilder().clearTemperature().clearTopP())
                .build()),
        anthropic);
    assertKnown(
        anthropic(
            ProviderSettings.ANTHROPIC_2023,
            "claude-sonnet-4-5",
            plain.toBuilder().clearReasoningEffort().build()),
        anthropic);
  }

  private static void assertKnown(JsonNode body, Set<String> known) {
    Set<String> written = new TreeSet<>();
    paths(body, "", written);
    assertThat(written)
        .allSatisfy(path ->
            assertThat(known.stream().anyMatch(k -> path.equals(k) || path.startsWith(k + ".")))
                .as(path)
                .isTrue());
  }

  private static Set<String> recorded(String vendor, String infix) throws IOException {
    Set<String> paths = new TreeSet<>();
    for (Recording recording : Recording.of(vendor, "")) {
      if (recording.name().contains(infix)) {
        paths(recording.request().get("body"), "", paths);
      }
    }
    return paths;
  }

  private static void paths(JsonNode node, String path, Set<String> paths) {
    if (node.isArray()) {
      paths.add(path);
      node.forEach(element -> paths(element, path + "[]", paths));
    } else if (node.isObject()) {
      // Schemas and arguments are the callers' own.
      boolean own =
          path.endsWith("parameters") || path.endsWith("schema") || path.endsWith("input");
      if (own) {
        paths.add(path);
      } else {
        String prefix = path.isEmpty() ? "" : path + ".";
        node.properties().forEach(field -> paths(field.getValue(), prefix + field.getKey(), paths));
      }
    } else {
      paths.add(path);
    }
  }

  private static Prompt everySetting() {
    return Prompts.ask("x").toBuilder()
        .addTools(
            Tool.newBuilder()
                .setFunction(
                    FunctionTool.newBuilder()
                        .setName("f")
                        .setDescription("does f")
                        .setParametersSchemaJson(
                            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}")
                        .setStrict(true)))
        .setToolChoice(
            ToolChoice.newBuilder()
                .setMode(ToolChoice.Mode.MODE_TOOL)
                .setToolName("f")
                .setParallel(false))
        .setResponseFormat(
            ResponseFormat.newBuilder()
                .setJsonSchema(
                    JsonSchemaFormat.newBuilder()
                        .setSchemaJson("{\"type\":\"object\"}")
                        .setStrict(true)))
        .setSampling(
            Sampling.newBuilder()
                .setTemperature(0.5)
                .setTopP(0.9)
                .setTopK(5)
                .setFrequencyPenalty(0.1)
                .setPresencePenalty(-0.1)
                .setMaxOutputTokenCount(100)
                .addStopSequences("END")
                .setSeed(7)
                .setCandidateCount(2))
        .build();
  }

  private static Prompt sampling(UnaryOperator<Sampling.Builder> settings) {
    return Prompts.ask("x").toBuilder().setSampling(settings.apply(Sampling.newBuilder())).build();
  }

  /** The address is the same whoever the vendor is. */
  private static ProviderSettings.Builder settings(Vendor vendor) {
    return ProviderSettings.builder("vendor", vendor, URI.create("http://127.0.0.1:8000/v1"));
  }

  private static ProviderCall call(String vendor, String model, Prompt prompt) {
    ModelTraits traits =
        Catalogue.of(List.of(ConfiguredProvider.of(vendor)), List.of(), Map.of())
            .traits(vendor, model);
    return new ProviderCall("a-1", model, prompt, true, traits, ProviderCall.UNBOUNDED);
  }

  private static OpenAiDialect openAi(String vendor) {
    return new OpenAiDialect(settings(Vendors.of(vendor, Dialect.OPENAI)).build());
  }

  private static JsonNode openAi(String vendor, String model, Prompt prompt) throws Exception {
    return read(openAi(vendor).complete(call(vendor, model, prompt)));
  }

  private static AnthropicDialect anthropic(String version) {
    return new AnthropicDialect(
        settings(Vendors.of("anthropic", Dialect.ANTHROPIC))
            .apiVersion(version)
            .apiKey("secret")
            .build());
  }

  private static JsonNode anthropic(String version, String model, Prompt prompt) throws Exception {
    return read(anthropic(version).complete(call("anthropic", model, prompt)));
  }

  private static JsonNode read(WireFormat.Request request) throws IOException {
    return Recording.MAPPER.readTree(new String(request.body(), UTF_8));
  }

  private static void assertJson(JsonNode actual, String expected) throws IOException {
    assertThat(actual).isEqualTo(Recording.MAPPER.readTree(expected));
  }

  private static void assertRefused(String vendor, String model, Prompt prompt, String field) {
    assertNames(
        catchThrowableOfType(
            ProviderException.class, () -> openAi(vendor).complete(call(vendor, model, prompt))),
        field);
  }

  private static void assertAnthropicRefuses(
      String version, String model, Prompt prompt, String field) {
    assertNames(
        catchThrowableOfType(
            ProviderException.class,
            () -> anthropic(version).complete(call("anthropic", model, prompt))),
        field);
  }

  private static void assertNames(ProviderException refusal, String field) {
    assertThat(refusal.failure())
        .isInstanceOfSatisfying(
            Failure.Inexpressible.class, failure -> assertThat(failure.field()).isEqualTo(field));
    assertThat(refusal.failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID);
    assertThat(refusal.failure().failsOver()).as("another dialect may have a place").isTrue();
    assertThat(refusal.failure().retryable()).isFalse();
    assertThat(refusal.failure().deterministic()).isTrue();
    assertThat(refusal.failure().unhealthy()).isFalse();
    assertThat(refusal.failure().message()).contains(field + ":");
    assertThat(refusal.billable()).isEmpty();
  }

  private static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(double number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static Value bool(boolean flag) {
    return Value.newBuilder().setBoolValue(flag).build();
  }
}
