package dev.admiral.optimizer.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A vendor that sends pieces of two calls and of a text in turns. */
class InterleavedPiecesTest {
  private static final List<String> DELTAS =
      List.of(
          "{\"role\":\"assistant\",\"content\":\"Let \"}",
          "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\","
              + "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}}]}",
          "{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"type\":\"function\","
              + "\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}]}",
          "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}",
          "{\"content\":\"me see.\"}",
          "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"}\"}}]}");

  private static final JsonNode JSON_NULL = HttpClients.JSON.nullNode();

  private static HttpServer vendor;
  private static Harness harness;

  @BeforeAll
  static void start() throws IOException {
    vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    vendor.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("content-type", "text/event-stream");
          byte[] body = stream().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    vendor.start();
    harness =
        Harness.start(
            """
              - name: turns
                dialect: openai
                base_url: http://127.0.0.1:%d/v1
                api_key: any
            """
                .formatted(vendor.getAddress().getPort()));
  }

  @AfterAll
  static void stop() {
    harness.close();
    vendor.stop(0);
  }

  private static String stream() {
    StringBuilder stream = new StringBuilder();
    DELTAS.forEach(delta -> chunk(stream, delta, "null"));
    chunk(stream, "{}", "\"tool_calls\"");
    return stream.append("data: [DONE]\n\n").toString();
  }

  private static void chunk(StringBuilder stream, String delta, String finish) {
    stream
        .append("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,")
        .append("\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":")
        .append(delta)
        .append(",\"finish_reason\":")
        .append(finish)
        .append("}]}\n\n");
  }

  private static Reply ask(String path, String conversation) {
    return HttpClients.post(
        harness.httpAddress() + path,
        "{\"model\":\"turns/m\",\"stream\":true," + conversation + "}",
        "x-admiral-cache",
        "bypass");
  }

  @Test
  void chunksOfACompletion_keepTheIndexOfTheirCall() {
    Reply reply =
        ask("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"Go.\"}]");

    StringBuilder text = new StringBuilder();
    List<StringBuilder> arguments = List.of(new StringBuilder(), new StringBuilder());
    List<String> names = new ArrayList<>();
    for (String event : reply.events()) {
      if (!event.equals("[DONE]")) {
        JsonNode delta = HttpClients.parse(event).path("choices").get(0).path("delta");
        text.append(delta.path("content").asText(""));
        for (JsonNode call : delta.path("tool_calls")) {
          JsonNode function = call.path("function");
          arguments.get(call.path("index").asInt()).append(function.path("arguments").asText());
          if (function.has("name")) {
            names.add(function.path("name").asText());
          }
        }
      }
    }
    assertThat(text).hasToString("Let me see.");
    assertThat(names).containsExactly("f", "g");
    assertThat(arguments.get(0)).hasToString("{\"x\":1}");
    assertThat(arguments.get(1)).hasToString("{}");
  }

  @Test
  void itemsOfAResponse_areClosedWithAllOfThem() {
    Reply reply = ask("/v1/responses", "\"input\":\"Go.\"");

    List<JsonNode> last = new ArrayList<>(List.of(JSON_NULL, JSON_NULL, JSON_NULL));
    JsonNode completed = JSON_NULL;
    for (String data : reply.events()) {
      JsonNode event = HttpClients.parse(data);
      switch (event.path("type").asText()) {
        case "response.output_item.done" ->
            last.set(event.path("output_index").asInt(), event.path("item"));
        case "response.completed" -> completed = event.path("response").path("output");
        default -> assertThat(event.has("sequence_number")).isTrue();
      }
    }
    assertThat(HttpClients.JSON.<JsonNode>valueToTree(last)).isEqualTo(completed);
    assertThat(completed.get(0).path("content").get(0).path("text").asText())
        .isEqualTo("Let me see.");
    assertThat(completed.get(1).path("arguments").asText()).isEqualTo("{\"x\":1}");
    assertThat(completed.get(2).path("arguments").asText()).isEqualTo("{}");
  }
}
