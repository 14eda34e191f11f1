package dev.admiral.optimizer.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.app.TestServer;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.provider.FakeVendor;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.ListEntriesRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A server whose providers are all one vendor of the test's own, which says what it is told to, and
 * clients of every door.
 */
final class CaseServer implements AutoCloseable {
  private final Path folder;
  private final FakeVendor vendor;
  private final TestServer server;
  private final AdmiralClient client;

  /**
   * @param folder where it keeps its data
   * @param more further sections of the configuration
   */
  CaseServer(Path folder, String more) throws IOException {
    this.folder = folder;
    vendor = new FakeVendor();
    StringBuilder config = new StringBuilder("data_dir: " + folder.resolve("data"));
    config.append("\ngrpc: {port: 0, drain_timeout: 1s}\nhttp: {port: 0}\nproviders:\n");
    for (String name :
        List.of("openai", "local", "openrouter", "deepseek", "gemini", "moonshot", "slow")) {
      config.append(provider(name, "openai"));
    }
    for (String name : List.of("anthropic", "dsanth")) {
      config.append(provider(name, "anthropic"));
    }
    server = TestServer.start(Files.writeString(folder.resolve("config.yaml"), config + more));
    client =
        AdmiralClient.builder()
            .address("127.0.0.1:" + server.port())
            .retry(RetryPolicy.NONE)
            .build();
  }

  private String provider(String name, String dialect) {
    return "  - {name: %s, dialect: %s, base_url: '%s', api_key: key-of-the-case%s}\n"
        .formatted(
            name,
            dialect,
            vendor.address("/" + name),
            name.equals("slow") ? ", read_timeout: 300ms, first_token_timeout: 6s" : "");
  }

  Path folder() {
    return folder;
  }

  FakeVendor vendor() {
    return vendor;
  }

  AdmiralClient client() {
    return client;
  }

  /** Sends a request by a door, and returns the answer with all that it caused. */
  Played post(String path, String body, String... headers) throws InterruptedException {
    Reply reply = send(path, body, headers);
    return new Played(reply, Told.of(path, reply), asked());
  }

  /** Sends a request whose answer is none of a model's words. */
  Reply send(String path, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    if (!all.contains("x-admiral-cache")) {
      all.addAll(List.of("x-admiral-cache", "bypass"));
    }
    if (path.endsWith("/messages")) {
      all.addAll(List.of("anthropic-version", "2023-06-01"));
    }
    return HttpClients.post(
        "http://127.0.0.1:" + server.httpPort() + path, body, all.toArray(String[]::new));
  }

  /** Returns the bodies that the vendor was sent since it was last asked this. */
  List<JsonNode> asked() throws InterruptedException {
    List<JsonNode> bodies = new ArrayList<>();
    while (vendor.waiting() > 0) {
      bodies.add(HttpClients.parse(vendor.taken().body()));
    }
    return bodies;
  }

  /** Returns what is entered of a call. */
  List<LedgerEntry> entries(String callId) {
    return client
        .ledger()
        .entries(ListEntriesRequest.newBuilder().setCallId(callId).build())
        .toList();
  }

  /** Returns the last that is entered of a call, once it is there. */
  LedgerEntry entry(Played played) {
    return entry(played.callId());
  }

  /** Returns the last that is entered of a call, once it is there. */
  LedgerEntry entry(String callId) {
    await().atMost(Duration.ofSeconds(10)).until(() -> !entries(callId).isEmpty());
    return entries(callId).getFirst();
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    vendor.close();
  }

  /** What came of a request. */
  record Played(Reply reply, Told told, List<JsonNode> asked) {
    String callId() {
      return reply.header("x-admiral-request-id");
    }

    int status() {
      return reply.status();
    }

    /** Returns the last request the vendor got. */
    JsonNode sent() {
      return asked.isEmpty() ? HttpClients.JSON.missingNode() : asked.getLast();
    }

    @Override
    public String toString() {
      return "%d %s\nanswer %s\nasked %s".formatted(status(), told, reply.text(), asked);
    }
  }

  /** A call of a tool. */
  record Call(String id, String name, String arguments) {}

  /**
   * An answer, whatever door it came by and whether streamed or whole.
   *
   * @param finish in the door's own word; empty if there is none
   * @param error empty if it is none
   */
  record Told(String text, String finish, List<Call> calls, JsonNode usage, String error) {

    static Told of(String path, Reply reply) {
      String type = reply.header("content-type");
      boolean streamed = type.startsWith("text/event-stream");
      if (!streamed && !type.startsWith("application/json")) {
        return new Told("", "", List.of(), HttpClients.JSON.missingNode(), reply.text());
      }
      List<JsonNode> events =
          streamed
              ? reply.events().stream()
                  .filter(data -> !data.equals("[DONE]"))
                  .map(HttpClients::parse)
                  .toList()
              : List.of(HttpClients.parse(reply.text()));
      for (JsonNode event : events) {
        JsonNode error = event.has("response") ? event.at("/response/error") : event.path("error");
        if (error.isObject()) {
          return new Told("", "", List.of(), event.path("usage"), error.toString());
        }
      }
      return switch (path.substring(path.lastIndexOf('/') + 1)) {
        case "messages" ->
            message(streamed ? MessageEvents.read(reply.text()).message() : events.getFirst());
        case "responses" ->
            response(streamed ? events.getLast().path("response") : events.getFirst());
        default -> chat(events);
      };
    }

    private static Told message(JsonNode message) {
      StringBuilder text = new StringBuilder();
      List<Call> calls = new ArrayList<>();
      for (JsonNode block : message.path("content")) {
        text.append(block.path("text").asText());
        if (block.path("type").asText().equals("tool_use")) {
          calls.add(
              new Call(
                  block.path("id").asText(),
                  block.path("name").asText(),
                  block.path("input").toString()));
        }
      }
      return new Told(
          text.toString(), message.path("stop_reason").asText(), calls, message.path("usage"), "");
    }

    private static Told response(JsonNode response) {
      StringBuilder text = new StringBuilder();
      List<Call> calls = new ArrayList<>();
      for (JsonNode item : response.path("output")) {
        item.path("content").forEach(part -> text.append(part.path("text").asText()));
        if (item.path("type").asText().equals("function_call")) {
          calls.add(
              new Call(
                  item.path("call_id").asText(),
                  item.path("name").asText(),
                  item.path("arguments").asText()));
        }
      }
      return new Told(
          text.toString(), response.path("status").asText(), calls, response.path("usage"), "");
    }

    private static Told chat(List<JsonNode> events) {
      StringBuilder text = new StringBuilder();
      String finish = "";
      TreeMap<Integer, Call> calls = new TreeMap<>();
      JsonNode usage = HttpClients.JSON.missingNode();
      for (JsonNode event : events) {
        JsonNode choice = event.at("/choices/0");
        JsonNode piece = choice.has("delta") ? choice.path("delta") : choice.path("message");
        text.append(piece.path("content").asText(""));
        finish = choice.path("finish_reason").asText(finish);
        usage = event.path("usage").isObject() ? event.path("usage") : usage;
        int place = 0;
        for (JsonNode call : piece.path("tool_calls")) {
          JsonNode function = call.path("function");
          calls.merge(
              call.path("index").asInt(place++),
              new Call(
                  call.path("id").asText(),
                  function.path("name").asText(),
                  function.path("arguments").asText()),
              (old, more) ->
                  new Call(
                      old.id() + more.id(),
                      old.name() + more.name(),
                      old.arguments() + more.arguments()));
        }
      }
      return new Told(
          text.toString(),
          finish.equals("null") ? "" : finish,
          List.copyOf(calls.values()),
          usage,
          "");
    }

    /** Returns true if a caller would take it for a good answer. */
    boolean success() {
      return error.isEmpty()
          && List.of("stop", "tool_calls", "end_turn", "tool_use", "completed").contains(finish);
    }
  }
}
