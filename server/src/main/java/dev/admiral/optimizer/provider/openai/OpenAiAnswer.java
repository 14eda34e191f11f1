package dev.admiral.optimizer.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.FinishWords;
import dev.admiral.optimizer.provider.wire.Json;
import dev.admiral.optimizer.provider.wire.VendorError;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.v1.FinishReason;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads chat completions, whole and in chunks: a chunk has the shape of an answer with "delta" in
 * the place of "message", so one reader does both. Fields nobody needs (logprobs, annotations,
 * padding, audio) are skipped; those that the vendor wants back are kept for it, unread.
 *
 * <p>A choice has one text, one reasoning and one refusal, however its pieces interleave: that is
 * all a whole answer tells, and both must be equal.
 *
 * <p>Some that translate other vendors' answers leave the finish reason out, and the stream has its
 * end mark all the same. A choice with content is taken so, its reason unspecified, which keeps it
 * out of the cache; one with neither is no answer.
 */
final class OpenAiAnswer implements WireFormat.AnswerReader {
  private static final int REASONING_SLOT = -3;
  private static final int TEXT_SLOT = -2;
  private static final int REFUSAL_SLOT = -1;

  /** Most choices the contract lets a caller ask for, and some more that options may. */
  private static final int MOST_CHOICES = 128;

  /** More dollars than any answer costs. */
  private static final double MOST_CHARGE = 1_000_000;

  private final Draft draft;
  private final boolean tellsCost;
  private final BitSet begun = new BitSet();
  private final BitSet finished = new BitSet();
  private final Choice choice = new Choice();
  private final List<ToolCalls> toolCalls = new ArrayList<>(1);
  private final Map<Integer, KeptFields> kept = new LinkedHashMap<>(1);
  private final boolean namesReasoning;

  /** Choices with content that no part of the contract can hold. */
  private final BitSet unheld = new BitSet();

  private @Nullable Usage usage;

  /** The finish reason of a choice that the vendor gave up; empty if there is none. */
  private String givenUp = "";

  /**
   * @param vendor who answers; of one that is not known it is kept how it names its reasoning. Some
   *     tell in "cost", in dollars, what they charge; where one's own key at another vendor was
   *     used that is not all
   */
  OpenAiAnswer(Draft draft, Vendor vendor) {
    this.draft = draft;
    this.namesReasoning = vendor.takesAnythingBack();
    this.tellsCost = vendor.has(Vendor.Quirk.COST_IN_USAGE);
  }

  @Override
  public void whole(byte[] body) throws IOException, WireFormat.ErrorInsideException {
    read(body, body.length);
    end();
  }

  @Override
  public boolean event(byte[] data, int length)
      throws IOException, WireFormat.ErrorInsideException {
    read(data, length);
    return false;
  }

  @Override
  public boolean mayEnd() {
    return !begun.isEmpty() && begun.equals(finished);
  }

  @Override
  public void end() throws IOException, WireFormat.ErrorInsideException {
    if (usage != null) {
      // Whatever came last speaks of all.
      draft.usage(usage, true);
    }
    for (Map.Entry<Integer, KeptFields> each : kept.entrySet()) {
      draft.vendorData(each.getKey(), each.getValue().json());
    }
    if (!givenUp.isEmpty()) {
      throw new WireFormat.ErrorInsideException(FinishWords.givenUp(givenUp));
    }
    if (begun.isEmpty()) {
      throw new WireFormat.MalformedException("the answer has no choice");
    }
    for (int i = begun.nextSetBit(0); i >= 0; i = begun.nextSetBit(i + 1)) {
      if (!finished.get(i)) {
        toolCalls(i).finish();
        draft.finish(i, FinishReason.FINISH_REASON_UNSPECIFIED);
        if (draft.isEmpty(i)) {
          throw new WireFormat.MalformedException(
              "a choice has neither content nor a finish reason");
        }
      }
      if (unheld.get(i) && draft.isEmpty(i)) {
        throw new WireFormat.MalformedException(
            "it answered with pictures or sound alone, which cannot be passed on");
      }
    }
  }

  private void read(byte[] json, int length) throws IOException, WireFormat.ErrorInsideException {
    VendorError error = VendorError.NONE;
    boolean failed = false;
    boolean counted = false;
    try (JsonParser parser = Json.FACTORY.createParser(json, 0, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new WireFormat.MalformedException("an answer is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "choices" -> counted |= readChoices(parser, json);
          case "usage" -> counted |= count(parser);
          case "x_groq" -> {
            // Groq reports usage here whether asked or not, and on some days errors.
            while (token == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.FIELD_NAME) {
              boolean isUsage = parser.currentName().equals("usage");
              boolean isError = parser.currentName().equals("error");
              JsonToken inner = parser.nextToken();
              if (isUsage) {
                counted |= count(parser);
              } else if (isError && inner != JsonToken.VALUE_NULL) {
                failed = true;
                error = VendorError.read(parser);
              } else {
                parser.skipChildren();
              }
            }
          }
          case "error" -> {
            if (token != JsonToken.VALUE_NULL) {
              failed = true;
              error = VendorError.read(parser);
            }
          }
          case "service_tier" -> draft.service(Json.text(parser));
          case "model" -> draft.servedModel(Json.text(parser));
          case "object" -> failed |= Json.text(parser).equals("error");
          default -> parser.skipChildren();
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw new WireFormat.MalformedException("an answer ends in the middle");
      }
    }
    if (counted && usage != null) {
      // Only now: "choices" may stand behind "usage".
      draft.usage(usage, failed || mayEnd());
    }
    if (failed) {
      // Some put the error's fields beside "object" instead of under "error".
      throw new WireFormat.ErrorInsideException(
          error.isEmpty() ? VendorError.parse(Arrays.copyOf(json, length)) : error);
    }
  }

  /** Returns true if one of them told the usage. */
  private boolean readChoices(JsonParser parser, byte[] json) throws IOException {
    boolean counted = false;
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return counted;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new WireFormat.MalformedException("choices is no list");
    }
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      choice.reset(json);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "index" -> choice.index = (int) Math.min(MOST_CHOICES, Json.count(parser));
          case "delta", "message" -> choice.readMessage(parser);
          case "finish_reason" -> choice.finishReason = Json.text(parser);
          // Moonshot's place for it.
          case "usage" -> counted |= count(parser);
          default -> parser.skipChildren();
        }
      }
      apply();
    }
    return counted;
  }

  private void apply() throws IOException {
    int index = choice.index;
    if (index >= MOST_CHOICES) {
      throw new WireFormat.MalformedException("a choice has a wild index");
    }
    begun.set(index);
    if (choice.hasWords()) {
      // A call whose arguments are yet to come stands before what comes between.
      toolCalls(index).end();
    }
    String reasoning = choice.reasoning();
    if (namesReasoning && !reasoning.isEmpty()) {
      draft.reasoningField(index, REASONING_SLOT, choice.reasoningField());
    }
    draft.reasoning(
        index,
        REASONING_SLOT,
        reasoning,
        choice.signature.toString(),
        choice.redactedData.toString());
    for (Map.Entry<String, String> field : choice.kept.entrySet()) {
      kept.computeIfAbsent(index, _ -> new KeptFields()).add(field.getKey(), field.getValue());
    }
    draft.text(index, TEXT_SLOT, choice.content.toString());
    draft.refusal(index, REFUSAL_SLOT, choice.refusal.toString());
    ToolCalls calls = toolCalls(index);
    calls.nextList();
    for (ToolCalls.Piece piece : choice.calls) {
      calls.add(piece);
    }
    if (choice.unheld) {
      unheld.set(index);
    }
    if (!choice.finishReason.isEmpty()) {
      finished.set(index);
      finish(index, choice.finishReason);
    }
  }

  private void finish(int index, String word) throws IOException {
    FinishReason reason = FinishWords.reason(word);
    if (reason == null) {
      // The counts may be yet to come.
      givenUp = word;
    } else {
      toolCalls(index).finish();
      draft.finish(index, reason);
    }
  }

  private ToolCalls toolCalls(int candidate) {
    while (toolCalls.size() <= candidate) {
      toolCalls.add(new ToolCalls(draft, toolCalls.size()));
    }
    return toolCalls.get(candidate);
  }

  private boolean count(JsonParser parser) throws IOException {
    Usage counted = readUsage(parser);
    if (counted == null) {
      return false;
    }
    usage = usage == null ? counted : usage.updatedBy(counted);
    return true;
  }

  /**
   * Counts of OpenAI include cached and written tokens in the prompt, and reasoning in the answer.
   * Without both of its halves, or with a count that is garbled, a usage is none.
   */
  private @Nullable Usage readUsage(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return null;
    }
    long prompt = -1;
    long completion = -1;
    long total = 0;
    long cached = 0;
    long written = 0;
    long reasoning = 0;
    double charge = -1;
    boolean ownKey = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "prompt_tokens" -> prompt = Json.tokens(parser);
        case "completion_tokens" -> completion = Json.tokens(parser);
        case "total_tokens" -> total = Json.partialTokens(parser);
        // DeepSeek's and Moonshot's names, beside OpenAI's or instead of them.
        case "prompt_cache_hit_tokens", "cached_tokens" ->
            cached = Math.max(cached, Json.partialTokens(parser));
        case "reasoning_tokens" -> reasoning = Math.max(reasoning, Json.partialTokens(parser));
        case "cost" -> charge = readCost(parser);
        case "is_byok" -> ownKey = parser.currentToken() == JsonToken.VALUE_TRUE;
        case "prompt_tokens_details", "completion_tokens_details" -> {
          if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            continue;
          }
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String detail = parser.currentName();
            parser.nextToken();
            switch (detail) {
              case "cached_tokens" -> cached = Math.max(cached, Json.partialTokens(parser));
              case "cache_write_tokens" -> written = Json.partialTokens(parser);
              case "reasoning_tokens" ->
                  reasoning = Math.max(reasoning, Json.partialTokens(parser));
              default -> parser.skipChildren();
            }
          }
        }
        default -> parser.skipChildren();
      }
    }
    long most =
        Math.max(Math.max(prompt, completion), Math.max(Math.max(cached, written), reasoning));
    if (prompt < 0 || completion < 0 || most > Json.MOST_TOKENS) {
      return null;
    }
    // Zeros beside zeros are placeholders.
    boolean counted = prompt > 0 || completion > 0;
    if (tellsCost && counted && charge >= 0 && charge <= MOST_CHARGE && !ownKey) {
      draft.charge(new Money(BigDecimal.valueOf(charge).movePointRight(12).longValue()));
    }
    return reconciled(new Usage(prompt, cached, written, 0, completion, reasoning, false), total);
  }

  private static double readCost(JsonParser parser) throws IOException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    parser.skipChildren();
    return -1;
  }

  /** Makes one sense of counts that vendors understand differently. */
  private static Usage reconciled(Usage told, long total) {
    long prompt = told.input();
    long cached = told.cachedInput();
    long written = told.cacheWrite();
    long completion = told.output();
    long reasoning = told.reasoning();
    if (cached > prompt || written > prompt) {
      // Relays of Anthropic's counts tell cached tokens beside the rest, not in it.
      prompt += cached + written;
    } else if (cached + written > prompt) {
      // OpenRouter tells some of them twice.
      written = prompt - cached;
    }
    if (total > prompt + completion && total <= Json.MOST_TOKENS) {
      // xAI counts reasoning beside the answer, and Gemini in the total alone.
      reasoning = Math.max(reasoning, total - prompt - completion);
      completion = total - prompt;
    }
    return new Usage(prompt, cached, written, 0, completion, reasoning, false);
  }

  /** One choice as it stands in the JSON, whatever the order of its fields. */
  private static final class Choice {
    private byte[] source = new byte[0];
    private int index;
    private final Text content = new Text();
    private final Text thinking = new Text();
    private String reasoningContent = "";
    private String reasoning = "";
    private final Text details = new Text();
    private final Text signature = new Text();
    private final Text redactedData = new Text();
    private final Text refusal = new Text();
    private String finishReason = "";
    private final Map<String, String> kept = new LinkedHashMap<>(0);
    private final List<ToolCalls.Piece> calls = new ArrayList<>(1);

    /** True if it has something that no part can hold. */
    private boolean unheld;

    void reset(byte[] json) {
      source = json;
      index = 0;
      content.clear();
      thinking.clear();
      reasoningContent = "";
      reasoning = "";
      details.clear();
      signature.clear();
      redactedData.clear();
      refusal.clear();
      finishReason = "";
      kept.clear();
      unheld = false;
      calls.clear();
    }

    boolean hasWords() {
      return !(content.isEmpty() && refusal.isEmpty() && reasoning().isEmpty());
    }

    /** The vendors' names for one text; some send it under two of them at once. */
    String reasoning() {
      if (!reasoningContent.isEmpty()) {
        return reasoningContent;
      } else if (!reasoning.isEmpty()) {
        return reasoning;
      }
      return (thinking.isEmpty() ? details : thinking).toString();
    }

    /** Returns how the text of {@link #reasoning()} is named, unless as by most. */
    String reasoningField() {
      if (!reasoningContent.isEmpty()) {
        return "";
      } else if (!reasoning.isEmpty()) {
        return "reasoning";
      }
      return thinking.isEmpty() ? VendorFields.REASONING_DETAILS : "thinking";
    }

    void readMessage(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "content" -> {
            if (token == JsonToken.START_ARRAY) {
              readContent(parser, content);
            } else {
              content.clear();
              content.add(Json.text(parser));
            }
          }
          case "reasoning_content" -> reasoningContent = Json.text(parser);
          case "reasoning" -> reasoning = Json.text(parser);
          case "refusal" -> refusal.add(Json.text(parser));
          case "tool_calls" -> readCalls(parser);
          case "function_call" -> {
            // The form before tools, which options can still ask for.
            if (token == JsonToken.START_OBJECT) {
              ToolCalls.Piece call = new ToolCalls.Piece();
              readFunction(parser, call);
              calls.add(call);
            }
          }
          case "images", "audio" -> {
            unheld |= token == JsonToken.START_ARRAY || token == JsonToken.START_OBJECT;
            parser.skipChildren();
          }
          default -> {
            if (VendorFields.ofMessage(field)) {
              keep(field, parser);
            } else {
              parser.skipChildren();
            }
          }
        }
      }
    }

    /** Mistral's reasoning models give a list of parts. */
    private void readContent(JsonParser parser, Text to) throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          to.add(parser.getText());
        } else if (parser.currentToken() == JsonToken.START_OBJECT) {
          readContentPart(parser, to);
        } else {
          skip(parser);
        }
      }
    }

    private void readContentPart(JsonParser parser, Text to) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "text" -> to.add(Json.text(parser));
          case "thinking" -> {
            if (token == JsonToken.START_ARRAY) {
              readContent(parser, thinking);
            } else {
              thinking.add(Json.text(parser));
            }
          }
          case "refusal" -> refusal.add(Json.text(parser));
          default -> parser.skipChildren();
        }
      }
    }

    private void keep(String field, JsonParser parser) throws IOException {
      boolean details = field.equals(VendorFields.REASONING_DETAILS);
      int from = (int) parser.currentTokenLocation().getByteOffset();
      if (details) {
        readDetails(parser);
      }
      String json = Json.rawFrom(from, parser, source);
      if (!Json.isNothing(json)) {
        kept.put(field, json);
      }
    }

    /** OpenRouter's form, which may be all it says of the reasoning; it is kept as it is, too. */
    private void readDetails(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          skip(parser);
          continue;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          switch (field) {
            case "text", "summary" -> details.add(Json.text(parser));
            case "signature" -> signature.add(Json.text(parser));
            case "data" -> redactedData.add(Json.text(parser));
            default -> parser.skipChildren();
          }
        }
      }
    }

    private void readCalls(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        parser.skipChildren();
        return;
      }
      int before = calls.size();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        ToolCalls.Piece call = new ToolCalls.Piece();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          switch (field) {
            case "index" -> call.index = readIndex(parser);
            case "id" -> call.id = Json.text(parser);
            case "function" -> readFunction(parser, call);
            case "custom" -> {
              call.custom = parser.currentToken() == JsonToken.START_OBJECT;
              readFunction(parser, call);
            }
            default -> {
              if (VendorFields.ofCall(field)) {
                keep(field, parser, call);
              } else {
                parser.skipChildren();
              }
            }
          }
        }
        calls.add(call);
      }
      if (calls.size() - before > 1 && calls.get(before).index < 0) {
        // Several that are not numbered: their places are their numbers.
        for (int i = before; i < calls.size(); i++) {
          calls.get(i).index = i - before;
        }
      }
    }

    private void keep(String field, JsonParser parser, ToolCalls.Piece call) throws IOException {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      String json = Json.rawFrom(from, parser, source);
      if (!Json.isNothing(json)) {
        call.kept = call.kept.isEmpty() ? new LinkedHashMap<>(2) : call.kept;
        call.kept.put(field, json);
      }
    }

    /** Any whole number there is; a key, and nothing more. */
    private static int readIndex(JsonParser parser) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(-1, parser.getDoubleValue()));
      }
      parser.skipChildren();
      return -1;
    }

    private void readFunction(JsonParser parser, ToolCalls.Piece call) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "name" -> call.name = Json.text(parser);
          case "arguments" -> call.arguments = Json.textOrValue(parser, source);
          case "input" -> call.arguments = Json.text(parser);
          default -> parser.skipChildren();
        }
      }
    }

    private static void skip(JsonParser parser) throws IOException {
      if (parser.currentToken() == null) {
        throw new WireFormat.MalformedException("an answer ends in the middle");
      }
      parser.skipChildren();
    }
  }
}
