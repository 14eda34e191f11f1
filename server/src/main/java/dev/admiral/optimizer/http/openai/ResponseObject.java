package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.CustomTool;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolChoice;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the response object of one call, in each of its states. Every part of an answer is an item
 * of its own, at the place it has in the answer, so that items of a stream and of a whole answer
 * have the same names and places. What a vendor wants back with calls or with all of it is sealed
 * in an item of reasoning without a word at the end: clients send those back as they came.
 */
final class ResponseObject {
  static final String COMPLETED = "completed";
  static final String INCOMPLETE = "incomplete";
  static final String IN_PROGRESS = "in_progress";
  private static final String EFFORT = "REASONING_EFFORT_";
  private static final String MODE = "MODE_";

  private final Call call;
  private final boolean instructed;

  ResponseObject(Call call, boolean instructed) {
    this.call = call;
    this.instructed = instructed;
  }

  /** Returns the name of the item at a place. */
  String itemId(String prefix, int index) {
    return prefix + "_" + call.id() + "_" + index;
  }

  /** Writes a response that has just begun. */
  void begun(JsonGenerator json, String model, long created) throws IOException {
    head(json, IN_PROGRESS, created);
    json.writeNullField("error");
    json.writeNullField("incomplete_details");
    json.writeArrayFieldStart("output");
    json.writeEndArray();
    json.writeNullField("usage");
    asked(json, model);
    json.writeEndObject();
  }

  /** Writes a response that failed. */
  void failed(JsonGenerator json, String model, long created, HttpFailure failure)
      throws IOException {
    head(json, "failed", created);
    json.writeObjectFieldStart("error");
    json.writeStringField("code", OpenAiErrors.code(failure));
    json.writeStringField("message", OpenAiErrors.message(failure.failure()));
    json.writeEndObject();
    json.writeNullField("incomplete_details");
    json.writeArrayFieldStart("output");
    json.writeEndArray();
    json.writeNullField("usage");
    asked(json, model);
    json.writeEndObject();
  }

  /** Writes a response that is there. */
  void ended(JsonGenerator json, Answer answer, long created) throws IOException {
    Completion completion = answer.completion();
    String why = incomplete(completion);
    head(json, status(completion), created);
    json.writeNullField("error");
    if (why == null) {
      json.writeNullField("incomplete_details");
    } else {
      json.writeObjectFieldStart("incomplete_details");
      json.writeStringField("reason", why);
      json.writeEndObject();
    }
    json.writeArrayFieldStart("output");
    List<ContentPart> parts = completion.getMessage().getPartsList();
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      item(json, i, parts.get(i), last ? status(completion) : COMPLETED);
    }
    String sealed = Sealed.of(completion.getMessage());
    if (!sealed.isEmpty()) {
      reasoning(json, parts.size(), "", sealed);
    }
    json.writeEndArray();
    usage(json, answer.usage());
    asked(json, answer.model());
    ChatAnswer.serviceTier(json, completion);
    json.writeEndObject();
  }

  /** Returns the status of a response, which is also that of its last item. */
  static String status(Completion completion) {
    return incomplete(completion) == null ? COMPLETED : INCOMPLETE;
  }

  /** Returns why an answer is incomplete; null if it is not. */
  private static @Nullable String incomplete(Completion completion) {
    boolean refused =
        completion.getMessage().getPartsList().stream().anyMatch(ContentPart::hasRefusal);
    return switch (completion.getFinishReason()) {
      case FINISH_REASON_LENGTH, FINISH_REASON_CONTEXT_WINDOW -> "max_output_tokens";
      case FINISH_REASON_CONTENT_FILTER -> "content_filter";
      // Words of refusal speak for themselves.
      case FINISH_REASON_REFUSAL -> refused ? null : "content_filter";
      case FINISH_REASON_STOP,
          FINISH_REASON_TOOL_CALLS,
          FINISH_REASON_PAUSE,
          FINISH_REASON_UNSPECIFIED,
          UNRECOGNIZED ->
          null;
    };
  }

  private void head(JsonGenerator json, String status, long created) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", "resp_" + call.id());
    json.writeStringField("object", "response");
    json.writeNumberField("created_at", created);
    json.writeStringField("status", status);
    json.writeBooleanField("background", false);
  }

  /** Writes one part of an answer. */
  private void item(JsonGenerator json, int index, ContentPart part, String status)
      throws IOException {
    switch (part.getKindCase()) {
      case TEXT -> message(json, index, status, part.getText().getText(), false);
      case REFUSAL -> message(json, index, status, part.getRefusal().getText(), true);
      case TOOL_CALL -> toolCall(json, index, status, part.getToolCall());
      case REASONING -> {
        ReasoningPart reasoning = part.getReasoning();
        reasoning(json, index, reasoning.getText(), Sealed.of(reasoning, part.getVendorData()));
      }
      // No vendor answers so.
      case IMAGE, FILE, TOOL_RESULT, TOOL_REFERENCE, KIND_NOT_SET -> {}
    }
  }

  /**
   * Writes an item that holds one text.
   *
   * @param text what was said; null before anything was
   */
  void message(JsonGenerator json, int index, String status, @Nullable String text, boolean refusal)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("id", itemId("msg", index));
    json.writeStringField("type", "message");
    json.writeStringField("status", status);
    json.writeStringField("role", "assistant");
    json.writeArrayFieldStart("content");
    if (text != null) {
      content(json, text, refusal);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Writes the one part of a message. */
  static void content(JsonGenerator json, String text, boolean refusal) throws IOException {
    json.writeStartObject();
    if (refusal) {
      json.writeStringField("type", "refusal");
      json.writeStringField("refusal", text);
    } else {
      json.writeStringField("type", "output_text");
      json.writeStringField("text", text);
      json.writeArrayFieldStart("annotations");
      json.writeEndArray();
      json.writeArrayFieldStart("logprobs");
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  void toolCall(JsonGenerator json, int index, String status, ToolCall call) throws IOException {
    boolean custom = call.hasInputText();
    json.writeStartObject();
    json.writeStringField("id", itemId(custom ? "ctc" : "fc", index));
    json.writeStringField("type", custom ? "custom_tool_call" : "function_call");
    json.writeStringField("status", status);
    json.writeStringField("call_id", call.getId());
    json.writeStringField("name", call.getName());
    if (custom) {
      json.writeStringField("input", call.getInputText());
    } else {
      json.writeStringField("arguments", call.getArgumentsJson());
    }
    json.writeEndObject();
  }

  /**
   * Writes an item of reasoning.
   *
   * @param encrypted what the vendor wants back with it; empty if nothing
   */
  void reasoning(JsonGenerator json, int index, String text, String encrypted) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", itemId("rs", index));
    json.writeStringField("type", "reasoning");
    json.writeArrayFieldStart("summary");
    if (!text.isEmpty()) {
      summary(json, text);
    }
    json.writeEndArray();
    if (!encrypted.isEmpty()) {
      json.writeStringField("encrypted_content", encrypted);
    }
    json.writeEndObject();
  }

  static void summary(JsonGenerator json, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "summary_text");
    json.writeStringField("text", text);
    json.writeEndObject();
  }

  private static void usage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", usage.input());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("cached_tokens", usage.cachedInput());
    json.writeNumberField("cache_write_tokens", usage.cacheWrite() + usage.cacheWrite1h());
    json.writeEndObject();
    json.writeNumberField("output_tokens", usage.output());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoning());
    json.writeEndObject();
    json.writeNumberField("total_tokens", usage.input() + usage.output());
    json.writeEndObject();
  }

  /** Writes back what was asked, as the vendor does. */
  private void asked(JsonGenerator json, String model) throws IOException {
    Prompt prompt = call.prompt();
    json.writeStringField("model", model);
    json.writeStringField(
        "instructions", instructed ? prompt.getMessages(0).getParts(0).getText().getText() : null);
    limit(json, prompt);
    json.writeNumberField(
        "temperature",
        prompt.getSampling().hasTemperature() ? prompt.getSampling().getTemperature() : 1);
    json.writeNumberField(
        "top_p", prompt.getSampling().hasTopP() ? prompt.getSampling().getTopP() : 1);
    tools(json, prompt);
    text(json, prompt.getResponseFormat());
    json.writeObjectFieldStart("reasoning");
    ReasoningEffort effort = prompt.getReasoningEffort();
    json.writeStringField(
        "effort",
        effort == ReasoningEffort.REASONING_EFFORT_UNSPECIFIED
            ? null
            : word(effort.name(), EFFORT));
    json.writeNullField("summary");
    json.writeEndObject();
    json.writeObjectFieldStart("metadata");
    for (Map.Entry<String, Value> pair : metadata(prompt).entrySet()) {
      json.writeStringField(pair.getKey(), pair.getValue().getStringValue());
    }
    json.writeEndObject();
    json.writeNullField("previous_response_id");
    json.writeBooleanField("store", false);
    json.writeStringField("truncation", "disabled");
    json.writeNullField("user");
  }

  private static Map<String, Value> metadata(Prompt prompt) {
    return prompt
        .getProviderOptions()
        .getFieldsOrDefault("metadata", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsMap();
  }

  private static void limit(JsonGenerator json, Prompt prompt) throws IOException {
    if (prompt.getSampling().hasMaxOutputTokenCount()) {
      json.writeNumberField("max_output_tokens", prompt.getSampling().getMaxOutputTokenCount());
    } else {
      json.writeNullField("max_output_tokens");
    }
  }

  private static void tools(JsonGenerator json, Prompt prompt) throws IOException {
    ToolChoice choice = prompt.getToolChoice();
    json.writeBooleanField("parallel_tool_calls", !choice.hasParallel() || choice.getParallel());
    json.writeFieldName("tool_choice");
    switch (choice.getMode()) {
      case MODE_NONE, MODE_REQUIRED -> json.writeString(word(choice.getMode().name(), MODE));
      case MODE_TOOL -> {
        json.writeStartObject();
        boolean custom =
            prompt.getToolsList().stream()
                .anyMatch(tool -> tool.getCustom().getName().equals(choice.getToolName()));
        json.writeStringField("type", custom ? "custom" : "function");
        json.writeStringField("name", choice.getToolName());
        json.writeEndObject();
      }
      case MODE_AUTO, MODE_UNSPECIFIED, UNRECOGNIZED -> json.writeString("auto");
    }
    json.writeArrayFieldStart("tools");
    for (Tool tool : prompt.getToolsList()) {
      if (tool.hasCustom()) {
        custom(json, tool.getCustom());
        continue;
      }
      json.writeStartObject();
      json.writeStringField("type", "function");
      json.writeStringField("name", tool.getFunction().getName());
      json.writeStringField(
          "description",
          tool.getFunction().getDescription().isEmpty()
              ? null
              : tool.getFunction().getDescription());
      json.writeFieldName("parameters");
      schema(json, tool.getFunction().getParametersSchemaJson());
      json.writeFieldName("strict");
      if (tool.getFunction().hasStrict()) {
        json.writeBoolean(tool.getFunction().getStrict());
      } else {
        json.writeNull();
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void custom(JsonGenerator json, CustomTool tool) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "custom");
    json.writeStringField("name", tool.getName());
    json.writeStringField(
        "description", tool.getDescription().isEmpty() ? null : tool.getDescription());
    json.writeObjectFieldStart("format");
    json.writeStringField("type", tool.hasGrammar() ? "grammar" : "text");
    if (tool.hasGrammar()) {
      json.writeStringField("syntax", tool.getGrammar().getSyntax());
      json.writeStringField("definition", tool.getGrammar().getDefinition());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Writes a schema, which is JSON that this server printed itself. */
  private static void schema(JsonGenerator json, String schema) throws IOException {
    if (schema.isEmpty()) {
      json.writeNull();
    } else {
      json.writeRawValue(schema);
    }
  }

  private static void text(JsonGenerator json, ResponseFormat format) throws IOException {
    json.writeObjectFieldStart("text");
    json.writeObjectFieldStart("format");
    switch (format.getKindCase()) {
      case JSON_OBJECT -> json.writeStringField("type", "json_object");
      case JSON_SCHEMA -> {
        json.writeStringField("type", "json_schema");
        json.writeStringField("name", format.getJsonSchema().getName());
        json.writeFieldName("schema");
        schema(json, format.getJsonSchema().getSchemaJson());
        if (format.getJsonSchema().hasStrict()) {
          json.writeBooleanField("strict", format.getJsonSchema().getStrict());
        }
      }
      case TEXT, KIND_NOT_SET -> json.writeStringField("type", "text");
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String word(String name, String prefix) {
    return name.substring(prefix.length()).toLowerCase(Locale.ROOT);
  }
}
