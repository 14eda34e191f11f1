package dev.admiral.simulator;

import dev.admiral.simulator.Answer.Block;
import dev.admiral.simulator.Answer.Choice;
import dev.admiral.simulator.Answer.Finish;
import java.util.List;

/** A message in Anthropic's bytes. */
final class MessagesScript extends Script {
  private static final int LONGEST_PADDING = 16;
  private static final int MOST_FRAGMENTS = 6;
  private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  private static final String ERROR =
      "{\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"overloaded_error\","
          + "\"message\":\"Overloaded\"}";

  private final long id;
  private final Choice choice;
  private long frames;
  private boolean pinged;

  MessagesScript(Ask ask, Answer answer, long seed) {
    super(ask, answer);
    this.id = Mix.mix(Mix.mix(seed, ask.hash()), 21);
    this.choice = answer.choices().getFirst();
  }

  @Override
  void head(Bytes out) {
    event(out, "message_start").raw(",\"message\":{\"model\":").quoted(ask.model().name());
    out.raw(",\"id\":").quoted(messageId());
    out.raw(",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"stop_reason\":null,");
    out.raw("\"stop_sequence\":null,\"stop_details\":null,\"usage\":{");
    input(out);
    cacheCreation(out);
    out.raw(",\"output_tokens\":").number(Math.min(1, answer.tokens().output()));
    out.raw(",\"service_tier\":\"standard\",\"inference_geo\":\"global\"}}");
    close(out);
    if (nextTokens() < 0) {
      out.raw(PING);
    }
  }

  @Override
  void openBlock(Bytes out, int choice, int block, Block of) {
    event(out, "content_block_start").raw(",\"index\":").number(block).raw(",\"content_block\":");
    switch (of) {
      case Block.Text t -> out.raw("{\"type\":\"text\",\"text\":\"\"}");
      case Block.Refusal r -> out.raw("{\"type\":\"text\",\"text\":\"\"}");
      case Block.Thinking t ->
          out.raw("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
      case Block.ToolCall call ->
          out.raw("{\"type\":\"tool_use\",\"id\":")
              .quoted(call.id())
              .raw(",\"name\":")
              .quoted(call.name())
              .raw(",\"input\":{}}");
    }
    close(out);
    if (!pinged) {
      pinged = true;
      out.raw(PING);
    }
  }

  @Override
  void openCall(Bytes out, int choice, int block, Block.ToolCall call) {
    delta(out, block, "input_json_delta", "partial_json", "");
  }

  @Override
  int fragmentsPerFrame(int choice, int block, int first) {
    return 1 + Mix.below(Mix.mix(id, first), MOST_FRAGMENTS);
  }

  @Override
  void fragments(Bytes out, int choice, int block, Block of, int first, int count) {
    String text = String.join("", of.fragments().subList(first, first + count));
    switch (of) {
      case Block.Thinking t -> delta(out, block, "thinking_delta", "thinking", text);
      case Block.ToolCall c -> delta(out, block, "input_json_delta", "partial_json", text);
      case Block.Text t -> delta(out, block, "text_delta", "text", text);
      case Block.Refusal r -> delta(out, block, "text_delta", "text", text);
    }
  }

  @Override
  void closeBlock(Bytes out, int choice, int block, Block of) {
    if (of instanceof Block.Thinking thinking) {
      delta(out, block, "signature_delta", "signature", thinking.signature());
    }
    event(out, "content_block_stop").raw(",\"index\":").number(block);
    close(out);
  }

  @Override
  void tail(Bytes out) {
    event(out, "message_delta").raw(",\"delta\":{");
    stop(out);
    out.raw("},\"usage\":{");
    input(out);
    output(out);
    out.raw("}");
    close(out);
    event(out, "message_stop");
    close(out);
  }

  @Override
  void error(Bytes out) {
    out.raw("event: error\ndata: ").raw(ERROR).raw(" }\n\n");
  }

  @Override
  void wholeError(Bytes out) {
    out.raw(ERROR).raw("}");
  }

  @Override
  void malformed(Bytes out) {
    event(out, "content_block_delta").raw(",\"index\":0,\"delta\":{\"type\":\"text_\n\n");
  }

  @Override
  void whole(Bytes out) {
    out.raw("{\"model\":").quoted(ask.model().name()).raw(",\"id\":").quoted(messageId());
    out.raw(",\"type\":\"message\",\"role\":\"assistant\",\"content\":[");
    List<Block> blocks = choice.blocks();
    boolean first = true;
    boolean cut = choice.finish() == Finish.LENGTH;
    for (Block block : blocks) {
      if (!block.fragments().isEmpty() || block instanceof Block.ToolCall) {
        out.raw(first ? "" : ",");
        wholeBlock(out, block, cut && block.equals(blocks.getLast()));
        first = false;
      }
    }
    out.raw("],");
    stop(out);
    out.raw(",\"usage\":{");
    input(out);
    cacheCreation(out);
    output(out);
    out.raw(",\"service_tier\":\"standard\",\"inference_geo\":\"global\"}}");
  }

  private static void wholeBlock(Bytes out, Block block, boolean cut) {
    switch (block) {
      case Block.Text t -> out.raw("{\"type\":\"text\",\"text\":").quoted(t.text()).raw("}");
      case Block.Refusal r -> out.raw("{\"type\":\"text\",\"text\":").quoted(r.text()).raw("}");
      case Block.Thinking t ->
          out.raw("{\"type\":\"thinking\",\"thinking\":")
              .quoted(t.text())
              .raw(",\"signature\":")
              .quoted(t.signature())
              .raw("}");
      case Block.ToolCall call -> {
        out.raw("{\"type\":\"tool_use\",\"id\":").quoted(call.id()).raw(",\"name\":");
        // Arguments cut short by the limit are no JSON; a whole body must be, so they are empty.
        out.quoted(call.name()).raw(",\"input\":").raw(cut ? "{}" : call.text()).raw("}");
      }
    }
  }

  private void delta(Bytes out, int block, String type, String field, String text) {
    event(out, "content_block_delta").raw(",\"index\":").number(block);
    out.raw(",\"delta\":{\"type\":\"" + type + "\",\"" + field + "\":").quoted(text).raw("}");
    close(out);
  }

  private static Bytes event(Bytes out, String type) {
    return out.raw("event: " + type + "\ndata: {\"type\":\"" + type + "\"");
  }

  /** Ends a frame; the vendor pads inside the object with blanks. */
  private void close(Bytes out) {
    out.raw(" ".repeat(Mix.below(Mix.mix(id, ++frames), LONGEST_PADDING))).raw("}\n\n");
  }

  private void stop(Bytes out) {
    out.raw("\"stop_reason\":").quoted(word(choice.finish())).raw(",\"stop_sequence\":");
    if (choice.stopSequence().isPresent()) {
      out.quoted(choice.stopSequence().get());
    } else {
      out.raw("null");
    }
    if (choice.finish() == Finish.REFUSAL || choice.finish() == Finish.CONTENT_FILTER) {
      out.raw(",\"stop_details\":{\"type\":\"refusal\",\"category\":\"cyber\",\"explanation\":");
      out.quoted("This request triggered restrictions and was blocked under the usage policy.");
      out.raw(",\"recommended_model\":").quoted(ask.model().name()).raw("}");
    } else {
      out.raw(",\"stop_details\":null");
    }
  }

  private void input(Bytes out) {
    Tokens tokens = answer.tokens();
    out.raw("\"input_tokens\":").number(tokens.input());
    out.raw(",\"cache_creation_input_tokens\":");
    out.number(tokens.cacheWrite5m() + tokens.cacheWrite1h());
    out.raw(",\"cache_read_input_tokens\":").number(tokens.cachedInput());
  }

  private void cacheCreation(Bytes out) {
    Tokens tokens = answer.tokens();
    out.raw(",\"cache_creation\":{\"ephemeral_5m_input_tokens\":").number(tokens.cacheWrite5m());
    out.raw(",\"ephemeral_1h_input_tokens\":").number(tokens.cacheWrite1h()).raw("}");
  }

  private void output(Bytes out) {
    out.raw(",\"output_tokens\":").number(answer.tokens().output());
    out.raw(",\"output_tokens_details\":{\"thinking_tokens\":");
    out.number(answer.tokens().reasoning()).raw("}");
  }

  private String messageId() {
    return "msg_01" + Mix.base62(id, 22);
  }

  private static String word(Finish finish) {
    return switch (finish) {
      case STOP -> "end_turn";
      case STOP_SEQUENCE -> "stop_sequence";
      case LENGTH -> "max_tokens";
      case TOOL_CALLS -> "tool_use";
      case CONTENT_FILTER, REFUSAL -> "refusal";
    };
  }
}
