package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream of Anthropic's API, joined as the vendor's own clients do: blocks are added in the order
 * they start, and one is open at a time. Events without a name are invisible to those clients, so
 * every event must have its own.
 */
record MessageEvents(List<JsonNode> events) {

  static MessageEvents read(String stream) {
    List<JsonNode> events = new ArrayList<>();
    String name = "";
    for (String line : stream.split("\n", -1)) {
      if (line.startsWith("event: ")) {
        name = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        JsonNode event = HttpClients.parse(line.substring("data: ".length()));
        assertThat(event.path("type").asText()).isEqualTo(name);
        events.add(event);
        name = "";
      } else {
        assertThat(line.isEmpty() || line.startsWith(":")).as(line).isTrue();
      }
    }
    return new MessageEvents(events);
  }

  List<String> types() {
    return events.stream().map(event -> event.path("type").asText()).toList();
  }

  /** Returns the message, which must be whole. */
  ObjectNode message() {
    assertThat(types()).startsWith("message_start").endsWith("message_delta", "message_stop");
    ObjectNode message = events.getFirst().path("message").deepCopy();
    assertThat(message.path("stop_reason").isNull()).isTrue();
    ArrayNode content = (ArrayNode) message.path("content");
    StringBuilder input = null;
    boolean open = false;
    for (JsonNode event : events.subList(1, events.size())) {
      switch (event.path("type").asText()) {
        case "ping", "message_stop" -> {}
        case "content_block_start" -> {
          assertThat(open).isFalse();
          assertThat(event.path("index").asInt()).isEqualTo(content.size());
          content.add(event.path("content_block").deepCopy());
          open = true;
          input = null;
        }
        case "content_block_delta" -> {
          assertThat(open).isTrue();
          assertThat(event.path("index").asInt()).isEqualTo(content.size() - 1);
          ObjectNode block = (ObjectNode) content.get(content.size() - 1);
          JsonNode delta = event.path("delta");
          switch (delta.path("type").asText()) {
            case "text_delta" -> append(block, "text", delta.path("text"));
            case "thinking_delta" -> append(block, "thinking", delta.path("thinking"));
            case "signature_delta" -> append(block, "signature", delta.path("signature"));
            case "input_json_delta" -> {
              String piece = delta.path("partial_json").textValue();
              assertThat(input == null && !piece.isEmpty()).as("first piece").isFalse();
              input = input == null ? new StringBuilder() : input.append(piece);
            }
            default -> throw new AssertionError(event);
          }
        }
        case "content_block_stop" -> {
          assertThat(open).isTrue();
          open = false;
          if (input != null && !input.isEmpty()) {
            ((ObjectNode) content.get(content.size() - 1))
                .set("input", HttpClients.parse(input.toString()));
          }
        }
        case "message_delta" -> {
          assertThat(open).isFalse();
          message.setAll((ObjectNode) event.path("delta"));
          ((ObjectNode) message.path("usage")).setAll((ObjectNode) event.path("usage"));
        }
        default -> throw new AssertionError(event);
      }
    }
    return message;
  }

  private static void append(ObjectNode block, String field, JsonNode piece) {
    block.put(field, block.path(field).textValue() + piece.textValue());
  }
}
