package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Two turns with a tool by every door, as the simplest loops of agents make them: the answer goes
 * back as it came, whole or put together from its pieces, with the results of its calls behind it.
 */
final class Conversations {
  /** The ways in. */
  enum Door {
    CONTRACT,
    CHAT,
    RESPONSES,
    MESSAGES
  }

  private final Harness harness;
  private final Door door;
  private final boolean streamed;
  private final boolean kept;

  /**
   * @param kept true if answers may come from the cache
   */
  Conversations(Harness harness, Door door, boolean streamed, boolean kept) {
    this.harness = harness;
    this.door = door;
    this.streamed = streamed;
    this.kept = kept;
  }

  /** Asks with a tool; returns the model's turn in the door's form. */
  List<Object> first(String model, String text) {
    return switch (door) {
      case CONTRACT -> List.of(ask(prompt(model, text).build()).getCompletion().getMessage());
      case CHAT -> List.of(chat(chatBody(model, text)));
      case RESPONSES -> List.copyOf(items(responsesBody(model, text)));
      case MESSAGES -> List.of(blocks(messagesBody(model, text)));
    };
  }

  /** Goes on with the results of a turn's calls; returns what the vendor then said, as text. */
  String second(String model, String text, List<Object> turn) {
    return switch (door) {
      case CONTRACT -> {
        ChatMessage said = (ChatMessage) turn.getFirst();
        Prompt.Builder prompt = prompt(model, text).addMessages(said);
        ChatMessage.Builder results = ChatMessage.newBuilder().setRole(Role.ROLE_TOOL);
        for (ContentPart part : said.getPartsList()) {
          if (part.hasToolCall()) {
            results.addParts(
                ContentPart.newBuilder()
                    .setToolResult(
                        ToolResult.newBuilder()
                            .setToolCallId(part.getToolCall().getId())
                            .addParts(
                                ContentPart.newBuilder()
                                    .setText(TextPart.newBuilder().setText("ok")))));
          }
        }
        yield Prompts.text(ask(prompt.addMessages(results).build()).getCompletion());
      }
      case CHAT -> {
        ObjectNode body = chatBody(model, text);
        ObjectNode said = (ObjectNode) turn.getFirst();
        ArrayNode messages = (ArrayNode) body.path("messages");
        messages.add(said);
        for (JsonNode call : said.path("tool_calls")) {
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", call.path("id").asText())
              .put("content", "ok");
        }
        yield chat(body).path("content").asText();
      }
      case RESPONSES -> {
        ObjectNode body = responsesBody(model, text);
        ArrayNode input = (ArrayNode) body.path("input");
        turn.forEach(item -> input.add((JsonNode) item));
        for (Object item : turn) {
          JsonNode call = (JsonNode) item;
          if (call.path("type").asText().equals("function_call")) {
            input
                .addObject()
                .put("type", "function_call_output")
                .put("call_id", call.path("call_id").asText())
                .put("output", "ok");
          }
        }
        StringBuilder all = new StringBuilder();
        items(body).forEach(item -> all.append(item.at("/content/0/text").asText()));
        yield all.toString();
      }
      case MESSAGES -> {
        ObjectNode body = messagesBody(model, text);
        ArrayNode said = (ArrayNode) turn.getFirst();
        ArrayNode messages = (ArrayNode) body.path("messages");
        messages.addObject().put("role", "assistant").set("content", said);
        ArrayNode results = messages.addObject().put("role", "user").putArray("content");
        for (JsonNode block : said) {
          if (block.path("type").asText().equals("tool_use")) {
            results
                .addObject()
                .put("type", "tool_result")
                .put("tool_use_id", block.path("id").asText())
                .put("content", "ok");
          }
        }
        StringBuilder all = new StringBuilder();
        blocks(body).forEach(block -> all.append(block.path("text").asText()));
        yield all.toString();
      }
    };
  }

  private static Prompt.Builder prompt(String model, String text) {
    return Prompts.of(model, text).toBuilder()
        .addTools(
            Tool.newBuilder()
                .setFunction(
                    FunctionTool.newBuilder()
                        .setName("look_up")
                        .setParametersSchemaJson("{\"type\":\"object\"}")));
  }

  private CompleteResponse ask(Prompt prompt) {
    CallOptions.Builder options = CallOptions.newBuilder();
    if (!kept) {
      options.setCachePolicy(CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_BYPASS));
    }
    if (!streamed) {
      return harness
          .client()
          .complete(CompleteRequest.newBuilder().setPrompt(prompt).setOptions(options).build());
    }
    try (CompletionStream stream =
        harness.client().stream(
            StreamRequest.newBuilder().setPrompt(prompt).setOptions(options).build())) {
      return stream.collect();
    }
  }

  private Reply post(String path, ObjectNode body) {
    body.put("stream", streamed);
    Reply reply =
        HttpClients.post(
            harness.httpAddress() + path,
            body.toString(),
            "anthropic-version",
            "2023-06-01",
            "x-admiral-cache",
            kept ? "use" : "bypass");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static ObjectNode chatBody(String model, String text) {
    ObjectNode body = HttpClients.JSON.createObjectNode().put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    ObjectNode tool = body.putArray("tools").addObject().put("type", "function");
    tool.putObject("function").put("name", "look_up").putObject("parameters").put("type", "object");
    return body;
  }

  private static ObjectNode responsesBody(String model, String text) {
    ObjectNode body = HttpClients.JSON.createObjectNode().put("model", model);
    body.putArray("input").addObject().put("role", "user").put("content", text);
    ObjectNode tool = body.putArray("tools").addObject().put("type", "function");
    tool.put("name", "look_up").putObject("parameters").put("type", "object");
    return body;
  }

  private static ObjectNode messagesBody(String model, String text) {
    ObjectNode body =
        HttpClients.JSON.createObjectNode().put("model", model).put("max_tokens", 4_000);
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    ObjectNode tool = body.putArray("tools").addObject().put("name", "look_up");
    tool.putObject("input_schema").put("type", "object");
    return body;
  }

  private ObjectNode chat(ObjectNode body) {
    Reply reply = post("/v1/chat/completions", body);
    if (!streamed) {
      return (ObjectNode) reply.json().at("/choices/0/message");
    }
    ObjectNode message = HttpClients.JSON.createObjectNode();
    for (String event : reply.events()) {
      if (!event.equals("[DONE]")) {
        JsonNode delta = HttpClients.parse(event).at("/choices/0/delta");
        if (delta instanceof ObjectNode object) {
          join(message, object);
        }
      }
    }
    return message;
  }

  /**
   * As the vendor's SDKs join deltas: text to text, calls by their index, lists one after another.
   */
  private static void join(ObjectNode message, ObjectNode delta) {
    delta
        .properties()
        .forEach(field -> {
          String name = field.getKey();
          JsonNode value = field.getValue();
          JsonNode before = message.path(name);
          if (name.equals("role") || name.equals("id") || name.equals("type") || value.isNull()) {
            message.set(name, before.isMissingNode() ? value : before);
          } else if (name.equals("tool_calls")) {
            ArrayNode calls = before instanceof ArrayNode list ? list : message.putArray(name);
            for (JsonNode call : value) {
              int index = call.path("index").asInt();
              while (calls.size() <= index) {
                calls.addObject();
              }
              join((ObjectNode) calls.get(index), (ObjectNode) call);
            }
          } else if (value.isTextual() && before.isTextual()) {
            message.put(name, before.asText() + value.asText());
          } else if (value instanceof ObjectNode more && before instanceof ObjectNode object) {
            join(object, more);
          } else if (value instanceof ArrayNode more && before instanceof ArrayNode list) {
            list.addAll(more);
          } else {
            message.set(name, value.deepCopy());
          }
        });
  }

  private List<JsonNode> items(ObjectNode body) {
    Reply reply = post("/v1/responses", body);
    List<JsonNode> items = new ArrayList<>();
    if (!streamed) {
      reply.json().path("output").forEach(items::add);
      return items;
    }
    JsonNode whole = null;
    for (String event : reply.events()) {
      JsonNode each = HttpClients.parse(event);
      if (each.path("type").asText().equals("response.output_item.done")) {
        items.add(each.path("item"));
      }
      whole = each.has("response") ? each.path("response") : whole;
    }
    assertThat(whole).isNotNull();
    assertThat(HttpClients.JSON.valueToTree(items).equals(whole.path("output"))).isTrue();
    return items;
  }

  private ArrayNode blocks(ObjectNode body) {
    Reply reply = post("/v1/messages", body);
    if (!streamed) {
      return (ArrayNode) reply.json().path("content");
    }
    ArrayNode blocks = HttpClients.JSON.createArrayNode();
    StringBuilder input = new StringBuilder();
    for (String event : reply.events()) {
      JsonNode each = HttpClients.parse(event);
      switch (each.path("type").asText()) {
        case "content_block_start" -> blocks.add(each.path("content_block").deepCopy());
        case "content_block_delta" -> {
          ObjectNode block = (ObjectNode) blocks.get(blocks.size() - 1);
          for (Map.Entry<String, JsonNode> field : each.path("delta").properties()) {
            if (field.getKey().equals("partial_json")) {
              input.append(field.getValue().asText());
            } else if (!field.getKey().equals("type")) {
              block.put(
                  field.getKey(), block.path(field.getKey()).asText() + field.getValue().asText());
            }
          }
        }
        case "content_block_stop" -> {
          ObjectNode block = (ObjectNode) blocks.get(blocks.size() - 1);
          if (block.path("type").asText().equals("tool_use")) {
            block.set("input", HttpClients.parse(input.isEmpty() ? "{}" : input.toString()));
            input.setLength(0);
          }
        }
        default -> {}
      }
    }
    return blocks;
  }
}
