package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and checks a request for a chat completion, refusing in OpenAI's words. */
final class ChatReader {
  private static final Set<String> PARAMETERS =
      Set.of(
          "messages",
          "model",
          "audio",
          "frequency_penalty",
          "function_call",
          "functions",
          "logit_bias",
          "logprobs",
          "max_completion_tokens",
          "max_tokens",
          "metadata",
          "modalities",
          "n",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "reasoning_effort",
          "response_format",
          "safety_identifier",
          "seed",
          "service_tier",
          "stop",
          "store",
          "stream",
          "stream_options",
          "temperature",
          "tool_choice",
          "tools",
          "top_logprobs",
          "top_p",
          "user",
          "verbosity",
          "web_search_options");
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");
  private static final Map<String, Integer> EFFORTS =
      Map.of(
          "none", 0, "minimal", 16, "low", 64, "medium", 192, "high", 512, "xhigh", 1024, "max",
          2048);
  private static final int MOST_CHOICES = 128;
  private static final int MOST_STOPS = 4;

  /** A setting that changes the answer, its range, and the value that is the same as none. */
  private record Setting(String name, double least, double most, double same) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("temperature", 0, 2, 1),
          new Setting("top_p", 0, 1, 1),
          new Setting("presence_penalty", -2, 2, 0),
          new Setting("frequency_penalty", -2, 2, 0));

  /** What OpenAI's reasoning models do not take, besides any setting that is not as if absent. */
  private static final List<String> NOT_WITH_REASONING =
      List.of("logprobs", "top_logprobs", "logit_bias");

  private final JsonNode body;
  private final Dialect dialect;
  private final ModelProfile model;
  private final Prompt prompt;
  private Options options;

  private ChatReader(JsonNode body, Dialect dialect, ModelProfile model, Options options) {
    this.body = body;
    this.dialect = dialect;
    this.model = model;
    this.options = options;
    this.prompt = new Prompt(model.name());
  }

  static Ask read(JsonNode body, Catalog catalog, String provider, Dialect dialect, Options options)
      throws Rejected {
    ModelProfile model = model(body, catalog, provider);
    if (model.kind() == ModelProfile.Kind.EMBEDDING) {
      throw new Rejected(
          404,
          "invalid_request_error",
          null,
          "model",
          "This is not a chat model and thus not supported in the v1/chat/completions endpoint."
              + " Did you mean to use v1/embeddings?");
    }
    return new ChatReader(body, dialect, model, options).ask();
  }

  /** Finds the model that the body names. */
  static ModelProfile model(JsonNode body, Catalog catalog, String provider) throws Rejected {
    if (!body.isObject()) {
      throw Rejected.invalid(
          null,
          null,
          "We could not parse the JSON body of your request. The API expects a JSON object.");
    }
    JsonNode name = Json.get(body, "model");
    if (!name.isTextual() || name.asText().isEmpty()) {
      throw Rejected.invalid(null, null, "you must provide a model parameter");
    }
    return catalog
        .find(provider, name.asText())
        .orElseThrow(() ->
            new Rejected(
                404,
                "invalid_request_error",
                "model_not_found",
                null,
                "The model `"
                    + name.asText()
                    + "` does not exist or you do not have access to it."));
  }

  private Ask ask() throws Rejected {
    unknownParameters();
    boolean stream = flag("stream", false);
    JsonNode streamOptions = Json.get(body, "stream_options");
    if (!streamOptions.isMissingNode() && !stream) {
      throw Rejected.invalid(
          "stream_options",
          null,
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    messages();
    readOptions();
    List<Ask.Tool> tools = tools();
    settings();
    Optional<JsonNode> schema = responseSchema();
    int choices = (int) integer("n", 1, MOST_CHOICES, 1);
    long maxTokens = maxTokens();
    Tokens tokens = prompt.implicitCache(options);
    if (tokens.prompt() > model.contextWindow()) {
      throw Rejected.invalid(
          "messages",
          "context_length_exceeded",
          "This model's maximum context length is "
              + model.contextWindow()
              + " tokens. However, your messages resulted in "
              + tokens.prompt()
              + " tokens. Please reduce the length of the messages.");
    }
    return new Ask(
        dialect,
        model,
        stream,
        streamOptions.path("include_usage").asBoolean() || dialect.alwaysUsage,
        dialect.obfuscates && streamOptions.path("include_obfuscation").asBoolean(true),
        choices,
        maxTokens,
        stops(),
        allowed(tools),
        toolChoice(tools),
        flag("parallel_tool_calls", true),
        schema,
        body.path("response_format").path("type").asText().equals("json_object"),
        prompt.lastUserText(),
        prompt.userTurn(),
        tokens,
        reasoningBudget(),
        options,
        prompt.hash());
  }

  private void unknownParameters() throws Rejected {
    if (!dialect.strict) {
      return;
    }
    for (var property : body.properties()) {
      if (!PARAMETERS.contains(property.getKey())) {
        throw Rejected.invalid(
            property.getKey(),
            "unknown_parameter",
            "Unknown parameter: '" + property.getKey() + "'.");
      }
    }
  }

  private void readOptions() throws Rejected {
    try {
      options = Options.inText(prompt.lastUserText(), options);
    } catch (IllegalArgumentException e) {
      throw Rejected.invalid(
          "messages", "invalid_simulator_option", String.valueOf(e.getMessage()));
    }
  }

  private void messages() throws Rejected {
    JsonNode messages = Json.get(body, "messages");
    if (messages.isMissingNode()) {
      throw Rejected.invalid(
          "messages", "missing_required_parameter", "Missing required parameter: 'messages'.");
    }
    if (!messages.isArray()) {
      throw wrongType("messages", "an array of objects", messages);
    }
    if (messages.isEmpty()) {
      throw Rejected.invalid(
          "messages",
          "empty_array",
          "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an"
              + " empty array instead.");
    }
    Set<String> open = new LinkedHashSet<>();
    int lastUser = -1;
    for (int i = 0; i < messages.size(); i++) {
      message(messages.get(i), "messages[" + i + "]", open);
      lastUser = messages.get(i).path("role").asText().equals("user") ? i : lastUser;
    }
    unanswered(open);
    boolean reasons = reasoningBudget() > 0;
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).path("role").asText().equals("assistant")) {
        GivenBack.check(dialect, messages.get(i), i > lastUser, reasons);
      }
    }
  }

  private void message(JsonNode message, String path, Set<String> openCalls) throws Rejected {
    String role = message.path("role").asText();
    if (!ROLES.contains(role)) {
      throw Rejected.invalid(
          path + ".role",
          "invalid_value",
          "Invalid value: '"
              + role
              + "'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and"
              + " 'developer'.");
    }
    if (role.equals("tool")) {
      if (!openCalls.remove(message.path("tool_call_id").asText())) {
        throw Rejected.invalid(
            path + ".role",
            null,
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding"
                + " message with 'tool_calls'.");
      }
    } else {
      unanswered(openCalls);
    }
    prompt.message(role.equals("developer") ? "system" : role);
    if (role.equals("tool") || role.equals("function")) {
      prompt.toolResult();
    }
    JsonNode calls = Json.get(message, "tool_calls");
    content(Json.get(message, "content"), path + ".content", role, !calls.isEmpty());
    for (JsonNode call : calls) {
      JsonNode function = call.path("function");
      prompt.toolCall(
          function.path("name").asText(), arguments(function.path("arguments").asText()));
      openCalls.add(call.path("id").asText());
    }
  }

  private static void unanswered(Set<String> openCalls) throws Rejected {
    if (!openCalls.isEmpty()) {
      throw Rejected.invalid(
          "messages",
          null,
          "An assistant message with 'tool_calls' must be followed by tool messages responding to"
              + " each 'tool_call_id'. The following tool_call_ids did not have response messages: "
              + String.join(", ", openCalls));
    }
  }

  /** Arguments that mean the same hash the same, however they were spaced. */
  private static JsonNode arguments(String text) {
    try {
      return Json.read(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  private void content(JsonNode content, String path, String role, boolean hasCalls)
      throws Rejected {
    if (content.isTextual()) {
      prompt.text(content.asText());
    } else if (content.isArray()) {
      for (int i = 0; i < content.size(); i++) {
        part(content.get(i), path + "[" + i + "]");
      }
    } else if (content.isMissingNode()) {
      if (!role.equals("assistant") || !hasCalls) {
        throw Rejected.invalid(
            path, null, "Invalid value for 'content': expected a string, got null.");
      }
    } else {
      throw wrongType(path, "one of a string or array of objects", content);
    }
  }

  private void part(JsonNode part, String path) throws Rejected {
    switch (part.path("type").asText()) {
      case "text" -> prompt.text(part.path("text").asText());
      case "refusal" -> prompt.text(part.path("refusal").asText());
      case "thinking" -> {
        if (dialect != Dialect.MISTRAL) {
          throw unknownPart(part, path);
        }
      }
      case "image_url" -> prompt.image(part.path("image_url"));
      case "input_audio" -> prompt.file(part.path("input_audio"));
      case "file" -> prompt.file(part.path("file"));
      default -> throw unknownPart(part, path);
    }
    if (Json.has(part, "prompt_cache_breakpoint")) {
      prompt.breakpoint(false);
    }
  }

  private static Rejected unknownPart(JsonNode part, String path) {
    return Rejected.invalid(
        path + ".type",
        "invalid_value",
        "Invalid value: '"
            + part.path("type").asText()
            + "'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal',"
            + " 'audio', and 'file'.");
  }

  private List<Ask.Tool> tools() throws Rejected {
    JsonNode tools = Json.get(body, "tools");
    List<Ask.Tool> read = new ArrayList<>();
    for (int i = 0; i < tools.size(); i++) {
      JsonNode function = tools.get(i).path("function");
      String path = "tools[" + i + "].function";
      String name = function.path("name").asText();
      if (name.isEmpty()) {
        throw Rejected.invalid(
            path + ".name",
            "missing_required_parameter",
            "Missing required parameter: '" + path + ".name'.");
      }
      if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
        throw Rejected.invalid(
            path + ".name",
            "invalid_value",
            "Invalid '"
                + path
                + ".name': string does not match pattern. Expected a string that matches the"
                + " pattern '^[a-zA-Z0-9_-]+$'.");
      }
      JsonNode schema = Json.get(function, "parameters");
      objectSchema(schema, path + ".parameters", "function '" + name + "'");
      prompt.extra("tool", tools.get(i));
      read.add(new Ask.Tool(name, schema));
    }
    return read;
  }

  private static void objectSchema(JsonNode schema, String path, String where) throws Rejected {
    if (schema.isMissingNode() || (schema.isObject() && schema.isEmpty())) {
      return;
    }
    if (!schema.isObject() || !schema.path("type").asText("object").equals("object")) {
      throw Rejected.invalid(
          path,
          "invalid_function_parameters",
          "Invalid schema for "
              + where
              + ": schema must be a JSON Schema of 'type: \"object\"', got 'type: \""
              + schema.path("type").asText("None")
              + "\"'.");
    }
  }

  private Ask.ToolChoice toolChoice(List<Ask.Tool> tools) throws Rejected {
    JsonNode choice = Json.get(body, "tool_choice");
    if (choice.isMissingNode()) {
      return new Ask.ToolChoice.Auto();
    }
    if (tools.isEmpty()) {
      throw Rejected.invalid(
          "tool_choice", null, "'tool_choice' is only allowed when 'tools' are specified.");
    }
    if (choice.path("type").asText().equals("allowed_tools")) {
      prompt.setting("tool_choice", choice);
      return choice.at("/allowed_tools/mode").asText().equals("required")
          ? new Ask.ToolChoice.Required()
          : new Ask.ToolChoice.Auto();
    }
    if (choice.isObject()) {
      String name = choice.path("function").path("name").asText();
      if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
        throw Rejected.invalid(
            "tool_choice", null, "Tool choice '" + name + "' not found in 'tools' parameter.");
      }
      prompt.setting("tool_choice", choice);
      return new Ask.ToolChoice.Named(name);
    }
    return switch (choice.asText()) {
      case "auto" -> new Ask.ToolChoice.Auto();
      case "none" -> {
        prompt.setting("tool_choice", choice);
        yield new Ask.ToolChoice.None();
      }
      case "required", "any" -> {
        prompt.setting("tool_choice", JsonNodeFactory.instance.textNode("required"));
        yield new Ask.ToolChoice.Required();
      }
      default ->
          throw Rejected.invalid(
              "tool_choice",
              "invalid_value",
              "Invalid value: '"
                  + choice.asText()
                  + "'. Supported values are: 'none', 'auto', and 'required'.");
    };
  }

  /** Returns the tools that may be called: all, unless the choice allows some of them. */
  private List<Ask.Tool> allowed(List<Ask.Tool> tools) throws Rejected {
    JsonNode names = Json.get(body, "tool_choice").at("/allowed_tools/tools");
    if (names.isMissingNode()) {
      return tools;
    }
    List<Ask.Tool> allowed = new ArrayList<>();
    for (JsonNode entry : names) {
      String name = entry.at("/function/name").asText();
      allowed.add(
          tools.stream()
              .filter(tool -> tool.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  Rejected.invalid(
                      "tool_choice",
                      null,
                      "Tool choice '" + name + "' not found in 'tools' parameter.")));
    }
    return allowed;
  }

  private Optional<JsonNode> responseSchema() throws Rejected {
    JsonNode format = Json.get(body, "response_format");
    if (format.isMissingNode()) {
      return Optional.empty();
    }
    return switch (format.path("type").asText()) {
      case "text" -> Optional.empty();
      case "json_object" -> {
        prompt.setting("response_format", format);
        yield Optional.empty();
      }
      case "json_schema" -> {
        JsonNode schema = Json.get(format.path("json_schema"), "schema");
        String name = format.path("json_schema").path("name").asText();
        if (name.isEmpty()) {
          throw Rejected.invalid(
              "response_format.json_schema.name",
              "missing_required_parameter",
              "Missing required parameter: 'response_format.json_schema.name'.");
        }
        if (!schema.isObject() || !schema.path("type").asText("object").equals("object")) {
          throw Rejected.invalid(
              "response_format",
              null,
              "Invalid schema for response_format '"
                  + name
                  + "': schema must be a JSON Schema of 'type: \"object\"', got 'type: \""
                  + schema.path("type").asText("None")
                  + "\"'.");
        }
        prompt.extra("response_format", schema);
        yield Optional.of(schema);
      }
      default ->
          throw Rejected.invalid(
              "response_format.type",
              "invalid_value",
              "Invalid value: '"
                  + format.path("type").asText()
                  + "'. Supported values are: 'json_object', 'json_schema', and 'text'.");
    };
  }

  private void settings() throws Rejected {
    if (dialect == Dialect.OPENAI && model.kind() == ModelProfile.Kind.REASONING) {
      notWithReasoning();
    }
    for (Setting setting : SETTINGS) {
      JsonNode value = Json.get(body, setting.name());
      if (!value.isMissingNode()) {
        decimal(setting, value);
        if (value.asDouble() != setting.same()) {
          prompt.setting(setting.name(), value);
        }
      }
    }
    for (String name : new String[] {"seed", "logit_bias", "reasoning_effort", "verbosity"}) {
      JsonNode value = Json.get(body, name);
      if (!value.isMissingNode()) {
        prompt.setting(name, value);
      }
    }
  }

  private void notWithReasoning() throws Rejected {
    if (Json.has(body, "max_tokens")) {
      throw Rejected.invalid(
          "max_tokens",
          "unsupported_parameter",
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
              + " 'max_completion_tokens' instead.");
    }
    for (String name : NOT_WITH_REASONING) {
      if (Json.has(body, name)) {
        throw notWithReasoning(name);
      }
    }
    for (Setting setting : SETTINGS) {
      JsonNode value = Json.get(body, setting.name());
      if (!value.isMissingNode() && value.asDouble() != setting.same()) {
        throw notWithReasoning(setting.name());
      }
    }
  }

  private static Rejected notWithReasoning(String name) {
    return Rejected.invalid(
        name, null, "Unsupported parameter: '" + name + "' is not supported with this model.");
  }

  private int reasoningBudget() throws Rejected {
    JsonNode effort = Json.get(body, "reasoning_effort");
    if (!effort.isMissingNode() && !EFFORTS.containsKey(effort.asText())) {
      throw Rejected.invalid(
          "reasoning_effort",
          "invalid_value",
          "Invalid value: '"
              + effort.asText()
              + "'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', and"
              + " 'xhigh'.");
    }
    return model.kind() == ModelProfile.Kind.REASONING
        ? EFFORTS.getOrDefault(effort.asText("medium"), 192)
        : 0;
  }

  private long maxTokens() throws Rejected {
    String name = Json.has(body, "max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    long value = integer(name, 1, Integer.MAX_VALUE, model.maxOutput());
    if (value > model.maxOutput()) {
      throw Rejected.invalid(
          name,
          "invalid_value",
          name
              + " is too large: "
              + value
              + ". This model supports at most "
              + model.maxOutput()
              + " completion tokens, whereas you provided "
              + value
              + ".");
    }
    return value;
  }

  private List<String> stops() throws Rejected {
    JsonNode stop = Json.get(body, "stop");
    if (stop.isTextual()) {
      return List.of(stop.asText());
    }
    if (stop.size() > MOST_STOPS) {
      throw Rejected.invalid(
          "stop",
          "array_above_max_length",
          "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an"
              + " array with length "
              + stop.size()
              + " instead.");
    }
    List<String> stops = new ArrayList<>();
    for (JsonNode text : stop) {
      if (!text.asText().isEmpty()) {
        stops.add(text.asText());
      }
    }
    return stops;
  }

  private boolean flag(String name, boolean absent) throws Rejected {
    JsonNode value = Json.get(body, name);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrongType(name, "a boolean", value);
    }
    return value.asBoolean(absent);
  }

  private long integer(String name, long least, long most, long absent) throws Rejected {
    JsonNode value = Json.get(body, name);
    if (value.isMissingNode()) {
      return absent;
    }
    if (!value.isIntegralNumber()) {
      throw wrongType(name, "an integer", value);
    }
    if (value.asLong() < least || !value.canConvertToLong()) {
      throw Rejected.invalid(
          name,
          "integer_below_min_value",
          "Invalid '"
              + name
              + "': integer below minimum value. Expected a value >= "
              + least
              + ", but got "
              + value.asText()
              + " instead.");
    }
    if (value.asLong() > most) {
      throw Rejected.invalid(
          name,
          "integer_above_max_value",
          "Invalid '"
              + name
              + "': integer above maximum value. Expected a value <= "
              + most
              + ", but got "
              + value.asText()
              + " instead.");
    }
    return value.asLong();
  }

  private static void decimal(Setting setting, JsonNode value) throws Rejected {
    if (!value.isNumber()) {
      throw wrongType(setting.name(), "a decimal", value);
    }
    boolean below = value.asDouble() < setting.least();
    if (below || value.asDouble() > setting.most()) {
      throw Rejected.invalid(
          setting.name(),
          below ? "decimal_below_min_value" : "decimal_above_max_value",
          "Invalid '"
              + setting.name()
              + "': decimal "
              + (below ? "below minimum" : "above maximum")
              + " value. Expected a value "
              + (below ? ">= " : "<= ")
              + (long) (below ? setting.least() : setting.most())
              + ", but got "
              + value.asText()
              + " instead.");
    }
  }

  private static Rejected wrongType(String param, String expected, JsonNode got) {
    String kind =
        switch (got.getNodeType()) {
          case STRING -> "a string";
          case NUMBER -> got.isIntegralNumber() ? "an integer" : "a decimal";
          case BOOLEAN -> "a boolean";
          case ARRAY -> "an array";
          case OBJECT -> "an object";
          default -> "null";
        };
    return Rejected.invalid(
        param,
        "invalid_type",
        "Invalid type for '"
            + param
            + "': expected "
            + expected
            + ", but got "
            + kind
            + " instead.");
  }
}
