package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads and checks a request for a message, refusing in Anthropic's words. */
final class MessagesReader {
  static final String FIRST_VERSION = "2023-06-01";
  static final String SECOND_VERSION = "2026-10-21";

  private static final Set<String> PARAMETERS =
      Set.of(
          "model",
          "messages",
          "max_tokens",
          "cache_control",
          "container",
          "context_management",
          "inference_geo",
          "mcp_servers",
          "metadata",
          "output_config",
          "output_format",
          "service_tier",
          "speed",
          "stop_sequences",
          "stream",
          "system",
          "temperature",
          "thinking",
          "tool_choice",
          "tools",
          "top_k",
          "top_p");
  private static final List<String> SAMPLING = List.of("temperature", "top_p", "top_k");
  private static final int LEAST_THINKING = 1024;
  private static final int ADAPTIVE_THINKING = 256;

  private final JsonNode body;
  private final ModelProfile model;
  private final boolean second;
  private final Prompt prompt;
  private Options options;

  private MessagesReader(JsonNode body, ModelProfile model, String version, Options options) {
    this.body = body;
    this.model = model;
    this.second = version.equals(SECOND_VERSION);
    this.options = options;
    this.prompt = new Prompt(model.name());
  }

  static Ask read(JsonNode body, Catalog catalog, String provider, String version, Options options)
      throws Rejected {
    return new MessagesReader(body, model(body, catalog, provider), version, options).ask();
  }

  /** Counts the tokens of a prompt, checked like a request for a message. */
  static long count(
      JsonNode body, Catalog catalog, String provider, String version, Options options)
      throws Rejected {
    MessagesReader reader =
        new MessagesReader(body, model(body, catalog, provider), version, options);
    reader.unknownParameters();
    reader.tools();
    reader.content();
    return reader.prompt.tokens();
  }

  private static ModelProfile model(JsonNode body, Catalog catalog, String provider)
      throws Rejected {
    if (!body.isObject()) {
      throw invalid("The request body is not valid JSON: expected an object.");
    }
    String name = body.path("model").asText();
    if (name.isEmpty()) {
      throw invalid("model: Field required");
    }
    return catalog
        .find(provider, name)
        .orElseThrow(() -> new Rejected(404, "not_found_error", null, null, "model: " + name));
  }

  private Ask ask() throws Rejected {
    unknownParameters();
    long maxTokens = maxTokens();
    int thinking = thinking(maxTokens);
    sampling(thinking > 0);
    List<Ask.Tool> tools = tools();
    content();
    if (Json.has(body, "cache_control")) {
      prompt.breakpoint(hourly(body.get("cache_control")));
    }
    try {
      options = Options.inText(prompt.lastUserText(), options);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    Optional<JsonNode> schema = schema();
    Ask.ToolChoice choice = toolChoice(tools);
    Tokens tokens = prompt.explicitCache(options);
    if (tokens.prompt() > model.contextWindow()) {
      throw invalid(
          "prompt is too long: "
              + tokens.prompt()
              + " tokens > "
              + model.contextWindow()
              + " maximum");
    }
    return new Ask(
        Dialect.ANTHROPIC,
        model,
        body.path("stream").asBoolean(),
        true,
        false,
        1,
        maxTokens,
        stops(),
        tools,
        choice,
        !body.path("tool_choice").path("disable_parallel_tool_use").asBoolean(),
        schema,
        false,
        prompt.lastUserText(),
        prompt.userTurn(),
        tokens,
        thinking,
        options,
        prompt.hash());
  }

  private void unknownParameters() throws Rejected {
    for (var property : body.properties()) {
      String name = property.getKey();
      if (!PARAMETERS.contains(name) || (second && SAMPLING.contains(name))) {
        throw invalid(name + ": Extra inputs are not permitted");
      }
    }
  }

  private long maxTokens() throws Rejected {
    JsonNode value = Json.get(body, "max_tokens");
    if (value.isMissingNode()) {
      throw invalid("max_tokens: Field required");
    }
    if (!value.isIntegralNumber()) {
      throw invalid("max_tokens: Input should be a valid integer");
    }
    if (value.asLong() < 1) {
      throw invalid("max_tokens: Input should be greater than or equal to 1");
    }
    if (value.asLong() > model.maxOutput()) {
      throw invalid(
          "max_tokens: "
              + value.asLong()
              + " > "
              + model.maxOutput()
              + ", which is the maximum allowed number of output tokens for "
              + model.name());
    }
    return value.asLong();
  }

  private int thinking(long maxTokens) throws Rejected {
    JsonNode thinking = Json.get(body, "thinking");
    if (thinking.isMissingNode()) {
      return 0;
    }
    prompt.setting("thinking", thinking.path("type"));
    return switch (thinking.path("type").asText()) {
      case "disabled" -> 0;
      case "adaptive" -> ADAPTIVE_THINKING;
      case "enabled" -> {
        long budget = thinking.path("budget_tokens").asLong();
        if (budget < LEAST_THINKING) {
          throw invalid(
              "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
        }
        if (budget >= maxTokens) {
          throw invalid(
              "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our"
                  + " documentation at"
                  + " https://docs.claude.com/en/docs/build-with-claude/extended-thinking");
        }
        yield (int) Math.min(budget, ADAPTIVE_THINKING);
      }
      default ->
          throw invalid(
              "thinking: Input tag '"
                  + thinking.path("type").asText()
                  + "' found using 'type' does not match any of the expected tags: 'adaptive',"
                  + " 'disabled', 'enabled'");
    };
  }

  private void sampling(boolean thinking) throws Rejected {
    JsonNode temperature = Json.get(body, "temperature");
    if (!temperature.isMissingNode()) {
      if (!temperature.isNumber()) {
        throw invalid("temperature: Input should be a valid number");
      }
      if (temperature.asDouble() < 0) {
        throw invalid("temperature: Input should be greater than or equal to 0");
      }
      if (temperature.asDouble() > 1) {
        throw invalid("temperature: Input should be less than or equal to 1");
      }
      if (thinking && temperature.asDouble() != 1) {
        throw invalid("`temperature` may only be set to 1 when thinking is enabled.");
      }
      if (temperature.asDouble() != 1) {
        prompt.setting("temperature", temperature);
      }
    }
    for (String name : new String[] {"top_p", "top_k"}) {
      if (Json.has(body, name)) {
        prompt.setting(name, body.get(name));
      }
    }
  }

  private List<Ask.Tool> tools() throws Rejected {
    JsonNode tools = Json.get(body, "tools");
    List<Ask.Tool> read = new ArrayList<>();
    for (int i = 0; i < tools.size(); i++) {
      JsonNode tool = tools.get(i);
      String path = "tools." + i + ".custom.";
      if (tool.path("name").asText().isEmpty()) {
        throw invalid(path + "name: Field required");
      }
      boolean custom = tool.path("type").asText("custom").equals("custom");
      JsonNode schema = Json.get(tool, "input_schema");
      if (custom && schema.isMissingNode()) {
        throw invalid(path + "input_schema: Field required");
      }
      if (custom && !schema.path("type").asText().equals("object")) {
        throw invalid(path + "input_schema.type: Input should be 'object'");
      }
      prompt.extra("tool", uncached(tool));
      if (Json.has(tool, "cache_control")) {
        prompt.breakpoint(hourly(tool.get("cache_control")));
      }
      if (custom) {
        read.add(new Ask.Tool(tool.path("name").asText(), schema));
      }
    }
    return read;
  }

  /** Where a cache breakpoint stands does not change the answer. */
  private static JsonNode uncached(JsonNode node) {
    if (!node.has("cache_control")) {
      return node;
    }
    var copy = JsonNodeFactory.instance.objectNode();
    for (var property : node.properties()) {
      if (!property.getKey().equals("cache_control")) {
        copy.set(property.getKey(), property.getValue());
      }
    }
    return copy;
  }

  private void content() throws Rejected {
    JsonNode system = Json.get(body, "system");
    if (!system.isMissingNode()) {
      prompt.message("system");
      blocks(system, "system", "system", new LinkedHashSet<>());
    }
    JsonNode messages = Json.get(body, "messages");
    if (messages.isMissingNode()) {
      throw invalid("messages: Field required");
    }
    if (!messages.isArray()) {
      throw invalid("messages: Input should be a valid list");
    }
    if (messages.isEmpty()) {
      throw invalid("messages: at least one message is required");
    }
    Set<String> open = new LinkedHashSet<>();
    for (int i = 0; i < messages.size(); i++) {
      open = message(messages.get(i), "messages." + i, open);
    }
    if (!open.isEmpty()) {
      throw unanswered("messages." + (messages.size() - 1), open);
    }
    thoughtBefore(messages);
  }

  /** In the middle of a turn a model that is to think must have begun it so. */
  private void thoughtBefore(JsonNode messages) throws Rejected {
    JsonNode last = messages.get(messages.size() - 1).path("content");
    int before = messages.size() - 2;
    if (!body.path("thinking").path("type").asText().equals("enabled")
        || before < 0
        || !last.path(0).path("type").asText().equals("tool_result")) {
      return;
    }
    String first = messages.get(before).path("content").path(0).path("type").asText();
    if (!first.endsWith("thinking")) {
      throw invalid(
          "messages."
              + before
              + ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `"
              + first
              + "`. When `thinking` is enabled, a final `assistant` message must start with a"
              + " thinking block (preceeding the lastmost set of `tool_use` and `tool_result`"
              + " blocks).");
    }
  }

  /** Returns the tool calls that the next message must answer. */
  private Set<String> message(JsonNode message, String path, Set<String> open) throws Rejected {
    String role = message.path("role").asText();
    if (!role.equals("user") && !role.equals("assistant") && !role.equals("system")) {
      throw invalid(path + ".role: Input should be 'user' or 'assistant'");
    }
    prompt.message(role);
    JsonNode content = Json.get(message, "content");
    if (content.isMissingNode()) {
      throw invalid(path + ".content: Field required");
    }
    Set<String> unanswered = new LinkedHashSet<>(open);
    Set<String> calls = blocks(content, path + ".content", role, unanswered);
    if (!unanswered.isEmpty()) {
      throw unanswered(path, unanswered);
    }
    return calls;
  }

  private static Rejected unanswered(String path, Set<String> ids) {
    return invalid(
        path
            + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
            + String.join(", ", ids)
            + ". Each `tool_use` block must have a corresponding `tool_result` block in the next"
            + " message.");
  }

  private Set<String> blocks(JsonNode content, String path, String role, Set<String> unanswered)
      throws Rejected {
    Set<String> calls = new LinkedHashSet<>();
    if (content.isTextual()) {
      text(content.asText(), path);
      return calls;
    }
    if (!content.isArray()) {
      throw invalid(path + ": Input should be a valid list");
    }
    for (int i = 0; i < content.size(); i++) {
      block(content.get(i), path + "." + i, role, unanswered, calls);
    }
    return calls;
  }

  private void block(
      JsonNode block, String path, String role, Set<String> unanswered, Set<String> calls)
      throws Rejected {
    String type = block.path("type").asText();
    if (second && role.equals("system") && !type.equals("text")) {
      throw invalid(path + ".type: Input should be 'text'");
    }
    switch (type) {
      case "text" -> {
        if (second && role.equals("user") && block.path("citations").size() > 0) {
          throw invalid(path + ".text.citations: Extra inputs are not permitted");
        }
        text(block.path("text").asText(), path + ".text");
      }
      case "image" -> prompt.image(block.path("source"));
      case "document" -> {
        if (second && role.equals("assistant")) {
          throw invalid(path + ": `document` blocks are not permitted in assistant messages");
        }
        prompt.file(block.path("source"));
      }
      case "thinking" -> {
        if (block.path("signature").asText().isEmpty()) {
          throw invalid(path + ".thinking.signature: Field required");
        }
        prompt.text(block.path("thinking").asText());
      }
      case "redacted_thinking" -> prompt.text(block.path("data").asText());
      case "tool_use" -> {
        prompt.toolCall(block.path("name").asText(), block.path("input"));
        calls.add(block.path("id").asText());
      }
      case "tool_result" -> toolResult(block, path, unanswered);
      case "" -> throw invalid(path + ".type: Field required");
      default -> prompt.extra(type, uncached(block));
    }
    if (Json.has(block, "cache_control")) {
      prompt.breakpoint(hourly(block.get("cache_control")));
    }
  }

  private void toolResult(JsonNode block, String path, Set<String> unanswered) throws Rejected {
    String id = block.path("tool_use_id").asText();
    if (!unanswered.remove(id)) {
      throw invalid(
          path
              + ": unexpected `tool_use_id` found in `tool_result` blocks: "
              + id
              + ". Each `tool_result` block must have a corresponding `tool_use` block in the"
              + " previous message.");
    }
    prompt.toolResult();
    JsonNode content = Json.get(block, "content");
    if (content.isTextual()) {
      prompt.text(content.asText());
    } else {
      for (JsonNode part : content) {
        switch (part.path("type").asText()) {
          case "text" -> prompt.text(part.path("text").asText());
          case "image" -> prompt.image(part.path("source"));
          default -> prompt.file(part);
        }
      }
    }
  }

  private void text(String text, String path) throws Rejected {
    if (text.isEmpty()) {
      throw invalid(
          path.startsWith("system")
              ? "system: text content blocks must be non-empty"
              : "messages: text content blocks must be non-empty");
    }
    prompt.text(text);
  }

  private static boolean hourly(JsonNode cacheControl) {
    return cacheControl.path("ttl").asText().equals("1h");
  }

  private Optional<JsonNode> schema() throws Rejected {
    JsonNode format = Json.get(body.path("output_config"), "format");
    if (format.isMissingNode()) {
      format = Json.get(body, "output_format");
    }
    if (format.isMissingNode()) {
      return Optional.empty();
    }
    JsonNode schema = Json.get(format, "schema");
    if (!format.path("type").asText().equals("json_schema") || !schema.isObject()) {
      throw invalid("output_config.format: Input should be a JSON schema format");
    }
    prompt.extra("output_format", schema);
    return Optional.of(schema);
  }

  private Ask.ToolChoice toolChoice(List<Ask.Tool> tools) throws Rejected {
    JsonNode choice = Json.get(body, "tool_choice");
    String type = choice.path("type").asText("auto");
    if (!type.equals("auto")) {
      prompt.setting("tool_choice", choice.path("type"));
      prompt.setting("tool_name", choice.path("name"));
    }
    return switch (type) {
      case "auto" -> new Ask.ToolChoice.Auto();
      case "none" -> new Ask.ToolChoice.None();
      case "any" -> new Ask.ToolChoice.Required();
      case "tool" -> {
        String name = choice.path("name").asText();
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
          throw invalid("Tool '" + name + "' not found in provided tools");
        }
        yield new Ask.ToolChoice.Named(name);
      }
      default ->
          throw invalid(
              "tool_choice: Input tag '"
                  + type
                  + "' found using 'type' does not match any of the expected tags: 'auto', 'any',"
                  + " 'tool', 'none'");
    };
  }

  private List<String> stops() throws Rejected {
    List<String> stops = new ArrayList<>();
    for (JsonNode text : Json.get(body, "stop_sequences")) {
      if (text.asText().isBlank()) {
        throw invalid("stop_sequences: each stop sequence must contain non-whitespace");
      }
      stops.add(text.asText());
    }
    return stops;
  }

  private static Rejected invalid(String message) {
    return new Rejected(400, "invalid_request_error", null, null, message);
  }
}
