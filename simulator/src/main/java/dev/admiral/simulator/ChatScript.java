package dev.admiral.simulator;

import dev.admiral.simulator.Answer.Block;
import dev.admiral.simulator.Answer.Choice;
import dev.admiral.simulator.Answer.Finish;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A chat completion in OpenAI's bytes, or those of a provider that speaks alike. */
final class ChatScript extends Script {
  /** When every answer claims to have been made; ids and times are functions of the request. */
  private static final long CREATED = 1_794_000_000;

  private static final int CREATED_SPAN = 10_000_000;
  private static final int LONGEST_PADDING = 16;
  private static final String MISTRAL_PADDING = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final String OVERLOADED =
      "The server is currently overloaded with other requests. Sorry about that!";

  private final Dialect dialect;
  private final long id;
  private final String requestId;
  private final Instant acceptTime;
  private final byte[] prefix;
  private long chunks;

  ChatScript(Ask ask, Answer answer, long seed, String requestId, Instant acceptTime) {
    super(ask, answer);
    this.dialect = ask.dialect();
    this.id = Mix.mix(Mix.mix(seed, ask.hash()), 20);
    this.requestId = requestId;
    this.acceptTime = acceptTime;
    Bytes start = new Bytes(256);
    start.raw("data: {\"id\":").quoted(answerId());
    openRouterProvider(start);
    start.raw(",\"object\":\"chat.completion.chunk\",\"created\":").number(created());
    start.raw(",\"model\":").quoted(ask.model().name());
    if (dialect == Dialect.OPENAI) {
      start.raw(",\"service_tier\":\"default\"");
    }
    if (hasFingerprint()) {
      start.raw(",\"system_fingerprint\":");
      fingerprint(start);
    }
    this.prefix = start.copy();
  }

  @Override
  void head(Bytes out) {
    if (dialect == Dialect.OPENROUTER) {
      out.raw(": OPENROUTER PROCESSING\n\n");
    }
    for (int i = 0; i < answer.choices().size(); i++) {
      boolean calls =
          answer.choices().get(i).blocks().stream().anyMatch(b -> b instanceof Block.ToolCall);
      open(out, i).raw("{\"role\":\"assistant\",\"content\":").raw(calls ? "null" : "\"\"");
      out.raw(dialect == Dialect.OPENAI ? ",\"refusal\":null}" : "}");
      endChoice(out, null);
      if (dialect == Dialect.GROQ && i == 0) {
        out.raw(",\"x_groq\":{\"id\":").quoted(requestId).raw("}");
      }
      close(out);
    }
  }

  @Override
  void openCall(Bytes out, int choice, int block, Block.ToolCall call) {
    open(out, choice).raw("{\"tool_calls\":[{\"index\":").number(callIndex(choice, block));
    out.raw(",\"id\":").quoted(call.id()).raw(",\"type\":\"function\",\"function\":{\"name\":");
    out.quoted(call.name()).raw(",\"arguments\":").quoted(wholeCalls() ? call.text() : "");
    out.raw("}");
    signature(out, call, callIndex(choice, block));
    out.raw("}]}");
    endChoice(out, null);
    close(out);
  }

  /** Of calls made together Gemini signs the first. */
  private void signature(Bytes out, Block.ToolCall call, int index) {
    if (dialect == Dialect.GEMINI && index == 0) {
      out.raw(",\"extra_content\":{\"google\":{\"thought_signature\":");
      out.quoted(GivenBack.signature(call.id())).raw("}}");
    }
  }

  @Override
  boolean wholeCalls() {
    return dialect == Dialect.MISTRAL || dialect == Dialect.GEMINI;
  }

  @Override
  void fragments(Bytes out, int choice, int block, Block of, int first, int count) {
    String text = of.fragments().get(first);
    open(out, choice);
    switch (of) {
      case Block.Text t -> out.raw("{\"content\":").quoted(text).raw("}");
      case Block.Refusal r -> out.raw("{\"refusal\":").quoted(text).raw("}");
      case Block.Thinking t ->
          reasoning(out.raw("{"), text, first == of.fragments().size() - 1 ? of.text() : null)
              .raw("}");
      case Block.ToolCall call ->
          out.raw("{\"tool_calls\":[{\"index\":")
              .number(callIndex(choice, block))
              .raw(",\"function\":{\"arguments\":")
              .quoted(text)
              .raw("}}]}");
    }
    endChoice(out, null);
    close(out);
  }

  @Override
  void tail(Bytes out) {
    boolean usageChunk = ask.includeUsage() && !usageWithFinish();
    for (int i = 0; i < answer.choices().size(); i++) {
      boolean last = i == answer.choices().size() - 1;
      open(out, i).raw(hasEmptyDelta() ? "{}" : "{\"content\":\"\"}");
      endChoice(out, answer.choices().get(i).finish());
      if (last && usageWithFinish()) {
        if (dialect == Dialect.GROQ) {
          out.raw(",\"x_groq\":{\"id\":").quoted(requestId);
          usage(out);
          out.raw("}");
        }
        usage(out);
      }
      close(out);
    }
    if (usageChunk) {
      out.add(prefix).raw(",\"choices\":[]");
      usage(out);
      pad(out);
      out.raw("}\n\n");
    }
    out.add(DONE);
  }

  @Override
  void error(Bytes out) {
    switch (dialect) {
      case GROQ ->
          out.raw("event: error\ndata: {\"error\":{\"message\":")
              .quoted(OVERLOADED)
              .raw(
                  ",\"type\":\"service_unavailable_error\",\"code\":\"server_is_overloaded\","
                      + "\"status_code\":503}}\n\n");
      case OPENROUTER -> {
        out.add(prefix).raw(",\"error\":{\"code\":503,\"message\":").quoted(OVERLOADED);
        out.raw(
            "},\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                + "\"finish_reason\":null,\"native_finish_reason\":null,\"logprobs\":null}]}\n\n");
        out.add(DONE);
      }
      default -> {
        out.raw("data: ");
        errorObject(out);
        out.raw("\n\n");
      }
    }
  }

  @Override
  void wholeError(Bytes out) {
    if (dialect == Dialect.OPENROUTER) {
      out.raw("{\"error\":{\"code\":503,\"message\":").quoted(OVERLOADED).raw("}}");
    } else {
      errorObject(out);
    }
  }

  private static void errorObject(Bytes out) {
    out.raw("{\"error\":{\"message\":").quoted(OVERLOADED);
    out.raw(",\"type\":\"service_unavailable_error\",\"param\":null,");
    out.raw("\"code\":\"server_is_overloaded\"}}");
  }

  @Override
  void malformed(Bytes out) {
    open(out, 0).raw("{\"content\":\"\n\n");
  }

  @Override
  void whole(Bytes out) {
    out.raw("{\"id\":").quoted(answerId());
    openRouterProvider(out);
    out.raw(",\"object\":\"chat.completion\",\"created\":").number(created());
    out.raw(",\"model\":").quoted(ask.model().name()).raw(",\"choices\":[");
    for (int i = 0; i < answer.choices().size(); i++) {
      out.raw(i == 0 ? "" : ",");
      wholeChoice(out, i, answer.choices().get(i));
    }
    out.raw("]");
    usage(out);
    switch (dialect) {
      case OPENAI -> out.raw(",\"service_tier\":\"default\"");
      case GROQ ->
          out.raw(",\"usage_breakdown\":null,\"service_tier\":\"on_demand\",\"x_groq\":{\"id\":")
              .quoted(requestId)
              .raw(",\"seed\":")
              .number(Mix.below(id, Integer.MAX_VALUE))
              .raw("}");
      case CEREBRAS ->
          out.raw(
                  ",\"time_info\":{\"queue_time\":0.0009,\"prompt_time\":0.003,"
                      + "\"completion_time\":0.0264,\"total_time\":0.0326,\"created\":")
              .number(created())
              .raw("}");
      default -> {}
    }
    if (hasFingerprint()) {
      out.raw(",\"system_fingerprint\":");
      fingerprint(out);
    }
    out.raw("}");
  }

  private void wholeChoice(Bytes out, int index, Choice choice) {
    StringBuilder text = new StringBuilder();
    StringBuilder reasoning = new StringBuilder();
    StringBuilder refusal = new StringBuilder();
    boolean said = false;
    boolean calls = false;
    for (Block block : choice.blocks()) {
      switch (block) {
        case Block.Text t -> text.append(t.text());
        case Block.Thinking t -> reasoning.append(t.text());
        case Block.Refusal r -> refusal.append(r.text());
        case Block.ToolCall c -> calls = true;
      }
      said |= block instanceof Block.Text;
    }
    boolean noText = !said && (calls || !refusal.isEmpty());
    out.raw("{\"index\":").number(index).raw(",\"message\":{\"role\":\"assistant\",\"content\":");
    if (noText) {
      out.raw("null");
    } else {
      out.quoted(text);
    }
    if (!reasoning.isEmpty()) {
      reasoning(out.raw(","), reasoning, reasoning.toString());
    }
    if (calls) {
      wholeCalls(out, choice);
    }
    if (dialect == Dialect.OPENAI) {
      out.raw(",\"refusal\":");
      if (refusal.isEmpty()) {
        out.raw("null");
      } else {
        out.quoted(refusal);
      }
      out.raw(",\"annotations\":[]");
    }
    out.raw("}");
    boolean plain = dialect == Dialect.OPENAI && ask.model().kind() == ModelProfile.Kind.CHAT;
    if (plain
        || dialect == Dialect.GROQ
        || dialect == Dialect.DEEPSEEK
        || dialect == Dialect.OPENROUTER) {
      out.raw(",\"logprobs\":null");
    }
    out.raw(",\"finish_reason\":").quoted(word(choice.finish()));
    if (dialect == Dialect.OPENROUTER) {
      out.raw(",\"native_finish_reason\":").quoted(word(choice.finish()));
    }
    out.raw("}");
  }

  private void wholeCalls(Bytes out, Choice choice) {
    out.raw(",\"tool_calls\":[");
    int n = 0;
    for (Block block : choice.blocks()) {
      if (block instanceof Block.ToolCall call) {
        out.raw(n == 0 ? "{" : ",{");
        if (dialect == Dialect.MISTRAL) {
          out.raw("\"index\":").number(n).raw(",");
        }
        out.raw("\"id\":").quoted(call.id()).raw(",\"type\":\"function\",\"function\":{\"name\":");
        out.quoted(call.name()).raw(",\"arguments\":").quoted(call.text()).raw("}");
        signature(out, call, n);
        out.raw("}");
        n++;
      }
    }
    out.raw("]");
  }

  /**
   * Writes reasoning, in OpenRouter's case also as an element of its list.
   *
   * @param signed what is signed, all of it; null if more of it comes
   */
  private Bytes reasoning(Bytes out, CharSequence text, @Nullable String signed) {
    out.raw("\"" + dialect.reasoningField + "\":").quoted(text);
    if (dialect == Dialect.OPENROUTER) {
      out.raw(",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":").quoted(text);
      if (signed != null) {
        out.raw(",\"signature\":").quoted(GivenBack.signature(signed));
      }
      out.raw(",\"format\":\"anthropic-claude-v1\",\"index\":0}]");
    }
    return out;
  }

  private Bytes open(Bytes out, int choice) {
    return out.add(prefix).raw(",\"choices\":[{\"index\":").number(choice).raw(",\"delta\":");
  }

  private void endChoice(Bytes out, @Nullable Finish finish) {
    if (dialect != Dialect.MISTRAL) {
      out.raw(",\"logprobs\":null");
    }
    out.raw(",\"finish_reason\":");
    if (finish == null) {
      out.raw("null");
    } else {
      out.quoted(word(finish));
    }
    if (dialect == Dialect.OPENROUTER) {
      out.raw(",\"native_finish_reason\":");
      if (finish == null) {
        out.raw("null");
      } else {
        out.quoted(word(finish));
      }
    }
    out.raw("}]");
  }

  /** Ends a chunk. Where a usage chunk will follow, every other says that it has none. */
  private void close(Bytes out) {
    if (ask.includeUsage() && !usageWithFinish() && dialect != Dialect.OPENROUTER) {
      out.raw(",\"usage\":null");
    }
    pad(out);
    out.raw("}\n\n");
  }

  private void pad(Bytes out) {
    if (ask.obfuscation()) {
      int length = Mix.below(Mix.mix(id, ++chunks), LONGEST_PADDING);
      out.raw(",\"obfuscation\":").quoted(Mix.base62(Mix.mix(id, chunks), length));
    } else if (dialect == Dialect.MISTRAL) {
      int length = 1 + Mix.below(Mix.mix(id, ++chunks), MISTRAL_PADDING.length());
      out.raw(",\"p\":").quoted(MISTRAL_PADDING.substring(0, length));
    }
  }

  private void usage(Bytes out) {
    Tokens tokens = answer.tokens();
    out.raw(",\"usage\":{");
    if (dialect == Dialect.GROQ) {
      out.raw("\"queue_time\":0.0282,");
    }
    out.raw("\"prompt_tokens\":").number(tokens.prompt());
    if (dialect == Dialect.GROQ) {
      out.raw(",\"prompt_time\":0.0027");
    }
    out.raw(",\"completion_tokens\":").number(tokens.output());
    if (dialect == Dialect.GROQ) {
      out.raw(",\"completion_time\":0.0608");
    }
    out.raw(",\"total_tokens\":").number(tokens.prompt() + tokens.output());
    if (dialect == Dialect.GROQ) {
      out.raw(",\"total_time\":0.0635");
    }
    boolean terse = dialect == Dialect.MISTRAL || dialect == Dialect.GROQ;
    if (!terse || tokens.cachedInput() > 0) {
      out.raw(",\"prompt_tokens_details\":{\"cached_tokens\":").number(tokens.cachedInput());
      if (dialect == Dialect.OPENAI) {
        out.raw(",\"audio_tokens\":0");
      }
      if (tokens.cacheWrite5m() > 0) {
        out.raw(",\"cache_write_tokens\":").number(tokens.cacheWrite5m());
      }
      out.raw("}");
    }
    if (dialect == Dialect.OPENAI || tokens.reasoning() > 0) {
      out.raw(",\"completion_tokens_details\":{\"reasoning_tokens\":").number(tokens.reasoning());
      out.raw(
          dialect == Dialect.OPENAI
              ? ",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
                  + "\"rejected_prediction_tokens\":0}"
              : "}");
    }
    if (dialect == Dialect.DEEPSEEK) {
      out.raw(",\"prompt_cache_hit_tokens\":").number(tokens.cachedInput());
      out.raw(",\"prompt_cache_miss_tokens\":").number(tokens.prompt() - tokens.cachedInput());
    }
    if (dialect == Dialect.OPENROUTER) {
      out.raw(",\"cost\":").raw(usd()).raw(",\"is_byok\":false");
    }
    out.raw("}");
  }

  private String usd() {
    return Prices.cost(ask.model().prices(), answer.tokens(), acceptTime).stream()
        .mapToObj(picos -> BigDecimal.valueOf(picos, 12).stripTrailingZeros().toPlainString())
        .findFirst()
        .orElse("0");
  }

  private boolean usageWithFinish() {
    return switch (dialect) {
      case MISTRAL, DEEPSEEK, CEREBRAS, GROQ -> true;
      default -> false;
    };
  }

  private boolean hasEmptyDelta() {
    return dialect == Dialect.OPENAI || dialect == Dialect.GROQ || dialect == Dialect.COMPATIBLE;
  }

  private boolean hasFingerprint() {
    return dialect != Dialect.MISTRAL && dialect != Dialect.OPENROUTER;
  }

  /** OpenAI's newer models have none. */
  private void fingerprint(Bytes out) {
    if (dialect == Dialect.OPENAI && ask.model().kind() == ModelProfile.Kind.REASONING) {
      out.raw("null");
    } else {
      out.quoted("fp_" + Mix.hex(Mix.text(9, ask.model().name()), 10));
    }
  }

  private void openRouterProvider(Bytes out) {
    if (dialect == Dialect.OPENROUTER) {
      out.raw(",\"provider\":\"Simulator\"");
    }
  }

  private String answerId() {
    return switch (dialect) {
      case MISTRAL -> Mix.hex(id, 32);
      case DEEPSEEK -> uuid();
      case GROQ, CEREBRAS -> "chatcmpl-" + uuid();
      case OPENROUTER -> "gen-" + created() + "-" + Mix.base62(id, 20);
      default -> "chatcmpl-" + Mix.base62(id, 29);
    };
  }

  private String uuid() {
    String hex = Mix.hex(id, 32);
    return hex.substring(0, 8)
        + '-'
        + hex.substring(8, 12)
        + '-'
        + hex.substring(12, 16)
        + '-'
        + hex.substring(16, 20)
        + '-'
        + hex.substring(20);
  }

  private long created() {
    return CREATED + Mix.below(id, CREATED_SPAN);
  }

  private int callIndex(int choice, int block) {
    int index = 0;
    for (Block before : answer.choices().get(choice).blocks().subList(0, block)) {
      index += before instanceof Block.ToolCall ? 1 : 0;
    }
    return index;
  }

  private static String word(Finish finish) {
    return switch (finish) {
      case STOP, STOP_SEQUENCE, REFUSAL -> "stop";
      case LENGTH -> "length";
      case TOOL_CALLS -> "tool_calls";
      case CONTENT_FILTER -> "content_filter";
    };
  }
}
