package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as the events of a response: each part of the answer opens an item, tells its
 * pieces, and closes when the next one opens. Should a vendor go on with a part whose item was
 * closed, the item is closed once more, with all of it.
 */
final class ResponseStream implements StreamFormat {
  private final RunningCall running;
  private final ResponseObject response;
  private final Time time;
  private final Map<Integer, Item> items = new TreeMap<>();
  private @Nullable Item open;
  private long sequence;
  private long created;
  private String model = "";

  /** An item as far as it was told. */
  private static final class Item {
    private final int index;
    private final ContentDelta.PieceCase kind;
    private final StringBuilder text = new StringBuilder();
    private String callId = "";
    private String name = "";

    /** True of a call whose text is not arguments but input of any form. */
    private boolean custom;

    private final StringBuilder signature = new StringBuilder(0);
    private final StringBuilder redactedData = new StringBuilder(0);
    private VendorData vendorData = VendorData.getDefaultInstance();
    private boolean summarised;

    private Item(int index, ContentDelta.PieceCase kind) {
      this.index = index;
      this.kind = kind;
    }

    private ToolCall toolCall() {
      ToolCall.Builder call = ToolCall.newBuilder().setId(callId).setName(name);
      return (custom ? call.setInputText(text.toString()) : call.setArgumentsJson(text.toString()))
          .build();
    }

    private boolean isRefusal() {
      return kind == ContentDelta.PieceCase.REFUSAL;
    }

    private String sealed() {
      return Sealed.of(
          ReasoningPart.newBuilder()
              .setSignature(signature.toString())
              .setRedactedData(redactedData.toString())
              .build(),
          vendorData);
    }
  }

  /** Writes what an event holds beside its type and number. */
  private interface Fields {
    void to(JsonGenerator json) throws IOException;
  }

  ResponseStream(RunningCall running, ResponseObject response, Time time) {
    this.running = running;
    this.response = response;
    this.time = time;
  }

  @Override
  public void begin(Begun begun, EventBuffer out) {
    model = begun.model();
    created =
        (running.outcome() instanceof Answered answered ? answered.answer().created() : time.now())
            .getEpochSecond();
    Fields begunResponse =
        json -> {
          json.writeFieldName("response");
          response.begun(json, model, created);
        };
    event("response.created", begunResponse, out);
    event("response.in_progress", begunResponse, out);
  }

  @Override
  public void piece(ContentDelta delta, EventBuffer out) {
    if (delta.getCandidateIndex() > 0) {
      // Responses have no alternatives; options can ask for them all the same.
      return;
    }
    if (delta.hasToolCall() && Completions.isSilent(delta.getToolCall())) {
      // What the vendor wants back with a call is told at the end.
      return;
    }
    Item item = items.get(delta.getPartIndex());
    if (item != open || item == null) {
      close(ResponseObject.COMPLETED, out);
    }
    if (item == null) {
      item = new Item(delta.getPartIndex(), delta.getPieceCase());
      items.put(item.index, item);
      item.vendorData = delta.getVendorData();
      open(item, delta, out);
    }
    open = item;
    switch (delta.getPieceCase()) {
      case TEXT -> told(item, "response.output_text.delta", delta.getText().getText(), out);
      case REFUSAL -> told(item, "response.refusal.delta", delta.getRefusal().getText(), out);
      case TOOL_CALL ->
          told(
              item,
              item.custom
                  ? "response.custom_tool_call_input.delta"
                  : "response.function_call_arguments.delta",
              item.custom
                  ? delta.getToolCall().getInputText()
                  : delta.getToolCall().getArgumentsJson(),
              out);
      case REASONING -> {
        item.signature.append(delta.getReasoning().getSignature());
        item.redactedData.append(delta.getReasoning().getRedactedData());
        if (delta.hasVendorData()) {
          item.vendorData = delta.getVendorData();
        }
        if (!delta.getReasoning().getText().isEmpty()) {
          openSummary(item, out);
          told(item, "response.reasoning_summary_text.delta", delta.getReasoning().getText(), out);
        }
      }
      case PIECE_NOT_SET -> throw new IllegalArgumentException("a piece without a kind came");
    }
  }

  private void open(Item item, ContentDelta delta, EventBuffer out) {
    if (item.kind == ContentDelta.PieceCase.TOOL_CALL) {
      item.callId = delta.getToolCall().getId();
      item.name = delta.getToolCall().getName();
      item.custom = delta.getToolCall().hasInputText();
    }
    item("response.output_item.added", item, ResponseObject.IN_PROGRESS, true, out);
    if (item.kind == ContentDelta.PieceCase.TEXT || item.isRefusal()) {
      event(
          "response.content_part.added",
          json -> {
            place(json, item);
            json.writeFieldName("part");
            ResponseObject.content(json, "", item.isRefusal());
          },
          out);
    }
  }

  /** Reasoning that a vendor hides has no text, and so no summary. */
  private void openSummary(Item item, EventBuffer out) {
    if (!item.summarised) {
      item.summarised = true;
      event(
          "response.reasoning_summary_part.added",
          json -> {
            place(json, item);
            json.writeFieldName("part");
            ResponseObject.summary(json, "");
          },
          out);
    }
  }

  private void told(Item item, String type, String piece, EventBuffer out) {
    if (piece.isEmpty()) {
      return;
    }
    item.text.append(piece);
    event(
        type,
        json -> {
          place(json, item);
          json.writeStringField("delta", piece);
          if (item.kind == ContentDelta.PieceCase.TEXT) {
            json.writeArrayFieldStart("logprobs");
            json.writeEndArray();
          }
        },
        out);
  }

  /** Closes the item that is open, if any. */
  private void close(String status, EventBuffer out) {
    Item item = open;
    if (item == null) {
      return;
    }
    open = null;
    String text = item.text.toString();
    switch (item.kind) {
      case TEXT, REFUSAL -> closeText(item, text, out);
      case TOOL_CALL ->
          event(
              item.custom
                  ? "response.custom_tool_call_input.done"
                  : "response.function_call_arguments.done",
              json -> {
                place(json, item);
                if (item.custom) {
                  json.writeStringField("input", text);
                } else {
                  json.writeStringField("name", item.name);
                  json.writeStringField("arguments", text);
                }
              },
              out);
      case REASONING -> {
        if (item.summarised) {
          event(
              "response.reasoning_summary_text.done",
              json -> {
                place(json, item);
                json.writeStringField("text", text);
              },
              out);
          event(
              "response.reasoning_summary_part.done",
              json -> {
                place(json, item);
                json.writeFieldName("part");
                ResponseObject.summary(json, text);
              },
              out);
        }
      }
      case PIECE_NOT_SET -> throw new AssertionError("such pieces are refused");
    }
    item("response.output_item.done", item, status, false, out);
  }

  private void closeText(Item item, String text, EventBuffer out) {
    event(
        item.isRefusal() ? "response.refusal.done" : "response.output_text.done",
        json -> {
          place(json, item);
          json.writeStringField(item.isRefusal() ? "refusal" : "text", text);
          if (!item.isRefusal()) {
            json.writeArrayFieldStart("logprobs");
            json.writeEndArray();
          }
        },
        out);
    event(
        "response.content_part.done",
        json -> {
          place(json, item);
          json.writeFieldName("part");
          ResponseObject.content(json, text, item.isRefusal());
        },
        out);
  }

  private void item(String type, Item item, String status, boolean empty, EventBuffer out) {
    String text = item.text.toString();
    event(
        type,
        json -> {
          json.writeNumberField("output_index", item.index);
          json.writeFieldName("item");
          switch (item.kind) {
            case TEXT, REFUSAL ->
                response.message(json, item.index, status, empty ? null : text, item.isRefusal());
            case TOOL_CALL -> response.toolCall(json, item.index, status, item.toolCall());
            case REASONING ->
                response.reasoning(json, item.index, text, empty ? "" : item.sealed());
            case PIECE_NOT_SET -> throw new AssertionError("such pieces are refused");
          }
        },
        out);
  }

  /** Writes which part of which item an event is about. */
  private void place(JsonGenerator json, Item item) throws IOException {
    String prefix =
        switch (item.kind) {
          case TOOL_CALL -> item.custom ? "ctc" : "fc";
          case REASONING -> "rs";
          case TEXT, REFUSAL, PIECE_NOT_SET -> "msg";
        };
    json.writeStringField("item_id", response.itemId(prefix, item.index));
    json.writeNumberField("output_index", item.index);
    switch (item.kind) {
      case TEXT, REFUSAL -> json.writeNumberField("content_index", 0);
      case REASONING -> json.writeNumberField("summary_index", 0);
      case TOOL_CALL, PIECE_NOT_SET -> {}
    }
  }

  @Override
  public void finish(Answered answered, EventBuffer out) {
    Answer answer = answered.answer();
    String status = ResponseObject.status(answer.completion());
    close(status, out);
    sealed(answer.completion().getMessage(), out);
    event(
        "response." + status,
        json -> {
          json.writeFieldName("response");
          response.ended(json, answer, created);
        },
        out);
  }

  private void sealed(ChatMessage message, EventBuffer out) {
    String sealed = Sealed.of(message);
    if (!sealed.isEmpty()) {
      for (String type : List.of("response.output_item.added", "response.output_item.done")) {
        event(
            type,
            json -> {
              json.writeNumberField("output_index", message.getPartsCount());
              json.writeFieldName("item");
              response.reasoning(json, message.getPartsCount(), "", sealed);
            },
            out);
      }
    }
  }

  /** Some clients look for the error in a field of its own, others beside the type. */
  @Override
  public void fail(HttpFailure failure, EventBuffer out) {
    event(
        "error",
        json -> {
          OpenAiErrors.RESPONSES.fields(json, failure);
          json.writeObjectFieldStart("error");
          json.writeStringField("type", OpenAiErrors.type(failure.failure()));
          OpenAiErrors.RESPONSES.fields(json, failure);
          json.writeEndObject();
        },
        out);
    event(
        "response.failed",
        json -> {
          json.writeFieldName("response");
          response.failed(
              json,
              model.isEmpty() ? running.call().prompt().getModel() : model,
              created == 0 ? time.now().getEpochSecond() : created,
              failure);
        },
        out);
  }

  private void event(String type, Fields fields, EventBuffer out) {
    long number = sequence++;
    out.event(
        type,
        json -> {
          json.writeStartObject();
          json.writeStringField("type", type);
          json.writeNumberField("sequence_number", number);
          fields.to(json);
          json.writeEndObject();
        });
  }
}
