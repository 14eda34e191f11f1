package dev.admiral.optimizer.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.FinishWords;
import dev.admiral.optimizer.provider.wire.Json;
import dev.admiral.optimizer.provider.wire.VendorError;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.v1.FinishReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads messages, whole and in events. Blocks the contract has no place for (tools the vendor runs
 * itself, citations) are skipped in both forms.
 *
 * <p>Tool arguments come as a JSON value in whole answers and as the model's own text in streams;
 * both are given without the whitespace between tokens, and "{}" where the model gave none. The
 * vendor's explanation of a refusal is a refusal part at the end.
 *
 * <p>A stop reason that is missing or new is unspecified in both forms. The event that should tell
 * it is not optional: a stream without it was cut, whatever end mark follows.
 */
final class AnthropicAnswer implements WireFormat.AnswerReader {
  private final Draft draft;
  private final Counts counts = new Counts();
  private final Map<Integer, Json.Compactor> toolBlocks = new HashMap<>();
  private int blocks;
  private boolean started;
  private boolean contentBegun;
  private boolean ended;

  /** The reason of a message that the vendor gave up; empty if it did not. */
  private String givenUp = "";

  AnthropicAnswer(Draft draft) {
    this.draft = draft;
  }

  @Override
  public boolean mayEnd() {
    return false;
  }

  @Override
  public void end() throws IOException, WireFormat.ErrorInsideException {
    if (!ended) {
      throw new WireFormat.MalformedException("the stream has no end of a message");
    }
    if (!givenUp.isEmpty()) {
      throw new WireFormat.ErrorInsideException(FinishWords.givenUp(givenUp));
    }
  }

  @Override
  public void whole(byte[] body) throws IOException, WireFormat.ErrorInsideException {
    try (JsonParser parser = Json.FACTORY.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new WireFormat.MalformedException("the answer is no JSON object");
      }
      Ending ending = new Ending();
      boolean isMessage = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "content" -> {
            isMessage = true;
            readContent(parser, body);
          }
          case "usage" -> counts.read(parser);
          case "model" -> draft.servedModel(Json.text(parser));
          case "error" -> {
            if (token != JsonToken.VALUE_NULL) {
              throw new WireFormat.ErrorInsideException(VendorError.read(parser));
            }
          }
          default -> ending.read(field, parser);
        }
      }
      if (!isMessage || parser.currentToken() != JsonToken.END_OBJECT) {
        throw new WireFormat.MalformedException("the answer has no content");
      }
      end(ending);
      count(counts.hasOutput());
      end();
    }
  }

  private void readContent(JsonParser parser, byte[] source) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new WireFormat.MalformedException("content is no list");
    }
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int index = blocks;
      Block block = new Block();
      block.read(parser, source);
      open(index, block);
      close(index);
    }
  }

  @Override
  public boolean event(byte[] data, int length)
      throws IOException, WireFormat.ErrorInsideException {
    try (JsonParser parser = Json.FACTORY.createParser(data, 0, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new WireFormat.MalformedException("an event is no JSON object");
      }
      Event event = new Event();
      event.read(parser, data);
      return apply(event);
    }
  }

  private boolean apply(Event event) throws IOException, WireFormat.ErrorInsideException {
    switch (event.type) {
      case "message_start" -> {
        if (contentBegun) {
          // Two answers spliced into one stream by something on the way.
          throw new WireFormat.MalformedException("a second message began inside the first");
        }
        started = true;
        draft.servedModel(event.model);
        counts.replaceBy(event.counts);
        // Its output is only what was there at the start.
        count(false);
      }
      case "content_block_start" -> {
        contentBegun = true;
        open(event.index, event.block);
      }
      case "content_block_delta" -> delta(event.index, event.block);
      case "content_block_stop" -> close(event.index);
      case "message_delta" -> {
        counts.replaceBy(event.counts);
        end(event.ending);
        // A zero behind another count is a placeholder, and what was told at the start is not
        // final.
        count(event.counts.output > 0 || (event.counts.hasOutput() && counts.output == 0));
      }
      case "ping" -> {
        // Before the message it is the way that is alive, and not the model.
        if (started) {
          draft.alive();
        }
      }
      case "message_stop" -> {
        return true;
      }
      case "error" -> throw new WireFormat.ErrorInsideException(event.error);
      default -> {
        // What later versions add.
        if (!event.error.isEmpty()) {
          throw new WireFormat.ErrorInsideException(event.error);
        }
      }
    }
    return false;
  }

  private void open(int index, Block block) throws IOException {
    blocks = Math.max(blocks, index + 1);
    switch (block.type) {
      case "text" -> draft.text(0, index, block.text);
      case "thinking" -> {
        draft.thinks();
        draft.reasoning(0, index, block.thinking, block.signature, "");
      }
      case "redacted_thinking" -> draft.reasoning(0, index, "", "", block.data);
      case "tool_use" -> {
        toolBlocks.put(index, new Json.Compactor());
        // In streams the input is empty here and comes in pieces.
        String input = block.input.equals("{}") ? "" : block.input;
        draft.toolCall(0, index, block.id, block.name, input);
        if (!input.isEmpty()) {
          toolBlocks.remove(index);
        }
      }
      default -> {}
    }
  }

  private void delta(int index, Block block) throws IOException {
    switch (block.type) {
      case "text_delta" -> draft.text(0, index, block.text);
      case "thinking_delta" -> draft.reasoning(0, index, block.thinking, "", "");
      case "signature_delta" -> draft.reasoning(0, index, "", block.signature, "");
      case "input_json_delta" -> {
        Json.Compactor compactor = toolBlocks.get(index);
        if (compactor != null) {
          draft.toolCall(0, index, "", "", compactor.compact(block.partialJson));
        }
      }
      default -> {}
    }
  }

  private void close(int index) throws IOException {
    Json.Compactor compactor = toolBlocks.remove(index);
    if (compactor != null && compactor.isUnused()) {
      draft.toolCall(0, index, "", "", "{}");
    }
  }

  private void end(Ending ending) throws IOException {
    if (ended && ending.stopReason.isEmpty()) {
      // A second message_delta that has nothing but counts.
      return;
    }
    ended = true;
    if (!ending.explanation.isEmpty()) {
      draft.refusal(0, blocks, ending.explanation);
    }
    draft.finishCategory(ending.category);
    draft.stopSequence(ending.stopSequence);
    FinishReason reason = FinishWords.reason(ending.stopReason);
    if (reason == null && !ending.stopReason.isEmpty()) {
      givenUp = ending.stopReason;
      return;
    }
    draft.finish(0, reason == null ? FinishReason.FINISH_REASON_UNSPECIFIED : reason);
  }

  private void count(boolean isFinal) {
    counts.services.forEach(draft::service);
    counts.services.clear();
    if (counts.hasInput()) {
      draft.usage(counts.usage(), isFinal);
    }
  }

  /** How a message ended. */
  private static final class Ending {
    private String stopReason = "";
    private String stopSequence = "";
    private String explanation = "";
    private String category = "";

    void read(String field, JsonParser parser) throws IOException {
      switch (field) {
        case "stop_reason" -> stopReason = Json.text(parser);
        case "stop_sequence" -> stopSequence = Json.text(parser);
        case "stop_details" -> {
          if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
          }
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String detail = parser.currentName();
            parser.nextToken();
            switch (detail) {
              case "explanation" -> explanation = Json.text(parser);
              case "category" -> category = Json.text(parser);
              default -> parser.skipChildren();
            }
          }
        }
        default -> parser.skipChildren();
      }
    }
  }

  /** A block of content, or a piece of one. */
  private static final class Block {
    private String type = "";
    private String id = "";
    private String name = "";
    private String text = "";
    private String thinking = "";
    private String signature = "";
    private String data = "";
    private String input = "";
    private String partialJson = "";

    void read(JsonParser parser, byte[] source) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        read(field, parser, source);
      }
    }

    private void read(String field, JsonParser parser, byte[] source) throws IOException {
      switch (field) {
        case "type" -> type = Json.text(parser);
        case "id" -> id = Json.text(parser);
        case "name" -> name = Json.text(parser);
        case "text" -> text = Json.text(parser);
        case "thinking" -> thinking = Json.text(parser);
        case "signature" -> signature = Json.text(parser);
        case "data" -> data = Json.text(parser);
        case "input" -> input = Json.textOrValue(parser, source);
        case "partial_json" -> partialJson = Json.text(parser);
        default -> parser.skipChildren();
      }
    }
  }

  /** An event, whatever the order of its fields. */
  private static final class Event {
    private String type = "";
    private int index;
    private final Block block = new Block();
    private final Ending ending = new Ending();
    private final Counts counts = new Counts();
    private String model = "";
    private VendorError error = VendorError.NONE;

    void read(JsonParser parser, byte[] source) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        boolean isObject = token == JsonToken.START_OBJECT;
        switch (field) {
          case "type" -> type = Json.text(parser);
          case "index" -> index = (int) Math.min(1 << 20, Json.count(parser));
          case "usage" -> counts.read(parser);
          case "content_block" -> {
            if (isObject) {
              block.read(parser, source);
            }
          }
          case "delta" -> {
            if (isObject) {
              delta(parser, source);
            }
          }
          case "message" -> {
            if (isObject) {
              message(parser);
            }
          }
          case "error" -> error = VendorError.read(parser);
          default -> parser.skipChildren();
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw new WireFormat.MalformedException("an event ends in the middle");
      }
    }

    /** The delta of a message tells its ending, that of a block its content. */
    private void delta(JsonParser parser, byte[] source) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        if (field.startsWith("stop_")) {
          ending.read(field, parser);
        } else {
          block.read(field, parser, source);
        }
      }
    }

    private void message(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "usage" -> counts.read(parser);
          case "model" -> model = Json.text(parser);
          default -> parser.skipChildren();
        }
      }
    }
  }

  /**
   * The vendor's counts; negative where it said nothing. Its input is what was neither read from
   * nor written to the cache, so the parts are added up.
   */
  private static final class Counts {
    private long input = -1;
    private long cacheRead = -1;
    private long cacheWrite = -1;
    private long cacheWrite1h = -1;
    private long output = -1;
    private long thinking = -1;

    /** The vendor's words for how and where it served the call. */
    private final List<String> services = new ArrayList<>(3);

    void read(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "input_tokens" -> input = Json.tokens(parser);
          case "cache_read_input_tokens" -> cacheRead = Json.tokens(parser);
          case "cache_creation_input_tokens" -> cacheWrite = Json.tokens(parser);
          case "output_tokens" -> output = Json.tokens(parser);
          case "service_tier", "speed", "inference_geo" -> services.add(Json.text(parser));
          case "cache_creation", "output_tokens_details" -> {
            if (token == JsonToken.START_OBJECT) {
              readDetails(parser);
            } else {
              parser.skipChildren();
            }
          }
          default -> parser.skipChildren();
        }
      }
      if (garbled()) {
        forget();
      }
    }

    private boolean garbled() {
      long prompt = Math.max(Math.max(input, cacheRead), Math.max(cacheWrite, cacheWrite1h));
      return Math.max(prompt, Math.max(output, thinking)) > Json.MOST_TOKENS;
    }

    private void forget() {
      input = -1;
      cacheRead = -1;
      cacheWrite = -1;
      cacheWrite1h = -1;
      output = -1;
      thinking = -1;
    }

    private void readDetails(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "ephemeral_1h_input_tokens" -> cacheWrite1h = Json.partialTokens(parser);
          case "thinking_tokens" -> thinking = Json.partialTokens(parser);
          default -> parser.skipChildren();
        }
      }
    }

    /** Takes over what later counts say; they are totals, not additions. */
    void replaceBy(Counts later) {
      input = latest(input, later.input);
      cacheRead = latest(cacheRead, later.cacheRead);
      cacheWrite = latest(cacheWrite, later.cacheWrite);
      cacheWrite1h = latest(cacheWrite1h, later.cacheWrite1h);
      output = latest(output, later.output);
      thinking = latest(thinking, later.thinking);
      services.addAll(later.services);
    }

    /** Relays put zeros in where the vendor says nothing more. */
    private static long latest(long before, long later) {
      return later > 0 || before < 0 ? later : before;
    }

    boolean hasInput() {
      return input >= 0;
    }

    boolean hasOutput() {
      return output >= 0;
    }

    Usage usage() {
      long written = Math.max(0, cacheWrite);
      long written1h = Math.min(written, Math.max(0, cacheWrite1h));
      long read = Math.max(0, cacheRead);
      return new Usage(
          input + read + written,
          read,
          written - written1h,
          written1h,
          Math.max(0, output),
          Math.max(0, thinking),
          false);
    }
  }
}
