package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.http.calls.AnswerFormat;
import dev.admiral.optimizer.http.calls.Origin;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Writes an answer as a chat completion. */
final class ChatAnswer implements AnswerFormat {
  private final boolean usageWanted;
  private final Places places;
  private final ChatWords words;
  private final Time time;

  /**
   * @param usageWanted true if a stream is to end with the usage
   */
  ChatAnswer(boolean usageWanted, Places places, ChatWords words, Time time) {
    this.usageWanted = usageWanted;
    this.places = places;
    this.words = words;
    this.time = time;
  }

  @Override
  public StreamFormat stream(RunningCall running) {
    return new ChatStream(running, usageWanted, words.functions(), time);
  }

  @Override
  public Failure inWords(Failure failure, Prompt prompt) {
    return places.translate(failure, prompt, words);
  }

  @Override
  public void whole(JsonGenerator json, Call call, Answered answered) throws IOException {
    Answer answer = answered.answer();
    Completion completion = answer.completion();
    json.writeStartObject();
    json.writeStringField("id", id(call));
    json.writeStringField("object", "chat.completion");
    json.writeNumberField("created", answer.created().getEpochSecond());
    json.writeStringField("model", answer.model());
    json.writeArrayFieldStart("choices");
    choice(json, 0, completion.getMessage(), completion.getFinishReason());
    for (int i = 0; i < completion.getAlternativesCount(); i++) {
      Candidate other = completion.getAlternatives(i);
      choice(json, i + 1, other.getMessage(), other.getFinishReason());
    }
    json.writeEndArray();
    usage(json, answer.usage());
    json.writeNullField("system_fingerprint");
    serviceTier(json, completion);
    json.writeEndObject();
  }

  /** Says which service a vendor gave, where it is not its usual one. */
  static void serviceTier(JsonGenerator json, Completion completion) throws IOException {
    if (!completion.getServiceTier().isEmpty()) {
      json.writeStringField("service_tier", completion.getServiceTier());
    }
  }

  static String id(Call call) {
    return "chatcmpl-" + call.id();
  }

  private void choice(JsonGenerator json, int index, ChatMessage message, FinishReason reason)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("index", index);
    json.writeObjectFieldStart("message");
    json.writeStringField("role", "assistant");
    List<ContentPart> parts = message.getPartsList();
    boolean silent =
        parts.stream().noneMatch(ContentPart::hasText)
            && parts.stream().anyMatch(part -> part.hasToolCall() || part.hasRefusal());
    json.writeFieldName("content");
    if (silent) {
      json.writeNull();
    } else {
      json.writeString(joined(parts, ContentPart::hasText, part -> part.getText().getText()));
    }
    json.writeFieldName("refusal");
    if (parts.stream().anyMatch(ContentPart::hasRefusal)) {
      json.writeString(joined(parts, ContentPart::hasRefusal, part -> part.getRefusal().getText()));
    } else {
      json.writeNull();
    }
    json.writeArrayFieldStart("annotations");
    json.writeEndArray();
    reasoning(json, message);
    Origin.write(json, Origin.vendor(message), "");
    if (parts.stream().anyMatch(ContentPart::hasToolCall)) {
      calls(json, parts);
    }
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", finishReason(reason, message, words.functions()));
    json.writeEndObject();
  }

  /** Most answers have one part of a kind, and it is not copied. */
  private static String joined(
      List<ContentPart> parts, Predicate<ContentPart> kind, Function<ContentPart, String> text) {
    List<String> texts = parts.stream().filter(kind).map(text).toList();
    return texts.size() == 1 ? texts.getFirst() : String.join("", texts);
  }

  private static void reasoning(JsonGenerator json, ChatMessage message) throws IOException {
    List<ContentPart> parts = message.getPartsList();
    String text = joined(parts, ContentPart::hasReasoning, part -> part.getReasoning().getText());
    if (!text.isEmpty()) {
      json.writeStringField("reasoning_content", text);
      if (parts.stream().anyMatch(part -> isNamedReasoning(part.getVendorData()))) {
        json.writeStringField("reasoning", text);
      }
    }
    wantedBack(json, message);
  }

  /** Returns true if the vendor wants something back with a message besides its calls. */
  static boolean wantsBack(ChatMessage message) {
    return !message.getVendorData().getJson().isEmpty()
        || message.getPartsList().stream().anyMatch(ChatAnswer::isSigned);
  }

  private static boolean isSigned(ContentPart part) {
    ReasoningPart reasoning = part.getReasoning();
    return ReasoningDetails.needed(reasoning.getSignature(), reasoning.getRedactedData());
  }

  /** Writes what the vendor wants back with a message besides its calls. */
  static void wantedBack(JsonGenerator json, ChatMessage message) throws IOException {
    Map<String, String> kept = VendorFields.read(message.getVendorData().getJson());
    kept(json, kept, VendorFields::ofMessage);
    List<ContentPart> parts = message.getPartsList();
    if (kept.containsKey(ReasoningDetails.FIELD)
        || parts.stream().noneMatch(ChatAnswer::isSigned)) {
      return;
    }
    json.writeArrayFieldStart(ReasoningDetails.FIELD);
    int index = 0;
    for (ContentPart part : parts) {
      if (part.hasReasoning()) {
        ReasoningPart reasoning = part.getReasoning();
        ReasoningDetails.write(
            json,
            index++,
            reasoning.getText(),
            reasoning.getSignature(),
            reasoning.getRedactedData());
      }
    }
    json.writeEndArray();
  }

  /** Its vendor looks for reasoning under that name, and clients under the one of most. */
  static boolean isNamedReasoning(VendorData data) {
    return data.getReasoningField().equals("reasoning");
  }

  /** Writes what a vendor wants back, as it came. */
  static void kept(JsonGenerator json, Map<String, String> fields, Predicate<String> wanted)
      throws IOException {
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (wanted.test(field.getKey())) {
        json.writeFieldName(field.getKey());
        json.writeRawValue(field.getValue());
      }
    }
  }

  private void calls(JsonGenerator json, List<ContentPart> parts) throws IOException {
    if (words.functions()) {
      // Asked for one at a time, so there is one.
      for (ContentPart part : parts) {
        if (part.hasToolCall()) {
          function(json, "function_call", part.getToolCall());
          return;
        }
      }
    }
    json.writeArrayFieldStart("tool_calls");
    for (ContentPart part : parts) {
      if (part.hasToolCall()) {
        json.writeStartObject();
        json.writeStringField("id", part.getToolCall().getId());
        String kind = part.getToolCall().hasInputText() ? "custom" : "function";
        json.writeStringField("type", kind);
        function(json, kind, part.getToolCall());
        kept(json, VendorFields.read(part.getVendorData().getJson()), VendorFields::ofCall);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static void function(JsonGenerator json, String field, ToolCall call) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeStringField("name", call.getName());
    if (call.hasInputText()) {
      json.writeStringField("input", call.getInputText());
    } else {
      json.writeStringField("arguments", call.getArgumentsJson());
    }
    json.writeEndObject();
  }

  /**
   * Returns the word for why a model stopped; what the vendor did not say is told by the answer.
   */
  static String finishReason(FinishReason reason, ChatMessage message, boolean functions) {
    String called = functions ? "function_call" : "tool_calls";
    return switch (reason) {
      case FINISH_REASON_STOP, FINISH_REASON_PAUSE -> "stop";
      case FINISH_REASON_LENGTH, FINISH_REASON_CONTEXT_WINDOW -> "length";
      case FINISH_REASON_TOOL_CALLS -> called;
      case FINISH_REASON_CONTENT_FILTER -> "content_filter";
      // With words of refusal clients look at those; without, only this tells.
      case FINISH_REASON_REFUSAL ->
          message.getPartsList().stream().anyMatch(ContentPart::hasRefusal)
              ? "stop"
              : "content_filter";
      case FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          message.getPartsList().stream().anyMatch(ContentPart::hasToolCall) ? called : "stop";
    };
  }

  /** Writes the field "usage", in which the prompt's tokens include cached ones, as here. */
  static void usage(JsonGenerator json, Usage usage) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("prompt_tokens", usage.input());
    json.writeNumberField("completion_tokens", usage.output());
    json.writeNumberField("total_tokens", usage.input() + usage.output());
    json.writeObjectFieldStart("prompt_tokens_details");
    json.writeNumberField("cached_tokens", usage.cachedInput());
    json.writeNumberField("cache_write_tokens", usage.cacheWrite() + usage.cacheWrite1h());
    json.writeNumberField("audio_tokens", 0);
    json.writeEndObject();
    json.writeObjectFieldStart("completion_tokens_details");
    json.writeNumberField("reasoning_tokens", usage.reasoning());
    json.writeNumberField("audio_tokens", 0);
    json.writeNumberField("accepted_prediction_tokens", 0);
    json.writeNumberField("rejected_prediction_tokens", 0);
    json.writeEndObject();
    json.writeEndObject();
  }
}
