package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.provider.FakeVendor;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** A server between a client and a vendor that both speak Anthropic's API: what goes through? */
final class MessagesMirror implements AutoCloseable {
  private final FakeVendor vendor;
  private final Harness harness;

  MessagesMirror() throws IOException {
    vendor = new FakeVendor();
    harness =
        Harness.start(
            "  - {name: mirror, dialect: anthropic, base_url: '"
                + vendor.address("/v1")
                + "', api_key: k}");
  }

  /** What the vendor got, and what the client got. */
  record Through(ObjectNode asked, Reply reply) {}

  /**
   * Sends a request, which the vendor answers so.
   *
   * @param answer a message, or the text of a stream
   */
  Through send(ObjectNode request, String answer) throws InterruptedException {
    ObjectNode sent = request.deepCopy();
    sent.put("model", "mirror/" + request.path("model").asText());
    boolean streamed = request.path("stream").asBoolean();
    vendor.always(connection -> {
      if (streamed) {
        connection.events(answer);
      } else {
        connection.json(200, answer);
      }
    });
    Reply reply =
        HttpClients.post(
            harness.httpAddress() + "/v1/messages",
            sent.toString(),
            "anthropic-version",
            "2023-06-01",
            "x-admiral-cache",
            "bypass");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return new Through((ObjectNode) HttpClients.parse(vendor.taken().body()), reply);
  }

  /** Returns a request in the longer of the ways that mean the same. */
  static ObjectNode spelledOut(ObjectNode request) {
    ObjectNode sent = request.deepCopy();
    sent.put("stream", request.path("stream").asBoolean());
    dropNulls(sent);
    for (String field : List.of("system", "messages", "tools")) {
      for (JsonNode point : sent.path(field).findValues("cache_control")) {
        if (point.path("ttl").asText().equals("5m")) {
          ((ObjectNode) point).remove("ttl");
        }
      }
    }
    if (sent.has("system")) {
      sent.set("system", blocks(sent.path("system")));
    }
    for (JsonNode message : sent.path("messages")) {
      ((ObjectNode) message).set("content", blocks(message.path("content")));
      for (JsonNode block : message.path("content")) {
        ObjectNode each = (ObjectNode) block;
        each.remove("caller");
        if (each.path("type").asText().equals("tool_result")) {
          each.set("content", blocks(each.path("content")));
          if (!each.path("is_error").asBoolean()) {
            each.remove("is_error");
          }
        }
      }
    }
    for (JsonNode tool : sent.path("tools")) {
      ((ObjectNode) tool).remove("type");
      if (tool.path("description").asText().isEmpty()) {
        ((ObjectNode) tool).remove("description");
      }
    }
    if (!sent.path("tool_choice").path("disable_parallel_tool_use").asBoolean()
        && sent.has("tool_choice")) {
      ((ObjectNode) sent.path("tool_choice")).remove("disable_parallel_tool_use");
    }
    return sent;
  }

  private static ArrayNode blocks(JsonNode content) {
    if (content.isArray()) {
      return (ArrayNode) content;
    }
    ArrayNode blocks = HttpClients.JSON.createArrayNode();
    if (content.isTextual() && !content.textValue().isEmpty()) {
      blocks.addObject().put("type", "text").put("text", content.textValue());
    }
    return blocks;
  }

  static void dropNulls(JsonNode json) {
    if (json instanceof ObjectNode object) {
      Iterator<Map.Entry<String, JsonNode>> fields = object.properties().iterator();
      while (fields.hasNext()) {
        if (fields.next().getValue().isNull()) {
          fields.remove();
        }
      }
    }
    json.forEach(MessagesMirror::dropNulls);
  }

  /** Compares place by place, since prompts are long; numbers are the same however written. */
  static void assertSame(String place, JsonNode actual, JsonNode expected) {
    if (expected.isObject() && actual.isObject()) {
      assertThat(actual.properties().stream().map(Map.Entry::getKey))
          .as(place)
          .containsExactlyInAnyOrderElementsOf(
              expected.properties().stream().map(Map.Entry::getKey).toList());
      for (Map.Entry<String, JsonNode> field : expected.properties()) {
        assertSame(place + "." + field.getKey(), actual.path(field.getKey()), field.getValue());
      }
    } else if (expected.isArray() && actual.isArray()) {
      assertThat(actual.size()).as(place).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertSame(place + "." + i, actual.path(i), expected.path(i));
      }
    } else if (expected.isNumber() && actual.isNumber()) {
      assertThat(actual.decimalValue()).as(place).isEqualByComparingTo(expected.decimalValue());
    } else {
      assertThat(actual.asText()).as(place).isEqualTo(expected.asText());
      assertThat(actual.getNodeType()).as(place).isEqualTo(expected.getNodeType());
    }
  }

  @Override
  public void close() throws IOException {
    harness.close();
    vendor.close();
  }
}
