package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.http.calls.AnswerFormat;
import dev.admiral.optimizer.http.calls.Origin;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.JsonText;
import dev.admiral.optimizer.provider.Vendors;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers as messages. The API knows one answer to a request, so further candidates are left
 * out. A refusal in the model's words is told as the vendor's own are, in stop_details. What
 * another vendor wants back with calls or with all of the answer is sealed in a block of hidden
 * thinking at the end: clients send those back as they came.
 */
final class MessageFormat implements AnswerFormat {
  private final MessageWords words;

  MessageFormat(MessageWords words) {
    this.words = words;
  }

  @Override
  public void whole(JsonGenerator json, Call call, Answered answered) throws IOException {
    Answer answer = answered.answer();
    Completion completion = answer.completion();
    json.writeStartObject();
    head(json, call, answer.model());
    json.writeArrayFieldStart("content");
    for (ContentPart part : completion.getMessage().getPartsList()) {
      switch (part.getKindCase()) {
        case TEXT -> text(json, part.getText().getText());
        case REASONING -> reasoning(json, part.getReasoning(), part.getVendorData());
        case TOOL_CALL -> toolUse(json, part.getToolCall());
        // A refusal is told below; answers have no other kinds.
        case REFUSAL, IMAGE, FILE, TOOL_RESULT, TOOL_REFERENCE, KIND_NOT_SET -> {}
      }
    }
    String sealed = Sealed.of(completion.getMessage());
    if (!sealed.isEmpty()) {
      redacted(json, sealed, VendorData.getDefaultInstance());
    }
    json.writeEndArray();
    stop(json, completion);
    json.writeObjectFieldStart("usage");
    usage(json, answer.usage());
    serviceTier(json, completion);
    json.writeEndObject();
    json.writeEndObject();
  }

  @Override
  public StreamFormat stream(RunningCall running) {
    return new MessageStream(running);
  }

  @Override
  public Failure inWords(Failure failure, Prompt prompt) {
    return words.translate(failure, prompt);
  }

  /** Says which service a vendor gave; of its usual one too, as this API does. */
  static void serviceTier(JsonGenerator json, Completion completion) throws IOException {
    String tier = completion.getServiceTier();
    json.writeStringField("service_tier", tier.isEmpty() ? "standard" : tier);
  }

  /** Writes what a message is, without its content. */
  static void head(JsonGenerator json, Call call, String model) throws IOException {
    json.writeStringField("id", "msg_" + call.id());
    json.writeStringField("type", "message");
    json.writeStringField("role", "assistant");
    json.writeStringField("model", model);
  }

  private static void text(JsonGenerator json, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "text");
    json.writeStringField("text", text);
    json.writeEndObject();
  }

  /** Readable and hidden reasoning are blocks of their own. */
  private static void reasoning(JsonGenerator json, ReasoningPart reasoning, VendorData data)
      throws IOException {
    String hidden = reasoning.getRedactedData();
    if (hidden.isEmpty() || !reasoning.getText().isEmpty() || !reasoning.getSignature().isEmpty()) {
      json.writeStartObject();
      json.writeStringField("type", "thinking");
      json.writeStringField("thinking", reasoning.getText());
      json.writeStringField("signature", reasoning.getSignature());
      origin(json, data);
      json.writeEndObject();
    }
    if (!hidden.isEmpty()) {
      redacted(json, hidden, data);
    }
  }

  static void redacted(JsonGenerator json, String text, VendorData data) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "redacted_thinking");
    json.writeStringField("data", text);
    origin(json, data);
    json.writeEndObject();
  }

  /**
   * Says whose thinking it is, unless they may speak as this API does: then it is as they wrote it.
   */
  static void origin(JsonGenerator json, VendorData data) throws IOException {
    boolean speaksOtherwise =
        !data.getReasoningField().isEmpty()
            || Vendors.find(data.getVendor())
                .filter(vendor -> vendor.dialect() != Dialect.ANTHROPIC)
                .isPresent();
    if (speaksOtherwise) {
      Origin.write(json, data.getVendor(), data.getReasoningField());
    }
  }

  private static void toolUse(JsonGenerator json, ToolCall call) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "tool_use");
    json.writeStringField("id", call.getId());
    json.writeStringField("name", call.getName());
    json.writeFieldName("input");
    String arguments = call.hasInputText() ? call.getInputText() : call.getArgumentsJson();
    if (arguments.isBlank()) {
      json.writeRawValue("{}");
    } else if (JsonText.isObject(arguments)) {
      json.writeRawValue(arguments);
    } else {
      // A model can write what is no JSON; the vendor's manual wraps it so.
      json.writeStartObject();
      json.writeStringField("INVALID_JSON", arguments);
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /** Writes why the model stopped, into a message or into the event that tells it. */
  static void stop(JsonGenerator json, Completion completion) throws IOException {
    String refusal = refusal(completion);
    String reason = stopReason(completion, refusal != null);
    json.writeStringField("stop_reason", reason);
    if (completion.getStopSequence().isEmpty()) {
      json.writeNullField("stop_sequence");
    } else {
      json.writeStringField("stop_sequence", completion.getStopSequence());
    }
    if (reason.equals("refusal")) {
      json.writeObjectFieldStart("stop_details");
      json.writeStringField("type", "refusal");
      String category = completion.getFinishDetails().getCategory();
      json.writeStringField("category", category.isEmpty() ? null : category);
      json.writeStringField("explanation", refusal);
      json.writeEndObject();
    } else {
      json.writeNullField("stop_details");
    }
  }

  private static String stopReason(Completion completion, boolean refused) {
    FinishReason reason = completion.getFinishReason();
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "max_tokens";
      case FINISH_REASON_CONTEXT_WINDOW -> "model_context_window_exceeded";
      case FINISH_REASON_TOOL_CALLS -> "tool_use";
      case FINISH_REASON_CONTENT_FILTER, FINISH_REASON_REFUSAL -> "refusal";
      case FINISH_REASON_PAUSE -> "pause_turn";
      case FINISH_REASON_STOP, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> {
        if (refused) {
          yield "refusal";
        } else if (!completion.getStopSequence().isEmpty()) {
          yield "stop_sequence";
        }
        // Some vendors of other dialects say "stop" although tools are called.
        yield completion.getMessage().getPartsList().stream().anyMatch(ContentPart::hasToolCall)
            ? "tool_use"
            : "end_turn";
      }
    };
  }

  /** Returns the model's own words for not answering; null if there are none. */
  private static @Nullable String refusal(Completion completion) {
    StringBuilder words = null;
    for (ContentPart part : completion.getMessage().getPartsList()) {
      if (part.hasRefusal()) {
        words = words == null ? new StringBuilder() : words;
        words.append(part.getRefusal().getText());
      }
    }
    return words == null ? null : words.toString();
  }

  /** Writes tokens as the vendor counts them: its input is what the cache had no part in. */
  static void usage(JsonGenerator json, Usage usage) throws IOException {
    json.writeNumberField("input_tokens", usage.plainInput());
    json.writeNumberField("cache_creation_input_tokens", usage.cacheWrite() + usage.cacheWrite1h());
    json.writeNumberField("cache_read_input_tokens", usage.cachedInput());
    json.writeObjectFieldStart("cache_creation");
    json.writeNumberField("ephemeral_5m_input_tokens", usage.cacheWrite());
    json.writeNumberField("ephemeral_1h_input_tokens", usage.cacheWrite1h());
    json.writeEndObject();
    json.writeNumberField("output_tokens", usage.output());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("thinking_tokens", usage.reasoning());
    json.writeEndObject();
    json.writeNullField("server_tool_use");
  }
}
