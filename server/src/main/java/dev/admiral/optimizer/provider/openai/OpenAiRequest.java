package dev.admiral.optimizer.provider.openai;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.call.ModelTraits.Feature;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.JsonText;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.Vendor.Quirk;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.provider.wire.Efforts;
import dev.admiral.optimizer.provider.wire.JsonBody;
import dev.admiral.optimizer.provider.wire.Refusals;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.CustomTool;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one chat completions request.
 *
 * <p>What a vendor gave for itself goes back to it where it stood, and to no other. Gemini 3
 * refuses a tool call without its signature; the calls of other models are marked as such, in the
 * way that its manual of thought signatures gives for conversations begun elsewhere.
 *
 * <p>Left out as hints: cache marks where the vendor caches by itself, reasoning of earlier turns
 * where the vendor keeps its own, {@link ToolResult#getIsError()} (the result's text says so), the
 * effort where the model cannot reason, and the order of tool calls among other parts of a turn.
 */
final class OpenAiRequest {
  /** Stands in for the words of a result that has none. */
  private static final String SHOWN_BELOW = "The result is shown in the next message.";

  /** OpenAI's, and nobody of its kind is known to take longer ones. */
  private static final int TOOL_NAME_LENGTH = 64;

  /**
   * Fields of a message or a call that are written from the contract, whatever vendor data says.
   */
  private static final Set<String> OWN_FIELDS =
      Set.of(
          "role",
          "content",
          "name",
          "refusal",
          "reasoning",
          "reasoning_content",
          "tool_calls",
          "id",
          "type",
          "function",
          "index");

  private static final String NOT_SIGNED =
      "{\"google\":{\"thought_signature\":\"skip_thought_signature_validator\"}}";

  private final String provider;
  private final Vendor vendor;
  private final String model;
  private final ModelTraits traits;
  private final Prompt prompt;
  private final boolean streamed;
  private final Struct options;
  private final JsonBody body;
  private final List<String> omitted = new ArrayList<>(0);
  private final boolean callsTools;
  private boolean marked;

  /** What the latest results of tools show, and is not told yet. */
  private final List<Shown> shown = new ArrayList<>(0);

  OpenAiRequest(String provider, Vendor vendor, ProviderCall call) {
    this.provider = provider;
    this.vendor = vendor;
    this.model = call.model();
    this.traits = call.traits();
    this.prompt = call.prompt();
    this.streamed = call.streamed();
    this.options = call.options(Dialect.OPENAI);
    this.body = new JsonBody(options);
    this.callsTools =
        prompt.getMessagesList().stream()
            .anyMatch(
                message -> message.getPartsList().stream().anyMatch(ContentPart::hasToolCall));
  }

  WireFormat.Request write(String path) throws ProviderException {
    body.field("model").value(model);
    body.field("messages").array();
    for (int i = 0; i < prompt.getMessagesCount(); i++) {
      if (prompt.getMessages(i).getRole() != Role.ROLE_TOOL) {
        shown();
      }
      message(prompt.getMessages(i), "prompt.messages[" + i + "]");
    }
    shown();
    body.endArray();
    if (marked && vendor.has(Quirk.CACHE_BREAKPOINTS)) {
      body.field("prompt_cache_options").object().field("mode").value("explicit").endObject();
    }
    tools();
    responseFormat(prompt.getResponseFormat());
    sampling(prompt.getSampling());
    effort(prompt.getReasoningEffort());
    body.field("stream").value(streamed);
    if (streamed && !vendor.has(Quirk.NO_STREAM_OPTIONS)) {
      body.field("stream_options").object().field("include_usage").value(true);
      if (vendor.has(Quirk.PADDED_STREAMS) && !optionHides()) {
        // Random padding of every piece; we have no use for it.
        body.field("include_obfuscation").value(false);
      }
      body.endObject();
    } else {
      body.reserve("stream_options");
    }
    return new WireFormat.Request(path, body.bytes(), omitted);
  }

  /** Returns true if the caller says itself whether pieces are padded. */
  private boolean optionHides() {
    return options
        .getFieldsMap()
        .getOrDefault("stream_options", Value.getDefaultInstance())
        .getStructValue()
        .containsFields("include_obfuscation");
  }

  private void message(ChatMessage message, String path) throws ProviderException {
    switch (message.getRole()) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> spoken(message, instructionRole(message.getRole()), path);
      case ROLE_USER -> spoken(message, "user", path);
      case ROLE_ASSISTANT -> assistant(message, path);
      case ROLE_TOOL -> toolResults(message, path);
      case ROLE_UNSPECIFIED, UNRECOGNIZED ->
          throw Refusals.cannotExpress(
              provider, path + ".role", "the role is not set or not known");
    }
  }

  private String instructionRole(Role role) {
    return role == Role.ROLE_DEVELOPER && vendor.has(Quirk.DEVELOPER_ROLE) ? "developer" : "system";
  }

  private void open(String role, ChatMessage message) {
    body.object().field("role").value(role);
    if (!message.getName().isEmpty()) {
      body.field("name").value(message.getName());
    }
  }

  private void spoken(ChatMessage message, String role, String path) throws ProviderException {
    open(role, message);
    body.field("content");
    List<ContentPart> parts = message.getPartsList();
    if (isPlain(parts)) {
      body.value(parts.getFirst().getText().getText());
    } else {
      body.array();
      for (int i = 0; i < parts.size(); i++) {
        ContentPart part = parts.get(i);
        String at = path + ".parts[" + i + "]";
        boolean said =
            switch (part.getKindCase()) {
              case TEXT -> text(part);
              case IMAGE -> role.equals("user") && image(part, at);
              case FILE -> role.equals("user") && file(part, at);
              case TOOL_CALL, TOOL_RESULT, REASONING, REFUSAL, TOOL_REFERENCE, KIND_NOT_SET ->
                  false;
            };
        if (!said) {
          throw misplaced(at, part, role);
        }
      }
      body.endArray();
    }
    body.endObject();
  }

  private ProviderException misplaced(String at, ContentPart part, String role) {
    return Refusals.cannotExpress(
        provider, at, "a " + role + " message holds no part of kind " + part.getKindCase().name());
  }

  /** One text without a cache mark that counts is sent as a string, which every dialect takes. */
  private boolean isPlain(List<ContentPart> parts) {
    return parts.size() == 1 && parts.getFirst().hasText() && !marksCache(parts.getFirst());
  }

  private boolean marksCache(ContentPart part) {
    return part.getPromptCachePoint() != PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED
        && (vendor.has(Quirk.CACHE_CONTROL)
            || (vendor.has(Quirk.CACHE_BREAKPOINTS)
                && traits.takes().contains(Feature.CACHE_BREAKPOINTS)));
  }

  private boolean text(ContentPart part) {
    body.object().field("type").value("text").field("text").value(part.getText().getText());
    return endPart(part);
  }

  private boolean endPart(ContentPart part) {
    if (marksCache(part)) {
      marked = true;
      if (vendor.has(Quirk.CACHE_CONTROL)) {
        body.field("cache_control").object().field("type").value("ephemeral");
        if (part.getPromptCachePoint() == PromptCachePoint.PROMPT_CACHE_POINT_1H) {
          body.field("ttl").value("1h");
        }
        body.endObject();
      } else {
        body.field("prompt_cache_breakpoint").object();
        body.field("mode").value("explicit").endObject();
      }
    }
    body.endObject();
    return true;
  }

  private boolean image(ContentPart part, String at) throws ProviderException {
    ImagePart image = part.getImage();
    String url =
        switch (image.getSourceCase()) {
          case INLINE -> dataUrl(image.getInline());
          case REMOTE -> image.getRemote().getUri();
          case SOURCE_NOT_SET ->
              throw Refusals.cannotExpress(provider, at + ".image", "it has no source");
        };
    body.object().field("type").value("image_url").field("image_url").object();
    body.field("url").value(url);
    switch (image.getDetail()) {
      case IMAGE_DETAIL_UNSPECIFIED -> {}
      case IMAGE_DETAIL_LOW -> body.field("detail").value("low");
      case IMAGE_DETAIL_HIGH -> body.field("detail").value("high");
      case IMAGE_DETAIL_AUTO -> body.field("detail").value("auto");
      case IMAGE_DETAIL_ORIGINAL -> body.field("detail").value("original");
      case UNRECOGNIZED ->
          throw Refusals.cannotExpress(provider, at + ".image.detail", "the detail is not known");
    }
    body.endObject();
    return endPart(part);
  }

  private boolean file(ContentPart part, String at) throws ProviderException {
    FilePart file = part.getFile();
    @Nullable String audio = file.hasInline() ? audioFormat(file.getInline().getMediaType()) : null;
    if (audio != null) {
      body.object().field("type").value("input_audio").field("input_audio").object();
      body.field("data").value(base64(file.getInline().getData())).field("format").value(audio);
      body.endObject();
      return endPart(part);
    }
    body.object().field("type").value("file").field("file").object();
    switch (file.getSourceCase()) {
      case INLINE -> {
        body.field("filename").value(file.getName().isEmpty() ? "file" : file.getName());
        body.field("file_data").value(dataUrl(file.getInline()));
      }
      case UPLOADED -> body.field("file_id").value(file.getUploaded().getFileId());
      case REMOTE -> {
        if (!vendor.has(Quirk.FILE_ADDRESSES)) {
          throw Refusals.cannotExpress(
              provider, at + ".file.remote", "it takes no addresses of files; send the bytes");
        }
        body.field("filename").value(file.getName().isEmpty() ? "file" : file.getName());
        body.field("file_data").value(file.getRemote().getUri());
      }
      case SOURCE_NOT_SET ->
          throw Refusals.cannotExpress(provider, at + ".file", "it has no source");
    }
    body.endObject();
    return endPart(part);
  }

  private static @Nullable String audioFormat(String mediaType) {
    return switch (mediaType) {
      case "audio/wav", "audio/x-wav", "audio/wave" -> "wav";
      case "audio/mpeg", "audio/mp3" -> "mp3";
      // OpenRouter's and Gemini's.
      case "audio/flac", "audio/x-flac" -> "flac";
      case "audio/aac" -> "aac";
      case "audio/ogg" -> "ogg";
      case "audio/aiff", "audio/x-aiff" -> "aiff";
      case "audio/mp4", "audio/x-m4a" -> "m4a";
      default -> null;
    };
  }

  private static String dataUrl(InlineData data) {
    return "data:" + data.getMediaType() + ";base64," + base64(data.getData());
  }

  private static String base64(ByteString data) {
    return Base64.getEncoder().encodeToString(data.toByteArray());
  }

  private void assistant(ChatMessage message, String path) throws ProviderException {
    List<ContentPart> spoken =
        message.getPartsList().stream()
            .filter(part -> part.hasText() || part.hasRefusal())
            .toList();
    List<ContentPart> calls =
        message.getPartsList().stream().filter(ContentPart::hasToolCall).toList();
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      if (!part.hasText() && !part.hasRefusal() && !part.hasToolCall() && !part.hasReasoning()) {
        throw misplaced(path + ".parts[" + i + "]", part, "assistant");
      }
    }
    open("assistant", message);
    body.field("content");
    String thinking = vendor.has(Quirk.THINKING_PARTS) ? reasoning(message) : "";
    if (spoken.isEmpty() && thinking.isEmpty()) {
      body.nothing();
    } else if (thinking.isEmpty() && isPlain(spoken)) {
      body.value(spoken.getFirst().getText().getText());
    } else {
      body.array();
      thinking(thinking);
      for (ContentPart part : spoken) {
        if (part.hasText()) {
          text(part);
        } else {
          body.object().field("type").value("refusal");
          body.field("refusal").value(part.getRefusal().getText()).endObject();
        }
      }
      body.endArray();
    }
    writeReasoning(message);
    vendorData(message.getVendorData());
    if (!calls.isEmpty()) {
      body.field("tool_calls").array();
      boolean unsigned =
          vendor.has(Quirk.THOUGHT_SIGNATURES)
              && calls.stream().noneMatch(part -> signed(part.getVendorData()));
      for (ContentPart part : calls) {
        ToolCall call = part.getToolCall();
        String kind = call.hasInputText() ? "custom" : "function";
        body.object().field("id").value(call.getId()).field("type").value(kind);
        body.field(kind).object().field("name").value(call.getName());
        if (call.hasInputText()) {
          body.field("input").value(call.getInputText()).endObject();
        } else {
          body.field("arguments").value(call.getArgumentsJson()).endObject();
        }
        vendorData(part.getVendorData());
        if (unsigned) {
          // Of calls made together the first is signed.
          body.field("extra_content").raw(NOT_SIGNED);
          unsigned = false;
        }
        body.endObject();
      }
      body.endArray();
    }
    body.endObject();
  }

  private boolean signed(VendorData data) {
    return VendorFields.read(data.getJson()).keySet().stream()
        .anyMatch(field -> vendor.takesBack(data, field));
  }

  private void vendorData(VendorData data) {
    if (vendor.mayTakeBack(data)) {
      VendorFields.read(data.getJson())
          .forEach((field, json) -> {
            if (vendor.takesBack(data, field) && !OWN_FIELDS.contains(field)) {
              body.field(field).raw(json);
            }
          });
    }
  }

  /** A vendor that is known is helped by anybody's thoughts; of others nothing is known. */
  private boolean mayRead(ContentPart part) {
    return part.hasReasoning()
        && (vendor.has(Quirk.REASONING_CONTENT)
            || vendor.has(Quirk.REASONING)
            || vendor.mayTakeBack(part.getVendorData()));
  }

  private String reasoning(ChatMessage message) {
    StringBuilder text = new StringBuilder();
    for (ContentPart part : message.getPartsList()) {
      if (mayRead(part)) {
        text.append(part.getReasoning().getText());
      }
    }
    return text.toString();
  }

  private void writeReasoning(ChatMessage message) {
    String field = reasoningField(message);
    if (field.isEmpty()) {
      return;
    }
    String text = reasoning(message);
    if (!text.isEmpty()) {
      body.field(field).value(text);
    } else if (callsTools && vendor.has(Quirk.REASONING_ALWAYS)) {
      body.field(field).value("");
    } else if (callsTools && vendor.has(Quirk.REASONING_NEVER_EMPTY)) {
      body.field(field).value(" ");
    }
  }

  /** Returns the field for the reasoning's text; empty if it is not sent in one of its own. */
  private String reasoningField(ChatMessage message) {
    if (vendor.has(Quirk.REASONING_CONTENT)) {
      return "reasoning_content";
    } else if (vendor.has(Quirk.REASONING)) {
      return "reasoning";
    } else if (!vendor.takesAnythingBack()) {
      return "";
    }
    String came =
        message.getPartsList().stream()
            .filter(this::mayRead)
            .map(part -> part.getVendorData().getReasoningField())
            .findFirst()
            .orElse("");
    return switch (came) {
      case "reasoning" -> came;
      // It stands in the vendor data.
      case VendorFields.REASONING_DETAILS -> "";
      default -> "reasoning_content";
    };
  }

  /** Mistral's form of it. */
  private void thinking(String text) {
    if (!text.isEmpty()) {
      body.object().field("type").value("thinking").field("thinking").array();
      body.object().field("type").value("text").field("text").value(text).endObject();
      body.endArray().endObject();
    }
  }

  /** Each result is a message of its own here. */
  private void toolResults(ChatMessage message, String path) throws ProviderException {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentPart part = message.getParts(i);
      String at = path + ".parts[" + i + "]";
      if (!part.hasToolResult()) {
        throw misplaced(at, part, "tool");
      }
      ToolResult result = part.getToolResult();
      body.object().field("role").value("tool");
      body.field("tool_call_id").value(result.getToolCallId()).field("content");
      List<ContentPart> texts = texts(result, at + ".tool_result");
      if (texts.isEmpty()) {
        body.value(result.getPartsCount() == 0 ? "" : SHOWN_BELOW);
      } else if (isPlain(texts)) {
        body.value(texts.getFirst().getText().getText());
      } else {
        body.array();
        texts.forEach(this::text);
        body.endArray();
      }
      body.endObject();
    }
  }

  /** Returns the texts of a result, and keeps the rest for the message behind all results. */
  private List<ContentPart> texts(ToolResult result, String at) throws ProviderException {
    List<ContentPart> texts = new ArrayList<>(result.getPartsCount());
    for (int i = 0; i < result.getPartsCount(); i++) {
      ContentPart part = result.getParts(i);
      String place = at + ".parts[" + i + "]";
      switch (part.getKindCase()) {
        case TEXT -> texts.add(part);
        // All tools are declared here, found or not.
        case TOOL_REFERENCE ->
            texts.add(
                ContentPart.newBuilder()
                    .setText(
                        TextPart.newBuilder()
                            .setText("Found the tool " + part.getToolReference().getToolName()))
                    .build());
        case IMAGE, FILE -> shown.add(new Shown(result.getToolCallId(), part, place));
        default ->
            throw Refusals.cannotExpress(
                provider, place, "a tool result holds text, images and files only");
      }
    }
    return texts;
  }

  /**
   * Writes what tools showed: their own messages take text only, and must stand together, so that
   * the user shows it behind them.
   */
  private void shown() throws ProviderException {
    if (shown.isEmpty()) {
      return;
    }
    body.object().field("role").value("user").field("content").array();
    String callId = "";
    for (Shown each : shown) {
      if (!each.callId.equals(callId)) {
        callId = each.callId;
        body.object().field("type").value("text");
        body.field("text").value("Result of the tool call " + callId + ":").endObject();
      }
      if (each.part.hasImage()) {
        image(each.part, each.at);
      } else {
        file(each.part, each.at);
      }
    }
    body.endArray().endObject();
    shown.clear();
  }

  /** A picture or file in the result of a tool. */
  private record Shown(String callId, ContentPart part, String at) {}

  private void tools() throws ProviderException {
    if (prompt.getToolsCount() > 0) {
      body.field("tools").array();
      for (int i = 0; i < prompt.getToolsCount(); i++) {
        Tool tool = prompt.getTools(i);
        String at = "prompt.tools[" + i + "].";
        boolean foreign =
            prompt.getProviderOptionsDialect() == ProviderDialect.PROVIDER_DIALECT_ANTHROPIC;
        if (foreign && tool.hasProviderOptions()) {
          omitted.add("tools[" + i + "].provider_options");
        }
        body.object(foreign ? Struct.getDefaultInstance() : tool.getProviderOptions());
        if (tool.hasCustom()) {
          customTool(tool.getCustom(), at + "custom");
        } else {
          functionTool(tool.getFunction(), at + "function");
        }
        body.endObject();
      }
      body.endArray();
    }
    boolean anyTools = prompt.getToolsCount() > 0 || body.hasOption("tools");
    if (prompt.hasToolChoice()) {
      toolChoice(prompt.getToolChoice(), anyTools);
    }
  }

  private void functionTool(FunctionTool function, String at) throws ProviderException {
    toolHead("function", function.getName(), function.getDescription(), at);
    if (!function.getParametersSchemaJson().isEmpty()) {
      body.field("parameters");
      schema(function.getParametersSchemaJson(), at + ".parameters_schema_json");
    }
    if (function.hasStrict()) {
      body.field("strict").value(function.getStrict());
    }
    body.endObject();
  }

  private void customTool(CustomTool custom, String at) throws ProviderException {
    toolHead("custom", custom.getName(), custom.getDescription(), at);
    if (custom.hasGrammar()) {
      body.field("format").object().field("type").value("grammar").field("grammar").object();
      body.field("syntax").value(custom.getGrammar().getSyntax());
      body.field("definition").value(custom.getGrammar().getDefinition());
      body.endObject().endObject();
    }
    body.endObject();
  }

  private void toolHead(String type, String name, String description, String at)
      throws ProviderException {
    if (name.length() > TOOL_NAME_LENGTH) {
      throw Refusals.cannotExpress(
          provider, at + ".name", "it takes names of at most " + TOOL_NAME_LENGTH + " characters");
    }
    body.field("type").value(type).field(type).object().field("name").value(name);
    if (!description.isEmpty()) {
      body.field("description").value(description);
    }
  }

  private boolean isCustom(String name) {
    return prompt.getToolsList().stream()
        .anyMatch(tool -> tool.hasCustom() && tool.getCustom().getName().equals(name));
  }

  /** Without tools "auto" and "none" say nothing, and vendors refuse them. */
  private void toolChoice(ToolChoice choice, boolean anyTools) throws ProviderException {
    switch (choice.getMode()) {
      case MODE_UNSPECIFIED -> {}
      case MODE_AUTO -> {
        if (anyTools) {
          body.field("tool_choice").value("auto");
        }
      }
      case MODE_NONE -> {
        if (anyTools) {
          body.field("tool_choice").value("none");
        }
      }
      case MODE_REQUIRED -> body.field("tool_choice").value("required");
      case MODE_TOOL -> {
        String kind = isCustom(choice.getToolName()) ? "custom" : "function";
        body.field("tool_choice").object().field("type").value(kind);
        body.field(kind).object().field("name").value(choice.getToolName());
        body.endObject().endObject();
      }
      case UNRECOGNIZED ->
          throw Refusals.cannotExpress(
              provider, "prompt.tool_choice.mode", "the mode is not known");
    }
    if (choice.hasParallel() && anyTools) {
      body.field("parallel_tool_calls").value(choice.getParallel());
    }
  }

  private void responseFormat(ResponseFormat format) throws ProviderException {
    switch (format.getKindCase()) {
      case KIND_NOT_SET, TEXT -> {}
      case JSON_OBJECT ->
          body.field("response_format").object().field("type").value("json_object").endObject();
      case JSON_SCHEMA -> {
        body.field("response_format").object().field("type").value("json_schema");
        body.field("json_schema").object();
        body.field("name")
            .value(
                format.getJsonSchema().getName().isEmpty()
                    ? "answer"
                    : format.getJsonSchema().getName());
        body.field("schema");
        schema(
            format.getJsonSchema().getSchemaJson(),
            "prompt.response_format.json_schema.schema_json");
        if (format.getJsonSchema().hasStrict()) {
          body.field("strict").value(format.getJsonSchema().getStrict());
        }
        body.endObject().endObject();
      }
    }
  }

  private void schema(String json, String path) throws ProviderException {
    if (!JsonText.isObject(json)) {
      throw Refusals.cannotExpress(provider, path, "it is not a JSON object");
    }
    body.raw(json);
  }

  private void sampling(Sampling sampling) throws ProviderException {
    if (sampling.hasTemperature() && takes(Setting.TEMPERATURE, sampling.getTemperature() == 1)) {
      body.field("temperature").value(sampling.getTemperature());
    }
    if (sampling.hasTopP() && takes(Setting.TOP_P, sampling.getTopP() == 1)) {
      body.field("top_p").value(sampling.getTopP());
    }
    if (sampling.hasTopK()) {
      if (vendor.has(Quirk.NO_TOP_K)) {
        throw Refusals.cannotExpress(
            provider, "prompt.sampling.top_k", "it has no such setting; use top_p");
      }
      if (takes(Setting.TOP_K, false)) {
        body.field("top_k").value(sampling.getTopK());
      }
    }
    if (sampling.hasFrequencyPenalty()
        && takes(Setting.FREQUENCY_PENALTY, sampling.getFrequencyPenalty() == 0)) {
      body.field("frequency_penalty").value(sampling.getFrequencyPenalty());
    }
    if (sampling.hasPresencePenalty()
        && takes(Setting.PRESENCE_PENALTY, sampling.getPresencePenalty() == 0)) {
      body.field("presence_penalty").value(sampling.getPresencePenalty());
    }
    if (sampling.hasMaxOutputTokenCount()) {
      body.reserve("max_tokens").reserve("max_completion_tokens");
      body.field(maxTokensField()).value(sampling.getMaxOutputTokenCount());
    }
    if (sampling.getStopSequencesCount() > 0) {
      if (traits.refuses().contains(Setting.STOP)) {
        // Without them it would give another answer, not the same one drawn otherwise.
        throw Refusals.cannotExpress(
            provider,
            "prompt.sampling.stop_sequences",
            "its model " + model + " has no such setting");
      }
      body.field("stop").array();
      sampling.getStopSequencesList().forEach(body::value);
      body.endArray();
    }
    if (sampling.hasSeed() && takes(Setting.SEED, false)) {
      body.field(vendor.has(Quirk.RANDOM_SEED) ? "random_seed" : "seed").value(sampling.getSeed());
    }
    if (sampling.hasCandidateCount() && sampling.getCandidateCount() != 1) {
      body.field("n").value(sampling.getCandidateCount());
    }
  }

  /**
   * Returns whether the model takes a setting of how its answer is drawn; if not, notes that it is
   * left out. A value that is the vendor's default changes nothing, and is taken by every model.
   */
  private boolean takes(Setting setting, boolean isDefault) {
    boolean taken = isDefault || !traits.refuses().contains(setting);
    if (!taken) {
      omitted.add(setting.field());
    }
    return taken;
  }

  /**
   * Returns the field for the most output tokens. OpenAI's reasoning models refuse the old name and
   * its other models take both; most others know the old one only.
   */
  private String maxTokensField() {
    boolean newName =
        vendor.has(Quirk.MAX_COMPLETION_TOKENS)
            || traits.takes().contains(Feature.MAX_COMPLETION_TOKENS);
    return newName ? "max_completion_tokens" : "max_tokens";
  }

  /**
   * A model is told the nearest effort it takes, and one that cannot reason is told none. An option
   * goes before it, since it has words that the contract has not.
   */
  private void effort(ReasoningEffort effort) throws ProviderException {
    if (body.hasOption("reasoning_effort")
        || effort == ReasoningEffort.REASONING_EFFORT_UNSPECIFIED) {
      return;
    }
    Effort wanted =
        Efforts.of(effort)
            .orElseThrow(() ->
                Refusals.cannotExpress(
                    provider, "prompt.reasoning_effort", "the effort is not known"));
    boolean unsure = traits.efforts().isEmpty() && vendor.has(Quirk.EFFORT_IF_KNOWN);
    if (!unsure) {
      traits
          .fitting(wanted)
          .ifPresent(fitting -> body.field("reasoning_effort").value(Efforts.word(fitting)));
    }
  }
}
