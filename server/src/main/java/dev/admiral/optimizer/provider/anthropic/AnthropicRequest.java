package dev.admiral.optimizer.provider.anthropic;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.call.ModelTraits.Feature;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.JsonText;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.wire.Efforts;
import dev.admiral.optimizer.provider.wire.JsonBody;
import dev.admiral.optimizer.provider.wire.Refusals;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.ToolResult;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes one messages request.
 *
 * <p>Leading instructions become the system prompt, later ones stay in their place. An answer by
 * JSON schema is asked for in output_config.format, which holds the model to the schema in any
 * case. Effort is a budget of thinking tokens for the models that know no other way, and
 * output_config.effort with adaptive thinking for the rest; options that tell how to think go
 * before it, since the two say the same, and only options say it exactly.
 *
 * <p>Left out as hints: names of speakers, an image's detail, the name of a schema, false in {@link
 * JsonSchemaFormat#getStrict()}, a penalty of zero, cache marks on reasoning, signatures and
 * encrypted reasoning of other vendors, and thinking without a signature where the vendor itself
 * signs all it thinks. DeepSeek and Kimi, who speak like it, sign nothing and refuse a turn with
 * tools whose thinking is missing.
 */
final class AnthropicRequest {
  /** The vendor's least budget of thinking. */
  private static final long LEAST_BUDGET = 1_024;

  private static final double LEAST_TOP_P_WITH_THINKING = 0.95;

  /** Stands in for a form of answers that the vendor has no setting for. */
  private static final String JSON_ONLY =
      "Answer with one JSON object and nothing else: no words around it, and no code fence.";

  private static final String BETA_HEADER = "anthropic-beta";

  /** The option that lists what the header names; Bedrock's and Vertex' name for it. */
  private static final String BETAS = "anthropic_beta";

  private static final Pattern BETA = Pattern.compile("[\\w.:/-]{1,128}");

  private static final String EMPTY_SCHEMA = "{\"type\":\"object\",\"properties\":{}}";

  private final ProviderSettings settings;
  private final String model;
  private final ModelTraits traits;
  private final Prompt prompt;
  private final boolean streamed;
  private final JsonBody body;
  private final Map<String, String> betas;

  /** True if the caller says in this vendor's own words how to think. */
  private final boolean toldByOptions;

  private final List<String> omitted = new ArrayList<>(0);

  /** The effort that the model is told; null if none is. */
  private @Nullable Effort effort;

  /** The tokens to think with, for a model that is told so; 0 if it is told otherwise. */
  private long budget;

  AnthropicRequest(ProviderSettings settings, ProviderCall call) {
    this.settings = settings;
    this.model = call.model();
    this.traits = call.traits();
    this.prompt = call.prompt();
    this.streamed = call.streamed();
    Struct options = call.options(Dialect.ANTHROPIC);
    this.toldByOptions = tellHowToThink(options);
    this.body = new JsonBody(options);
    this.betas = betas(options);
    body.reserve(BETAS);
  }

  /** Returns the header of what the operator and the caller want to try out; none if nothing. */
  private Map<String, String> betas(Struct options) {
    Set<String> names = new LinkedHashSet<>();
    settings
        .headers()
        .forEach((header, value) -> {
          if (header.equalsIgnoreCase(BETA_HEADER)) {
            names.addAll(List.of(value.strip().split(" *, *", -1)));
          }
        });
    for (Value name :
        options
            .getFieldsOrDefault(BETAS, Value.getDefaultInstance())
            .getListValue()
            .getValuesList()) {
      if (BETA.matcher(name.getStringValue()).matches()) {
        names.add(name.getStringValue());
      } else {
        // A header cannot hold it, and no vendor has such a name.
        omitted.add("provider_options." + BETAS);
      }
    }
    return names.isEmpty() ? Map.of() : Map.of(BETA_HEADER, String.join(",", names));
  }

  private static boolean tellHowToThink(Struct options) {
    return options.containsFields("thinking")
        || options
            .getFieldsOrDefault("output_config", Value.getDefaultInstance())
            .getStructValue()
            .containsFields("effort");
  }

  WireFormat.Request write(String path) throws ProviderException {
    if (prompt.getResponseFormat().hasJsonObject()) {
      // Asked for in words, which do not hold the model to it.
      omitted.add("response_format");
    }
    decideEffort();
    conversation();
    sampling(prompt.getSampling());
    thinking();
    body.field("stream").value(streamed);
    return new WireFormat.Request(path, body.bytes(), omitted, betas);
  }

  /** Writes what is counted: settings that do not change the prompt are refused there. */
  WireFormat.Request writeForCount(String path) throws ProviderException {
    conversation();
    for (String field :
        List.of(
            "max_tokens",
            "stream",
            "temperature",
            "top_p",
            "top_k",
            "stop_sequences",
            "metadata",
            "service_tier")) {
      body.reserve(field);
    }
    return new WireFormat.Request(path, body.bytes(), List.of(), betas);
  }

  private void conversation() throws ProviderException {
    body.field("model").value(model);
    int first = 0;
    while (first < prompt.getMessagesCount() && isInstruction(prompt.getMessages(first))) {
      first++;
    }
    boolean json = prompt.getResponseFormat().hasJsonObject();
    if (first > 0 || json) {
      body.field("system").array();
      for (int i = 0; i < first; i++) {
        instructions(prompt.getMessages(i), path(i));
      }
      if (json) {
        body.object().field("type").value("text").field("text").value(JSON_ONLY).endObject();
      }
      body.endArray();
    }
    body.field("messages").array();
    int i = first;
    while (i < prompt.getMessagesCount()) {
      i = turn(i);
    }
    body.endArray();
    tools();
  }

  private static boolean isInstruction(ChatMessage message) {
    return message.getRole() == Role.ROLE_SYSTEM || message.getRole() == Role.ROLE_DEVELOPER;
  }

  private static String path(int message) {
    return "prompt.messages[" + message + "]";
  }

  /** Writes the turn that begins with a message; returns the first message after it. */
  private int turn(int i) throws ProviderException {
    ChatMessage message = prompt.getMessages(i);
    String role =
        switch (message.getRole()) {
          case ROLE_SYSTEM, ROLE_DEVELOPER -> "system";
          case ROLE_USER, ROLE_TOOL -> "user";
          case ROLE_ASSISTANT -> "assistant";
          case ROLE_UNSPECIFIED, UNRECOGNIZED ->
              throw cannot(path(i) + ".role", "the role is not set or not known");
        };
    body.object().field("role").value(role).field("content").array();
    int next = i + 1;
    switch (message.getRole()) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> instructions(message, path(i));
      case ROLE_USER -> user(message, path(i));
      case ROLE_ASSISTANT -> assistant(message, path(i));
      case ROLE_TOOL -> {
        // All results of one turn's calls must stand in the one message after it.
        toolResults(message, path(i));
        while (next < prompt.getMessagesCount()
            && prompt.getMessages(next).getRole() == Role.ROLE_TOOL) {
          toolResults(prompt.getMessages(next), path(next));
          next++;
        }
        // Two messages of one role are one to this vendor, and what follows results stands by them.
        if (next < prompt.getMessagesCount()
            && prompt.getMessages(next).getRole() == Role.ROLE_USER) {
          user(prompt.getMessages(next), path(next));
          next++;
        }
      }
      case ROLE_UNSPECIFIED, UNRECOGNIZED -> throw new AssertionError("refused above");
    }
    body.endArray().endObject();
    return next;
  }

  private void instructions(ChatMessage message, String path) throws ProviderException {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      if (!part.hasText()) {
        throw misplaced(path, i, part, "system");
      }
      text(part.getText().getText(), part);
    }
  }

  private void user(ChatMessage message, String path) throws ProviderException {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      if (!content(part, path + ".parts[" + i + "]")) {
        throw misplaced(path, i, part, "user");
      }
    }
  }

  /** Writes what users and tools may say; false if it is something else. */
  private boolean content(ContentPart part, String at) throws ProviderException {
    if (part.hasText()) {
      text(part.getText().getText(), part);
    } else if (part.hasImage()) {
      image(part, at);
    } else if (part.hasFile()) {
      file(part, at);
    } else {
      return false;
    }
    return true;
  }

  private void assistant(ChatMessage message, String path) throws ProviderException {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      switch (part.getKindCase()) {
        case TEXT -> text(part.getText().getText(), part);
        case REFUSAL -> text(part.getRefusal().getText(), part);
        case REASONING -> reasoning(part);
        case TOOL_CALL -> toolCall(part);
        case IMAGE, FILE, TOOL_RESULT, TOOL_REFERENCE, KIND_NOT_SET ->
            throw misplaced(path, i, part, "assistant");
      }
    }
  }

  private boolean isWritten(ContentPart part) {
    return isOwn(part)
        && (isThinking(part.getReasoning()) || !part.getReasoning().getRedactedData().isEmpty());
  }

  private boolean isOwn(ContentPart part) {
    return settings.vendor().mayTakeBack(part.getVendorData());
  }

  private boolean isThinking(ReasoningPart reasoning) {
    return !reasoning.getSignature().isEmpty()
        || (!reasoning.getText().isEmpty() && settings.vendor().takesAnythingBack());
  }

  private void reasoning(ContentPart part) {
    if (!isOwn(part)) {
      return;
    }
    ReasoningPart reasoning = part.getReasoning();
    if (isThinking(reasoning)) {
      body.object().field("type").value("thinking");
      body.field("thinking").value(reasoning.getText());
      body.field("signature").value(reasoning.getSignature()).endObject();
    }
    if (!reasoning.getRedactedData().isEmpty()) {
      body.object().field("type").value("redacted_thinking");
      body.field("data").value(reasoning.getRedactedData()).endObject();
    }
  }

  private void toolCall(ContentPart part) throws ProviderException {
    String arguments =
        part.getToolCall().hasInputText()
            ? part.getToolCall().getInputText()
            : part.getToolCall().getArgumentsJson();
    body.object().field("type").value("tool_use").field("id").value(part.getToolCall().getId());
    body.field("name").value(part.getToolCall().getName());
    if (arguments.isEmpty() || JsonText.isObject(arguments)) {
      body.field("input").raw(arguments.isEmpty() ? "{}" : arguments);
    } else {
      // Cut off, or never an object. The vendor takes nothing else, and its result says what it
      // was.
      body.field("input").object().field("INVALID_JSON").value(arguments).endObject();
    }
    endBlock(part);
  }

  private void toolResults(ChatMessage message, String path) throws ProviderException {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      if (!part.hasToolResult()) {
        throw misplaced(path, i, part, "tool");
      }
      ToolResult result = part.getToolResult();
      body.object().field("type").value("tool_result");
      body.field("tool_use_id").value(result.getToolCallId());
      body.field("content").array();
      for (int j = 0; j < result.getPartsCount(); j++) {
        String at = path + ".parts[" + i + "].tool_result.parts[" + j + "]";
        ContentPart found = result.getParts(j);
        if (found.hasToolReference()) {
          body.object().field("type").value("tool_reference");
          body.field("tool_name").value(found.getToolReference().getToolName()).endObject();
        } else if (!content(found, at)) {
          throw cannot(at, "a tool result holds text, images, files and tool references only");
        }
      }
      body.endArray();
      if (result.getIsError()) {
        body.field("is_error").value(true);
      }
      endBlock(part);
    }
  }

  private void text(String text, ContentPart part) {
    body.object().field("type").value("text").field("text").value(text);
    endBlock(part);
  }

  private void endBlock(ContentPart part) {
    if (part.getPromptCachePoint() != PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED) {
      cachePoint(part.getPromptCachePoint() == PromptCachePoint.PROMPT_CACHE_POINT_1H);
    }
    body.endObject();
  }

  private void cachePoint(boolean forAnHour) {
    body.field("cache_control").object().field("type").value("ephemeral");
    if (forAnHour) {
      body.field("ttl").value("1h");
    }
    body.endObject();
  }

  private void image(ContentPart part, String at) throws ProviderException {
    ImagePart image = part.getImage();
    body.object().field("type").value("image").field("source").object();
    switch (image.getSourceCase()) {
      case INLINE -> base64(image.getInline());
      case REMOTE -> body.field("type").value("url").field("url").value(image.getRemote().getUri());
      case SOURCE_NOT_SET -> throw cannot(at + ".image", "it has no source");
    }
    body.endObject();
    endBlock(part);
  }

  private void file(ContentPart part, String at) throws ProviderException {
    FilePart file = part.getFile();
    body.object().field("type").value("document").field("source").object();
    switch (file.getSourceCase()) {
      case INLINE -> document(file.getInline(), at);
      case REMOTE -> body.field("type").value("url").field("url").value(file.getRemote().getUri());
      case UPLOADED ->
          body.field("type").value("file").field("file_id").value(file.getUploaded().getFileId());
      case SOURCE_NOT_SET -> throw cannot(at + ".file", "it has no source");
    }
    body.endObject();
    if (!file.getName().isEmpty()) {
      body.field("title").value(file.getName());
    }
    endBlock(part);
  }

  private void document(InlineData data, String at) throws ProviderException {
    String type = data.getMediaType().toLowerCase(Locale.ROOT);
    if (type.equals("application/pdf")) {
      base64(data);
    } else if (type.startsWith("text/") && data.getData().isValidUtf8()) {
      body.field("type").value("text").field("media_type").value("text/plain");
      body.field("data").value(data.getData().toStringUtf8());
    } else {
      throw cannot(
          at + ".file.inline.media_type",
          "it takes documents as application/pdf or as UTF-8 text of a text/ type");
    }
  }

  private void base64(InlineData data) {
    body.field("type").value("base64").field("media_type").value(data.getMediaType());
    body.field("data").value(Base64.getEncoder().encodeToString(data.getData().toByteArray()));
  }

  private void tools() throws ProviderException {
    if (prompt.getToolsCount() > 0) {
      body.field("tools").array();
      for (int i = 0; i < prompt.getToolsCount(); i++) {
        Tool tool = prompt.getTools(i);
        if (tool.hasCustom()) {
          throw cannot(
              "prompt.tools[" + i + "].custom", "it has no tools that are given free text");
        }
        String schema = tool.getFunction().getParametersSchemaJson();
        if (!schema.isEmpty() && !JsonText.isObject(schema)) {
          throw cannot(
              "prompt.tools[" + i + "].function.parameters_schema_json", "it is not a JSON object");
        }
        boolean foreign =
            prompt.getProviderOptionsDialect() == ProviderDialect.PROVIDER_DIALECT_OPENAI;
        if (foreign && tool.hasProviderOptions()) {
          omitted.add("tools[" + i + "].provider_options");
        }
        body.object(foreign ? Struct.getDefaultInstance() : tool.getProviderOptions());
        body.field("name").value(tool.getFunction().getName());
        if (!tool.getFunction().getDescription().isEmpty()) {
          body.field("description").value(tool.getFunction().getDescription());
        }
        body.field("input_schema").raw(schema.isEmpty() ? EMPTY_SCHEMA : schema);
        if (tool.getFunction().hasStrict()) {
          body.field("strict").value(tool.getFunction().getStrict());
        }
        if (tool.getPromptCachePoint() != PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED) {
          cachePoint(tool.getPromptCachePoint() == PromptCachePoint.PROMPT_CACHE_POINT_1H);
        }
        body.endObject();
      }
      body.endArray();
    }
    if (prompt.hasToolChoice()) {
      toolChoice(prompt.getToolChoice());
    }
  }

  /** Without tools a choice that forces none says nothing, and the vendor refuses it. */
  private void toolChoice(ToolChoice choice) throws ProviderException {
    boolean anyTools = prompt.getToolsCount() > 0 || body.hasOption("tools");
    boolean single = choice.hasParallel() && !choice.getParallel();
    String type =
        switch (choice.getMode()) {
          case MODE_UNSPECIFIED -> choice.hasParallel() && anyTools ? "auto" : "";
          case MODE_AUTO -> anyTools ? "auto" : "";
          case MODE_NONE -> anyTools ? "none" : "";
          case MODE_REQUIRED -> "any";
          case MODE_TOOL -> "tool";
          case UNRECOGNIZED -> throw cannot("prompt.tool_choice.mode", "the mode is not known");
        };
    if (type.isEmpty()) {
      return;
    }
    body.field("tool_choice").object().field("type").value(type);
    if (type.equals("tool")) {
      body.field("name").value(choice.getToolName());
    }
    if (single && !type.equals("none")) {
      body.field("disable_parallel_tool_use").value(true);
    }
    body.endObject();
  }

  private void sampling(Sampling sampling) throws ProviderException {
    body.field("max_tokens").value(maxTokens());
    boolean thinks = thinks();
    if (sampling.hasTemperature()
        && takes(Setting.TEMPERATURE, !thinks || sampling.getTemperature() == 1)) {
      refuseIf(
          sampling.getTemperature() > 1, "prompt.sampling.temperature", "it takes 0 to 1 only");
      body.field("temperature").value(sampling.getTemperature());
    }
    if (sampling.hasTopP()
        && takes(Setting.TOP_P, !thinks || sampling.getTopP() >= LEAST_TOP_P_WITH_THINKING)) {
      body.field("top_p").value(sampling.getTopP());
    }
    if (sampling.hasTopK() && takes(Setting.TOP_K, !thinks)) {
      body.field("top_k").value(sampling.getTopK());
    }
    refuseIf(
        sampling.getFrequencyPenalty() != 0,
        "prompt.sampling.frequency_penalty",
        "it has no such setting");
    refuseIf(
        sampling.getPresencePenalty() != 0,
        "prompt.sampling.presence_penalty",
        "it has no such setting");
    refuseIf(sampling.hasSeed(), "prompt.sampling.seed", "it cannot repeat a draw");
    refuseIf(
        sampling.getCandidateCount() > 1,
        "prompt.sampling.candidate_count",
        "it gives one answer only");
    if (sampling.getStopSequencesCount() > 0) {
      body.field("stop_sequences").array();
      sampling.getStopSequencesList().forEach(body::value);
      body.endArray();
    }
  }

  /**
   * Returns whether a setting of how the answer is drawn is taken; if not, notes that it is left
   * out. The newer version has none of them, and some models have none.
   *
   * @param besideThinking false if its value does not go with thinking, as the call is to think
   */
  private boolean takes(Setting setting, boolean besideThinking) {
    boolean taken =
        besideThinking
            && settings.apiVersion().equals(ProviderSettings.ANTHROPIC_2023)
            && !traits.refuses().contains(setting);
    if (!taken) {
      omitted.add(setting.field());
    }
    return taken;
  }

  /** The vendor needs a bound where the caller gives none. */
  private long maxTokens() {
    Sampling sampling = prompt.getSampling();
    return sampling.hasMaxOutputTokenCount()
        ? sampling.getMaxOutputTokenCount()
        : Tokens.DEFAULT_OUTPUT;
  }

  /**
   * Decides what the model is told of thinking. The vendor refuses thinking beside a tool that must
   * be called, and the tool is what was asked for outright. See its manual, "Extended thinking:
   * feature compatibility", for this and for what of sampling goes with thinking. A model with a
   * budget must have begun the turn that goes on with a thought, which another vendor's did not;
   * one that adapts need not.
   */
  private void decideEffort() throws ProviderException {
    ReasoningEffort asked = prompt.getReasoningEffort();
    refuseIf(
        asked == ReasoningEffort.UNRECOGNIZED,
        "prompt.reasoning_effort",
        "the effort is not known");
    effort = toldByOptions ? null : Efforts.of(asked).flatMap(traits::fitting).orElse(null);
    if (effort == null || effort == Effort.NONE) {
      return;
    }
    ToolChoice.Mode mode = prompt.getToolChoice().getMode();
    if (mode == ToolChoice.Mode.MODE_REQUIRED || mode == ToolChoice.Mode.MODE_TOOL) {
      effort = null;
      omitted.add("reasoning_effort");
    } else if (traits.takes().contains(Feature.THINKING_BUDGET)) {
      budget = beganThoughtless() ? 0 : budget(effort);
      if (budget == 0) {
        effort = null;
        omitted.add("reasoning_effort");
      }
    }
  }

  /**
   * Returns true if the turn goes on with results of calls that no thought of this vendor led to.
   */
  private boolean beganThoughtless() {
    int i = prompt.getMessagesCount() - 1;
    if (i > 0 && prompt.getMessages(i).getRole() == Role.ROLE_USER) {
      // It stands in one message with the results before it.
      i--;
    }
    if (i < 0 || prompt.getMessages(i).getRole() != Role.ROLE_TOOL) {
      return false;
    }
    while (i > 0 && prompt.getMessages(i).getRole() == Role.ROLE_TOOL) {
      i--;
    }
    return prompt.getMessages(i).getPartsList().stream()
        .filter(part -> !part.hasReasoning() || isWritten(part))
        .findFirst()
        .filter(ContentPart::hasReasoning)
        .isEmpty();
  }

  private boolean thinks() {
    return effort != null && effort != Effort.NONE;
  }

  /** Effort, and the form of the answer, which share an object. */
  private void thinking() throws ProviderException {
    if (effort == Effort.NONE) {
      body.field("thinking").object().field("type").value("disabled").endObject();
    } else if (budget > 0) {
      body.field("thinking").object().field("type").value("enabled");
      body.field("budget_tokens").value(budget).endObject();
    } else if (effort != null) {
      body.field("thinking").object().field("type").value("adaptive").endObject();
    }
    Effort told = effort == Effort.NONE || budget > 0 ? null : effort;
    ResponseFormat format = prompt.getResponseFormat();
    boolean bySchema = isSchema(format);
    if (told != null || bySchema) {
      body.field("output_config").object();
      if (told != null) {
        body.field("effort").value(Efforts.word(told == Effort.MINIMAL ? Effort.LOW : told));
      }
      if (bySchema) {
        body.field("format").object().field("type").value("json_schema");
        body.field("schema").raw(format.getJsonSchema().getSchemaJson()).endObject();
      }
      body.endObject();
    }
  }

  /**
   * Returns the tokens to think with: a part of the output tokens, of which half are left for the
   * answer; 0 if that is too few.
   */
  private long budget(Effort wanted) {
    long tokens =
        switch (wanted) {
          case NONE, MINIMAL -> LEAST_BUDGET;
          case LOW -> 2_048;
          case MEDIUM -> 8_192;
          case HIGH, XHIGH, MAX -> 16_384;
        };
    long budget = Math.min(tokens, maxTokens() / 2);
    return budget >= LEAST_BUDGET ? budget : 0;
  }

  private boolean isSchema(ResponseFormat format) throws ProviderException {
    return switch (format.getKindCase()) {
      // JSON without a schema is asked for in words.
      case KIND_NOT_SET, TEXT, JSON_OBJECT -> false;
      case JSON_SCHEMA -> {
        refuseIf(
            !JsonText.isObject(format.getJsonSchema().getSchemaJson()),
            "prompt.response_format.json_schema.schema_json",
            "it is not a JSON object");
        yield true;
      }
    };
  }

  private void refuseIf(boolean condition, String field, String why) throws ProviderException {
    if (condition) {
      throw cannot(field, why);
    }
  }

  private ProviderException misplaced(String path, int i, ContentPart part, String role) {
    return cannot(
        path + ".parts[" + i + "]",
        "a " + role + " message holds no part of kind " + part.getKindCase().name());
  }

  private ProviderException cannot(String field, String why) {
    return Refusals.cannotExpress(settings.name(), field, why);
  }
}
