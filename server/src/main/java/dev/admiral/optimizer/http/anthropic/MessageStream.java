package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes one answer as the vendor's events.
 *
 * <p>The vendor's blocks follow one another, and its SDKs rely on it: at any time one block is open
 * and everything that comes belongs to it. The contract's parts may interleave. Two things make the
 * one of the other without loss: pieces that come while a tool call is still incomplete wait until
 * it is complete, and text that goes on after something else came between is a block of its own.
 */
final class MessageStream implements StreamFormat {
  private static final int NONE = -1;

  private final RunningCall running;
  private final List<ContentDelta> waiting = new ArrayList<>(0);
  private final Set<Integer> closedCalls = new HashSet<>();

  /** The part whose block is open, and what it is. */
  private int part = NONE;

  private ContentDelta.PieceCase kind = ContentDelta.PieceCase.PIECE_NOT_SET;
  private JsonProgress arguments = new JsonProgress();
  private final StringBuilder redacted = new StringBuilder(0);
  private VendorData vendorData = VendorData.getDefaultInstance();

  /** True if the part has a block; hidden reasoning gets its own at the part's end. */
  private boolean opened;

  /** The number of the open block, or of the next one. */
  private int block;

  MessageStream(RunningCall running) {
    this.running = running;
  }

  @Override
  public void begin(Begun begun, EventBuffer out) {
    out.event(
        "message_start",
        json -> {
          json.writeStartObject();
          json.writeStringField("type", "message_start");
          json.writeObjectFieldStart("message");
          MessageFormat.head(json, running.call(), begun.model());
          json.writeArrayFieldStart("content");
          json.writeEndArray();
          json.writeNullField("stop_reason");
          json.writeNullField("stop_sequence");
          json.writeNullField("stop_details");
          json.writeObjectFieldStart("usage");
          MessageFormat.usage(json, preliminary());
          // Which it is, is known at the end.
          json.writeNullField("service_tier");
          json.writeEndObject();
          json.writeEndObject();
          json.writeEndObject();
        });
    out.event(
        "ping",
        json -> {
          json.writeStartObject();
          json.writeStringField("type", "ping");
          json.writeEndObject();
        });
  }

  /**
   * What goes in is known of a kept answer and estimated of one under way. What comes out is told
   * at the end; here it is a beginning, which some clients add to it.
   */
  private Usage preliminary() {
    if (running.outcome() instanceof Answered answered) {
      Usage all = answered.answer().usage();
      return new Usage(
          all.input(), all.cachedInput(), all.cacheWrite(), all.cacheWrite1h(), 1, 0, false);
    }
    return Usage.estimated(Tokens.likely(running.call().prompt()), 1);
  }

  @Override
  public void piece(ContentDelta delta, EventBuffer out) {
    if (delta.getCandidateIndex() != 0
        || (delta.hasToolCall() && Completions.isSilent(delta.getToolCall()))) {
      // What the vendor wants back with a call is told at the end.
      return;
    }
    if (delta.getPartIndex() != part && callIsIncomplete()) {
      waiting.add(delta);
      return;
    }
    write(delta, out);
    if (!waiting.isEmpty() && !callIsIncomplete()) {
      writeWaiting(out);
    }
  }

  @Override
  public void finish(Answered answered, EventBuffer out) {
    do {
      close(out);
      writeWaiting(out);
    } while (!waiting.isEmpty());
    close(out);
    String sealed = Sealed.of(answered.answer().completion().getMessage());
    if (!sealed.isEmpty()) {
      hidden(sealed, VendorData.getDefaultInstance(), out);
    }
    out.event(
        "message_delta",
        json -> {
          json.writeStartObject();
          json.writeStringField("type", "message_delta");
          json.writeObjectFieldStart("delta");
          MessageFormat.stop(json, answered.answer().completion());
          json.writeEndObject();
          json.writeObjectFieldStart("usage");
          MessageFormat.usage(json, answered.answer().usage());
          MessageFormat.serviceTier(json, answered.answer().completion());
          json.writeEndObject();
          json.writeEndObject();
        });
    out.event(
        "message_stop",
        json -> {
          json.writeStartObject();
          json.writeStringField("type", "message_stop");
          json.writeEndObject();
        });
  }

  @Override
  public void fail(HttpFailure failure, EventBuffer out) {
    out.event("error", json -> Errors.write(json, failure));
  }

  private boolean callIsIncomplete() {
    return kind == ContentDelta.PieceCase.TOOL_CALL && !arguments.isComplete();
  }

  private void writeWaiting(EventBuffer out) {
    List<ContentDelta> pieces = List.copyOf(waiting);
    waiting.clear();
    for (ContentDelta piece : pieces) {
      if (piece.getPartIndex() != part && callIsIncomplete()) {
        waiting.add(piece);
      } else {
        write(piece, out);
      }
    }
  }

  private void write(ContentDelta delta, EventBuffer out) {
    if (delta.getPartIndex() != part) {
      close(out);
      part = delta.getPartIndex();
      kind = delta.getPieceCase();
    }
    switch (kind) {
      case TEXT -> text(delta.getText().getText(), out);
      case REASONING -> {
        var piece = delta.getReasoning();
        if (delta.hasVendorData()) {
          vendorData = delta.getVendorData();
        }
        if (!piece.getText().isEmpty() || !piece.getSignature().isEmpty()) {
          reasoning(piece.getText(), piece.getSignature(), out);
        }
        redacted.append(piece.getRedactedData());
      }
      case TOOL_CALL -> {
        var piece = delta.getToolCall();
        String input = piece.hasInputText() ? piece.getInputText() : piece.getArgumentsJson();
        toolCall(piece.getId(), piece.getName(), input, out);
      }
      // The whole of it stands in the event that tells why the model stopped.
      case REFUSAL, PIECE_NOT_SET -> {}
    }
  }

  private void text(String text, EventBuffer out) {
    if (!opened) {
      start(
          out,
          json -> {
            json.writeStringField("type", "text");
            json.writeStringField("text", "");
          });
    }
    delta(out, "text_delta", "text", text);
  }

  private void reasoning(String text, String signature, EventBuffer out) {
    if (!opened) {
      startThinking(out);
    }
    if (!text.isEmpty()) {
      delta(out, "thinking_delta", "thinking", text);
    }
    if (!signature.isEmpty()) {
      delta(out, "signature_delta", "signature", signature);
    }
  }

  private void startThinking(EventBuffer out) {
    start(
        out,
        json -> {
          json.writeStringField("type", "thinking");
          json.writeStringField("thinking", "");
          json.writeStringField("signature", "");
          MessageFormat.origin(json, vendorData);
        });
  }

  private void toolCall(String id, String name, String piece, EventBuffer out) {
    if (!opened) {
      if (!closedCalls.add(part)) {
        throw new IllegalStateException("a tool call went on after its arguments were complete");
      }
      start(
          out,
          json -> {
            json.writeStringField("type", "tool_use");
            json.writeStringField("id", id);
            json.writeStringField("name", name);
            json.writeObjectFieldStart("input");
            json.writeEndObject();
          });
      delta(out, "input_json_delta", "partial_json", "");
    }
    if (!piece.isEmpty()) {
      arguments.add(piece);
      delta(out, "input_json_delta", "partial_json", piece);
    }
  }

  private void close(EventBuffer out) {
    if (kind == ContentDelta.PieceCase.REASONING && !opened && redacted.isEmpty()) {
      startThinking(out);
    }
    stop(out);
    if (!redacted.isEmpty()) {
      hidden(redacted.toString(), vendorData, out);
      redacted.setLength(0);
    }
    vendorData = VendorData.getDefaultInstance();
    part = NONE;
    kind = ContentDelta.PieceCase.PIECE_NOT_SET;
    arguments = new JsonProgress();
  }

  private void hidden(String text, VendorData data, EventBuffer out) {
    event(
        out,
        "content_block_start",
        json -> {
          json.writeFieldName("content_block");
          MessageFormat.redacted(json, text, data);
        });
    opened = true;
    stop(out);
  }

  private void start(EventBuffer out, EventBuffer.Writing content) {
    opened = true;
    event(
        out,
        "content_block_start",
        json -> {
          json.writeObjectFieldStart("content_block");
          content.to(json);
          json.writeEndObject();
        });
  }

  private void delta(EventBuffer out, String type, String field, String text) {
    event(
        out,
        "content_block_delta",
        json -> {
          json.writeObjectFieldStart("delta");
          json.writeStringField("type", type);
          json.writeStringField(field, text);
          json.writeEndObject();
        });
  }

  private void stop(EventBuffer out) {
    if (opened) {
      event(out, "content_block_stop", json -> {});
      opened = false;
      block++;
    }
  }

  private void event(EventBuffer out, String name, EventBuffer.Writing content) {
    out.event(
        name,
        json -> {
          json.writeStartObject();
          json.writeStringField("type", name);
          json.writeNumberField("index", block);
          content.to(json);
          json.writeEndObject();
        });
  }
}
