package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Any request and any answer that Anthropic's API knows and Admiral carries go through a server
 * unchanged, thinking and its signatures included, whole and in events.
 */
class MessagesMirrorTest {
  private static final List<String> TEXTS =
      List.of("a", "Grüße, 世界 👩‍🚀", "\"quoted\"\n\\", "{}", "  ", "x".repeat(300), "</s>\u2028");

  private static MessagesMirror mirror;

  @BeforeContainer
  static void start() throws IOException {
    mirror = new MessagesMirror();
  }

  @AfterContainer
  static void stop() throws IOException {
    mirror.close();
  }

  @Provide
  Arbitrary<Random> randoms() {
    return Arbitraries.randoms();
  }

  @Property(tries = 150)
  void anyExchange_goesThroughUnchanged(@ForAll("randoms") Random random) throws Exception {
    Drawn drawn = new Drawn(random);
    ObjectNode request = drawn.request();
    ObjectNode answer = drawn.answer();
    boolean streamed = random.nextBoolean();
    request.put("stream", streamed);

    MessagesMirror.Through through =
        mirror.send(request, streamed ? drawn.events(answer) : answer.toString());

    MessagesMirror.assertSame("request", through.asked(), MessagesMirror.spelledOut(request));
    ObjectNode message =
        streamed
            ? MessageEvents.read(through.reply().text()).message()
            : (ObjectNode) through.reply().json();
    for (String field : List.of("content", "stop_reason", "stop_sequence", "stop_details")) {
      assertThat(message.path(field)).as(field).isEqualTo(answer.path(field));
    }
    for (var count : answer.path("usage").properties()) {
      assertThat(message.path("usage").path(count.getKey()))
          .as(count.getKey())
          .isEqualTo(count.getValue());
    }
  }

  /** Draws what the vendor's API knows. */
  private record Drawn(Random random) {

    private boolean once(int in) {
      return random.nextInt(in) == 0;
    }

    private String text() {
      return TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(100);
    }

    private static ObjectNode object() {
      return HttpClients.JSON.createObjectNode();
    }

    ObjectNode request() {
      ObjectNode request = object();
      request.put("model", "claude-sonnet-4-5").put("max_tokens", 1 + random.nextInt(9_000));
      if (once(2)) {
        blocks(request.putArray("system"), 1 + random.nextInt(2), true);
      }
      conversation(request.putArray("messages"));
      if (once(3)) {
        request.put("temperature", random.nextInt(11) / 10.0);
      }
      if (once(4)) {
        request.put("top_p", 0.5).put("top_k", 1 + random.nextInt(50));
      }
      if (once(3)) {
        request.putArray("stop_sequences").add(text()).add("stop");
      }
      if (once(2)) {
        tools(request);
      }
      thinking(request);
      if (once(3)) {
        request.putObject("metadata").put("user_id", text());
        request.put("service_tier", "auto");
        request
            .putObject("x_of_tomorrow")
            .put("n", 7)
            .put("d", 0.25)
            .putArray("l")
            .addNull()
            .add(true);
      }
      return request;
    }

    private void thinking(ObjectNode request) {
      switch (random.nextInt(5)) {
        case 0 -> request.putObject("thinking").put("type", "enabled").put("budget_tokens", 2_000);
        case 1 -> request.putObject("thinking").put("type", "adaptive").put("display", "omitted");
        case 2 -> request.putObject("thinking").put("type", "disabled");
        default -> {}
      }
      if (once(3)) {
        request.withObject("/output_config").put("effort", once(2) ? "max" : "low");
      }
      if (once(3)) {
        schema(
            request
                .withObject("/output_config")
                .putObject("format")
                .put("type", "json_schema")
                .putObject("schema"));
      }
    }

    private void schema(ObjectNode schema) {
      ObjectNode properties = schema.put("type", "object").putObject("properties");
      for (String name : List.of("z", "a", "m")) {
        properties.putObject(name).put("type", "number").put("maximum", random.nextInt(9) / 2.0);
      }
    }

    private void tools(ObjectNode request) {
      ArrayNode tools = request.putArray("tools");
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        ObjectNode tool = tools.addObject().put("name", "tool-" + i);
        if (once(2)) {
          tool.put("description", text());
        }
        if (once(4)) {
          tool.put("strict", random.nextBoolean());
        }
        schema(tool.putObject("input_schema"));
        mark(tool);
      }
      switch (random.nextInt(6)) {
        case 0 -> request.putObject("tool_choice").put("type", "auto");
        case 1 -> request.putObject("tool_choice").put("type", "none");
        case 2 ->
            request
                .putObject("tool_choice")
                .put("type", "any")
                .put("disable_parallel_tool_use", true);
        case 3 -> request.putObject("tool_choice").put("type", "tool").put("name", "tool-0");
        default -> {}
      }
    }

    private void mark(ObjectNode block) {
      if (once(4)) {
        ObjectNode control = block.putObject("cache_control").put("type", "ephemeral");
        if (once(2)) {
          control.put("ttl", "1h");
        }
      }
    }

    /** Turns of a user and of the model, whose tool calls are all answered in the next turn. */
    private void conversation(ArrayNode messages) {
      List<String> calls = new ArrayList<>();
      int turns = 1 + 2 * random.nextInt(4);
      for (int turn = 0; turn < turns; turn++) {
        ObjectNode message = messages.addObject();
        if (turn % 2 == 0) {
          message.put("role", "user");
          if (calls.isEmpty() && once(3)) {
            message.put("content", text());
            continue;
          }
          ArrayNode content = message.putArray("content");
          calls.forEach(call -> result(content.addObject(), call));
          blocks(content, (calls.isEmpty() ? 1 : 0) + random.nextInt(3), false);
          calls.clear();
        } else {
          message.put("role", "assistant");
          ArrayNode content = message.putArray("content");
          answerBlocks(content, turn);
          for (JsonNode block : content) {
            if (block.path("type").asText().equals("tool_use")) {
              calls.add(block.path("id").asText());
            }
            if (!block.path("type").asText().contains("thinking")) {
              mark((ObjectNode) block);
            }
          }
        }
      }
    }

    private void result(ObjectNode block, String call) {
      block.put("type", "tool_result").put("tool_use_id", call);
      if (once(3)) {
        block.put("content", text());
      } else {
        blocks(block.putArray("content"), random.nextInt(3), false);
      }
      if (once(3)) {
        block.put("is_error", true);
      }
      mark(block);
    }

    private void blocks(ArrayNode content, int count, boolean textOnly) {
      for (int i = 0; i < count; i++) {
        ObjectNode block = content.addObject();
        switch (textOnly ? 0 : random.nextInt(5)) {
          case 1 -> source(block.put("type", "image"), "image/png");
          case 2 -> source(block.put("type", "document").put("title", text()), "application/pdf");
          case 3 ->
              block
                  .put("type", "document")
                  .putObject("source")
                  .put("type", "text")
                  .put("media_type", "text/plain")
                  .put("data", text());
          default -> block.put("type", "text").put("text", text());
        }
        mark(block);
      }
    }

    private void source(ObjectNode block, String mediaType) {
      ObjectNode source = block.putObject("source");
      if (once(2)) {
        byte[] data = new byte[1 + random.nextInt(50)];
        random.nextBytes(data);
        source
            .put("type", "base64")
            .put("media_type", mediaType)
            .put("data", Base64.getEncoder().encodeToString(data));
      } else {
        source.put("type", "url").put("url", "https://files.example/" + random.nextInt(9));
      }
    }

    private void answerBlocks(ArrayNode content, int turn) {
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        ObjectNode block = content.addObject();
        switch (random.nextInt(4)) {
          case 0 ->
              block
                  .put("type", "thinking")
                  .put("thinking", once(4) ? "" : text())
                  .put("signature", "sig" + text());
          case 1 -> block.put("type", "redacted_thinking").put("data", text());
          case 2 -> {
            ObjectNode call = block.put("type", "tool_use").put("id", "toolu_" + turn + "_" + i);
            ObjectNode input = call.put("name", "tool-0").putObject("input");
            if (!once(4)) {
              input.put("z", text()).putObject("a").put(text(), random.nextInt());
            }
          }
          default -> block.put("type", "text").put("text", text());
        }
      }
    }

    ObjectNode answer() {
      ObjectNode answer = object();
      answer.put("id", "msg_1").put("type", "message").put("role", "assistant").put("model", "m");
      ArrayNode content = answer.putArray("content");
      answerBlocks(content, 99);
      boolean calls =
          content.findValuesAsText("type").stream().anyMatch(type -> type.equals("tool_use"));
      answer.putNull("stop_sequence").putNull("stop_details");
      if (calls) {
        answer.put("stop_reason", "tool_use");
      } else {
        switch (random.nextInt(5)) {
          case 0 -> answer.put("stop_reason", "max_tokens");
          case 1 -> answer.put("stop_reason", "pause_turn");
          case 2 -> answer.put("stop_reason", "stop_sequence").put("stop_sequence", "stop");
          case 3 -> {
            answer.put("stop_reason", "refusal");
            ObjectNode details = answer.putObject("stop_details").put("type", "refusal");
            details.putNull("category").put("explanation", text());
          }
          default -> answer.put("stop_reason", "end_turn");
        }
      }
      ObjectNode usage = answer.putObject("usage");
      int fiveMinutes = random.nextInt(500);
      int hour = random.nextInt(500);
      usage.put("input_tokens", random.nextInt(5_000));
      usage.put("cache_creation_input_tokens", fiveMinutes + hour);
      usage.put("cache_read_input_tokens", random.nextInt(5_000));
      ObjectNode written = usage.putObject("cache_creation");
      written.put("ephemeral_5m_input_tokens", fiveMinutes);
      written.put("ephemeral_1h_input_tokens", hour);
      usage.put("output_tokens", 1 + random.nextInt(5_000));
      return answer;
    }

    /** Returns a message as the vendor streams it, split at random. */
    String events(ObjectNode answer) {
      StringBuilder out = new StringBuilder();
      ObjectNode started = object();
      ObjectNode message = started.put("type", "message_start").putObject("message");
      message.setAll(answer);
      message.putArray("content");
      message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
      event(out, started);
      int index = 0;
      for (JsonNode block : answer.path("content")) {
        ObjectNode start = object().put("type", "content_block_start").put("index", index);
        ObjectNode opened = block.deepCopy();
        start.set("content_block", opened);
        switch (block.path("type").asText()) {
          case "text" -> {
            opened.put("text", "");
            event(out, start);
            deltas(out, index, "text_delta", "text", block.path("text").asText());
          }
          case "thinking" -> {
            opened.put("thinking", "").put("signature", "");
            event(out, start);
            deltas(out, index, "thinking_delta", "thinking", block.path("thinking").asText());
            delta(out, index, "signature_delta", "signature", block.path("signature").asText());
          }
          case "tool_use" -> {
            opened.putObject("input");
            event(out, start);
            delta(out, index, "input_json_delta", "partial_json", "");
            deltas(out, index, "input_json_delta", "partial_json", block.path("input").toString());
          }
          default -> event(out, start);
        }
        if (once(4)) {
          event(out, object().put("type", "ping"));
        }
        event(out, object().put("type", "content_block_stop").put("index", index));
        index++;
      }
      ObjectNode end = object().put("type", "message_delta");
      ObjectNode delta = end.putObject("delta");
      for (String field : List.of("stop_reason", "stop_sequence", "stop_details")) {
        delta.set(field, answer.path(field));
      }
      end.set("usage", answer.path("usage"));
      event(out, end);
      event(out, object().put("type", "message_stop"));
      return out.toString();
    }

    private void deltas(StringBuilder out, int index, String type, String field, String text) {
      int from = 0;
      while (from < text.length()) {
        int to = Math.min(text.length(), from + 1 + random.nextInt(1 + text.length() / 2));
        if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
          to++;
        }
        delta(out, index, type, field, text.substring(from, to));
        from = to;
      }
    }

    private static void delta(
        StringBuilder out, int index, String type, String field, String piece) {
      ObjectNode event = object().put("type", "content_block_delta").put("index", index);
      event.putObject("delta").put("type", type).put(field, piece);
      event(out, event);
    }

    private static void event(StringBuilder out, ObjectNode event) {
      out.append("event: ").append(event.path("type").asText()).append('\n');
      out.append("data: ").append(event).append("\n\n");
    }
  }
}
