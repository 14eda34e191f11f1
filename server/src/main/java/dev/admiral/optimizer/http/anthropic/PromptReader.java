package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request into a prompt.
 *
 * <p>What the contract has a field for goes there. Other fields of the request itself are options
 * for vendors of this dialect; the rest, inside blocks and tools, has no place to go to and is
 * refused: a prompt that lost something would be answered differently.
 *
 * <p>How the model is to think is told twice. Vendors of this dialect get the client's own words,
 * as options; for the others they are put into the contract's words.
 */
final class PromptReader {
  private static final long MOST_OUTPUT_TOKENS = 10_000_000;

  /** Budgets of thinking up to these are little and some; those above are much. */
  private static final long LITTLE_THINKING = 2_048;

  private static final long SOME_THINKING = 8_192;

  private static final Set<String> READ =
      Set.of(
          "model",
          "messages",
          "system",
          "max_tokens",
          "temperature",
          "top_p",
          "top_k",
          "stop_sequences",
          "stream",
          "tools",
          "tool_choice",
          "output_config",
          "output_format");

  /** What vendors run themselves comes back in blocks that the contract has no place for. */
  private static final List<String> REFUSED = List.of("mcp_servers", "container");

  private static final Set<String> TOOL =
      Set.of(
          "type",
          "name",
          "description",
          "input_schema",
          "strict",
          "cache_control",
          // How the arguments are streamed, which this server decides.
          "eager_input_streaming");
  private static final Set<String> CHOICE = Set.of("type", "name", "disable_parallel_tool_use");

  private final Version version;
  private final Place body;
  private final MessageWords words;
  private final String betas;
  private final Prompt.Builder prompt = Prompt.newBuilder();
  private final Struct.Builder options = Struct.newBuilder();

  /**
   * @param words is told where the messages of the prompt come from
   * @param betas the header with what the client wants to try out; null if there is none
   */
  PromptReader(Version version, Place body, MessageWords words, @Nullable String betas) {
    this.betas = betas == null ? "" : betas;
    this.version = version;
    this.body = body;
    this.words = words;
  }

  /** Reads a request for a message. */
  Prompt message() throws CallException {
    prompt
        .getSamplingBuilder()
        .setMaxOutputTokenCount(body.field("max_tokens").whole(1, MOST_OUTPUT_TOKENS));
    return read();
  }

  /** Reads a request for the count of a prompt's tokens, which needs no bound on the answer. */
  Prompt count() throws CallException {
    return read();
  }

  private Prompt read() throws CallException {
    prompt.setModel(body.field("model").text());
    system(body.field("system"));
    new ContentReader(prompt, words).messages(body.field("messages"));
    sampling();
    tools(body.field("tools"));
    toolChoice(body.field("tool_choice"));
    outputConfig(body.field("output_config"));
    format(body.field("output_format"));
    thinking(body.field("thinking"));
    otherFields();
    return prompt.build();
  }

  private void system(Place system) throws CallException {
    ChatMessage.Builder message = ChatMessage.newBuilder().setRole(Role.ROLE_SYSTEM);
    if (system.value().isTextual()) {
      if (!system.text().isEmpty()) {
        words.add(MessageWords.SYSTEM, MessageWords.PLAIN);
        message.addParts(ContentReader.text(system.text()));
      }
    } else {
      int count = system.items();
      if (count > 0) {
        words.add(MessageWords.SYSTEM, 0);
      }
      for (int i = 0; i < count; i++) {
        message.addParts(ContentReader.textBlock(system.item(i)));
      }
    }
    if (message.getPartsCount() > 0) {
      prompt.addMessages(message);
    }
  }

  private void sampling() throws CallException {
    Sampling.Builder sampling = prompt.getSamplingBuilder();
    Place temperature = sampled("temperature");
    if (!temperature.isAbsent()) {
      sampling.setTemperature(temperature.number(0, 1));
    }
    Place topP = sampled("top_p");
    if (!topP.isAbsent()) {
      sampling.setTopP(topP.number(0, 1));
    }
    Place topK = sampled("top_k");
    if (!topK.isAbsent()) {
      sampling.setTopK((int) topK.whole(1, Integer.MAX_VALUE));
    }
    Place stops = body.field("stop_sequences");
    int count = stops.items();
    for (int i = 0; i < count; i++) {
      sampling.addStopSequences(stops.item(i).text());
    }
  }

  private Place sampled(String field) throws CallException {
    Place place = body.field(field);
    if (version == Version.V2026 && !place.isAbsent()) {
      throw place.wrong(
          "is not part of version 2026-10-21; leave it out, or send anthropic-version 2023-06-01");
    }
    return place;
  }

  private void tools(Place tools) throws CallException {
    int count = tools.items();
    for (int i = 0; i < count; i++) {
      prompt.addTools(tool(tools.item(i).object()));
    }
  }

  private static Tool tool(Place place) throws CallException {
    String type = place.field("type").textOrNone();
    if (!type.isEmpty() && !type.equals("custom")) {
      throw place
          .field("type")
          .wrong(
              "must be custom: this server does not carry tools that the vendor defines or runs;"
                  + " declare a tool of your own, or ask the vendor directly");
    }
    FunctionTool.Builder function =
        FunctionTool.newBuilder()
            .setName(place.field("name").text())
            .setDescription(place.field("description").textOrNone())
            // In the client's order, which changes answers.
            .setParametersSchemaJson(place.field("input_schema").object().value().toString());
    if (!place.field("strict").isAbsent()) {
      function.setStrict(place.field("strict").flag());
    }
    Tool.Builder tool =
        Tool.newBuilder().setFunction(function).setPromptCachePoint(CachePoint.of(place));
    for (Map.Entry<String, JsonNode> field : place.value().properties()) {
      if (!TOOL.contains(field.getKey()) && !field.getValue().isNull()) {
        tool.getProviderOptionsBuilder()
            .putFields(field.getKey(), place.field(field.getKey()).open());
      }
    }
    return tool.build();
  }

  private void toolChoice(Place choice) throws CallException {
    if (choice.isAbsent()) {
      return;
    }
    choice.object().only(CHOICE);
    ToolChoice.Builder read = prompt.getToolChoiceBuilder();
    String type = choice.field("type").text();
    switch (type) {
      case "auto" -> read.setMode(ToolChoice.Mode.MODE_AUTO);
      case "none" -> read.setMode(ToolChoice.Mode.MODE_NONE);
      case "any" -> read.setMode(ToolChoice.Mode.MODE_REQUIRED);
      case "tool" ->
          read.setMode(ToolChoice.Mode.MODE_TOOL).setToolName(choice.field("name").text());
      default -> throw choice.field("type").wrong("must be auto, any, tool or none");
    }
    Place single = choice.field("disable_parallel_tool_use");
    if (!single.isAbsent()) {
      read.setParallel(!single.flag());
    }
  }

  private void outputConfig(Place config) throws CallException {
    if (config.isAbsent()) {
      return;
    }
    config.object();
    format(config.field("format"));
    Place effort = config.field("effort");
    if (!effort.isAbsent()) {
      prompt.setReasoningEffort(
          switch (effort.text()) {
            case "low" -> ReasoningEffort.REASONING_EFFORT_LOW;
            case "medium" -> ReasoningEffort.REASONING_EFFORT_MEDIUM;
            case "high", "xhigh", "max" -> ReasoningEffort.REASONING_EFFORT_HIGH;
            // The vendor may come to know more words; it judges them.
            default -> ReasoningEffort.REASONING_EFFORT_UNSPECIFIED;
          });
    }
    Struct.Builder rest = config.open().getStructValue().toBuilder();
    rest.removeFields("format");
    if (rest.getFieldsCount() > 0) {
      options.putFields("output_config", Value.newBuilder().setStructValue(rest).build());
    }
  }

  /** Reads the form of the answer; its place moved from the request into output_config. */
  private void format(Place format) throws CallException {
    if (format.isAbsent()) {
      return;
    }
    if (!format.object().field("type").text().equals("json_schema")) {
      throw format.field("type").wrong("must be json_schema");
    }
    prompt
        .getResponseFormatBuilder()
        .setJsonSchema(
            JsonSchemaFormat.newBuilder()
                .setSchemaJson(format.field("schema").object().value().toString()));
  }

  private void thinking(Place thinking) throws CallException {
    if (thinking.isAbsent()) {
      return;
    }
    options.putFields("thinking", thinking.object().open());
    switch (thinking.field("type").text()) {
      case "disabled" -> prompt.setReasoningEffort(ReasoningEffort.REASONING_EFFORT_NONE);
      case "enabled" -> {
        long budget = thinking.field("budget_tokens").whole(1, MOST_OUTPUT_TOKENS);
        if (prompt.getReasoningEffort() == ReasoningEffort.REASONING_EFFORT_UNSPECIFIED) {
          prompt.setReasoningEffort(effort(budget));
        }
      }
      case "adaptive" -> {}
      default -> throw thinking.field("type").wrong("must be enabled, disabled or adaptive");
    }
  }

  private static ReasoningEffort effort(long budget) {
    if (budget <= LITTLE_THINKING) {
      return ReasoningEffort.REASONING_EFFORT_LOW;
    }
    return budget <= SOME_THINKING
        ? ReasoningEffort.REASONING_EFFORT_MEDIUM
        : ReasoningEffort.REASONING_EFFORT_HIGH;
  }

  private void otherFields() throws CallException {
    for (String field : REFUSED) {
      if (!body.field(field).isAbsent() && !body.field(field).value().isEmpty()) {
        throw body.field(field)
            .wrong("is not carried by this server; leave it out, or ask the vendor directly");
      }
    }
    for (Map.Entry<String, JsonNode> field : body.value().properties()) {
      String name = field.getKey();
      if (!READ.contains(name)
          && !REFUSED.contains(name)
          && !options.containsFields(name)
          && !field.getValue().isNull()) {
        options.putFields(name, body.field(name).open());
      }
    }
    betas();
    if (options.getFieldsCount() > 0) {
      prompt.setProviderOptions(options);
    }
    if (prompt.hasProviderOptions()
        || prompt.getToolsList().stream().anyMatch(Tool::hasProviderOptions)) {
      prompt.setProviderOptionsDialect(ProviderDialect.PROVIDER_DIALECT_ANTHROPIC);
    }
  }

  /** Part of the call, since the vendor answers differently; a vendor of this dialect is told. */
  private void betas() {
    ListValue.Builder names = ListValue.newBuilder();
    for (String name : betas.split(",", -1)) {
      if (!name.isBlank()) {
        names.addValues(Value.newBuilder().setStringValue(name.strip()));
      }
    }
    if (names.getValuesCount() > 0) {
      options.putFields("anthropic_beta", Value.newBuilder().setListValue(names).build());
    }
  }
}
