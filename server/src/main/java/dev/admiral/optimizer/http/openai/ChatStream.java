package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Origin;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as chunks of a chat completion.
 *
 * <p>A choice opens with its first piece, not before, since only that tells whether it has a text:
 * an answer that calls tools alone has none, in both ways of asking.
 *
 * <p>What a vendor wants back with a call stands in the call's first chunk where it is known by
 * then; what it wants back with the message stands whole in a chunk at the choice's end.
 */
final class ChatStream implements StreamFormat {
  private static final String DONE = "[DONE]";

  private final RunningCall running;
  private final boolean usageWanted;
  private final boolean functions;
  private final Time time;
  private final String id;
  private final List<Choice> choices = new ArrayList<>(1);
  private long created;
  private String model = "";

  /** What was told of one choice. */
  private static final class Choice {
    private boolean open;
    private String vendor = "";
    private boolean namedReasoning;
    private final Map<Integer, Integer> callIndexes = new HashMap<>(0);
  }

  /** Writes what is in a delta. */
  private interface Delta {
    void to(JsonGenerator json) throws IOException;
  }

  ChatStream(RunningCall running, boolean usageWanted, boolean functions, Time time) {
    this.running = running;
    this.usageWanted = usageWanted;
    this.functions = functions;
    this.time = time;
    this.id = ChatAnswer.id(running.call());
  }

  @Override
  public void begin(Begun begun, EventBuffer out) {
    model = begun.model();
    created =
        (running.outcome() instanceof Answered answered ? answered.answer().created() : time.now())
            .getEpochSecond();
  }

  @Override
  public void piece(ContentDelta delta, EventBuffer out) {
    int index = delta.getCandidateIndex();
    Choice choice = choice(index);
    VendorData data = delta.getVendorData();
    choice.namedReasoning |= ChatAnswer.isNamedReasoning(data);
    switch (delta.getPieceCase()) {
      case TEXT -> {
        open(choice, index, true, out);
        chunk(index, json -> json.writeStringField("content", delta.getText().getText()), out);
      }
      case REFUSAL -> {
        open(choice, index, false, out);
        chunk(index, json -> json.writeStringField("refusal", delta.getRefusal().getText()), out);
      }
      case REASONING -> {
        open(choice, index, false, out);
        chunk(
            index,
            json -> {
              reasoning(json, choice, delta.getReasoning());
              origin(json, choice, data);
            },
            out);
      }
      case TOOL_CALL -> {
        open(choice, index, false, out);
        chunk(
            index,
            json -> {
              call(json, choice, delta.getPartIndex(), delta.getToolCall(), data);
              origin(json, choice, data);
            },
            out);
      }
      case PIECE_NOT_SET -> throw new IllegalArgumentException("a piece without a kind came");
    }
  }

  @Override
  public void finish(Answered answered, EventBuffer out) {
    Completion completion = answered.answer().completion();
    finish(0, completion, completion.getMessage(), completion.getFinishReason(), out);
    for (int i = 0; i < completion.getAlternativesCount(); i++) {
      Candidate other = completion.getAlternatives(i);
      finish(i + 1, completion, other.getMessage(), other.getFinishReason(), out);
    }
    if (usageWanted) {
      out.data(json -> {
        head(json);
        json.writeArrayFieldStart("choices");
        json.writeEndArray();
        ChatAnswer.usage(json, answered.answer().usage());
        ChatAnswer.serviceTier(json, completion);
        json.writeEndObject();
      });
    }
    out.text(DONE);
  }

  private void finish(
      int index, Completion completion, ChatMessage message, FinishReason reason, EventBuffer out) {
    open(choice(index), index, true, out);
    if (ChatAnswer.wantsBack(message)) {
      chunk(
          index,
          json -> {
            ChatAnswer.wantedBack(json, message);
            origin(json, choice(index), message.getVendorData());
          },
          out);
    }
    String word = ChatAnswer.finishReason(reason, message, functions);
    out.data(json -> {
      head(json);
      ChatAnswer.serviceTier(json, completion);
      choice(json, index, _ -> {}, word);
    });
  }

  /** Without an end mark: clients that see one take what came for the whole answer. */
  @Override
  public void fail(HttpFailure failure, EventBuffer out) {
    out.data(json -> OpenAiErrors.CHAT.write(json, failure));
  }

  private Choice choice(int index) {
    while (choices.size() <= index) {
      choices.add(new Choice());
    }
    return choices.get(index);
  }

  private void open(Choice choice, int index, boolean text, EventBuffer out) {
    if (choice.open) {
      return;
    }
    choice.open = true;
    chunk(
        index,
        json -> {
          json.writeStringField("role", "assistant");
          json.writeStringField("content", text ? "" : null);
          json.writeNullField("refusal");
        },
        out);
  }

  private void chunk(int index, Delta delta, EventBuffer out) {
    out.data(json -> {
      head(json);
      choice(json, index, delta, null);
    });
  }

  private void head(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("object", "chat.completion.chunk");
    json.writeNumberField("created", created);
    json.writeStringField("model", model);
    json.writeNullField("system_fingerprint");
  }

  private void choice(JsonGenerator json, int index, Delta delta, @Nullable String finishReason)
      throws IOException {
    json.writeArrayFieldStart("choices");
    json.writeStartObject();
    json.writeNumberField("index", index);
    json.writeObjectFieldStart("delta");
    delta.to(json);
    json.writeEndObject();
    json.writeNullField("logprobs");
    json.writeStringField("finish_reason", finishReason);
    json.writeEndObject();
    json.writeEndArray();
    if (usageWanted) {
      json.writeNullField("usage");
    }
    json.writeEndObject();
  }

  /** Once to a choice: what comes twice is joined by some clients. */
  private static void origin(JsonGenerator json, Choice choice, VendorData data)
      throws IOException {
    if (choice.vendor.isEmpty() && !data.getVendor().isEmpty()) {
      choice.vendor = data.getVendor();
      Origin.write(json, choice.vendor, "");
    }
  }

  private void call(
      JsonGenerator json, Choice choice, int part, ToolCallDelta delta, VendorData data)
      throws IOException {
    // Pieces of calls may interleave.
    boolean first = !choice.callIndexes.containsKey(part);
    int index = choice.callIndexes.computeIfAbsent(part, _ -> choice.callIndexes.size());
    if (functions) {
      function(json, "function_call", first, delta);
      return;
    }
    String kind = delta.hasInputText() ? "custom" : "function";
    json.writeArrayFieldStart("tool_calls");
    json.writeStartObject();
    json.writeNumberField("index", index);
    if (first) {
      json.writeStringField("id", delta.getId());
      json.writeStringField("type", kind);
    }
    function(json, kind, first, delta);
    ChatAnswer.kept(json, VendorFields.read(data.getJson()), VendorFields::ofCall);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static void function(JsonGenerator json, String field, boolean first, ToolCallDelta delta)
      throws IOException {
    json.writeObjectFieldStart(field);
    if (first) {
      json.writeStringField("name", delta.getName());
    }
    if (delta.hasInputText()) {
      json.writeStringField("input", delta.getInputText());
    } else {
      json.writeStringField("arguments", delta.getArgumentsJson());
    }
    json.writeEndObject();
  }

  private static void reasoning(JsonGenerator json, Choice choice, ReasoningDelta delta)
      throws IOException {
    if (!delta.getText().isEmpty()) {
      json.writeStringField("reasoning_content", delta.getText());
      if (choice.namedReasoning) {
        json.writeStringField("reasoning", delta.getText());
      }
    }
  }
}
