package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The simulator's answers beside recorded answers of the vendors to the very same requests, where
 * such recordings are at hand. A path is the way to a property through the JSON; an answer may have
 * what any recording of its vendor has, and must have what the recording of its request has.
 */
class RecordingsTest {
  private static final Path FIXTURES = Path.of("..", "..", "shared", "fixtures");

  /** What only features bring that the simulator does not play: tools run by the vendor itself. */
  private static final List<String> NOT_PLAYED =
      List.of(
          "container",
          "server_tool_use",
          "caller",
          "iterations",
          "tool_use_id",
          "content_block.content",
          "content[].content");

  private record Recording(
      String name, String path, ObjectNode request, int status, JsonNode response) {

    boolean stream() {
      return request.path("stream").asBoolean();
    }
  }

  @Test
  void openAiAnswers_haveTheRecordedShape() throws IOException {
    compare("openai", "/v1/chat/completions");
  }

  @Test
  void anthropicAnswers_haveTheRecordedShape() throws IOException {
    compare("anthropic", "/v1/messages");
  }

  @Test
  void anthropicStreams_haveTheRecordedOrder() throws IOException {
    for (Recording recording : recordings("anthropic", "/v1/messages")) {
      if (recording.stream()) {
        assertThat(order(recording.response().asText())).as(recording.name()).matches(ORDER);
        assertThat(order(answer(recording))).as(recording.name()).matches(ORDER);
      }
    }
  }

  private static final String ORDER =
      "(message_start )(ping )?((content_block_start )(ping )?(content_block_delta (ping )?)*"
          + "(content_block_stop ))*(message_delta )(message_stop )";

  private static String order(String body) {
    StringBuilder order = new StringBuilder();
    for (Caller.Event event : Caller.events(body)) {
      order.append(event.name()).append(' ');
    }
    return order.toString();
  }

  @Test
  void openAiStreams_haveTheRecordedOrder() throws IOException {
    for (Recording recording : recordings("openai", "/v1/chat/completions")) {
      if (recording.stream()) {
        String recorded = chunks(recording.response().asText());
        String ours = chunks(answer(recording));
        assertThat(ours.replace("content finish", "finish"))
            .as(recording.name())
            .isEqualTo(recorded.replace("content finish", "finish"));
      }
    }
  }

  /** The kinds of chunks in their order, repetitions left out. */
  private static String chunks(String body) {
    StringBuilder order = new StringBuilder();
    String last = "";
    for (Caller.Event event : Caller.events(body)) {
      String kind = kind(event);
      if (!kind.equals(last)) {
        order.append(kind).append(' ');
      }
      last = kind;
    }
    return order.toString();
  }

  private static String kind(Caller.Event event) {
    if (event.data().equals("[DONE]")) {
      return "done";
    }
    JsonNode choice = event.json().at("/choices/0");
    if (choice.isMissingNode()) {
      return "usage";
    }
    if (!choice.path("finish_reason").isNull()) {
      return "finish";
    }
    if (choice.path("delta").has("role")) {
      return "role";
    }
    return choice.path("delta").has("tool_calls") ? "tool" : "content";
  }

  private static void compare(String vendor, String path) throws IOException {
    List<Recording> recordings = recordings(vendor, path);
    Set<String> everRecorded = new TreeSet<>();
    for (Recording recording : recordings) {
      everRecorded.addAll(paths(recording.response(), recording.stream()));
    }
    for (Recording recording : recordings) {
      Set<String> recorded = paths(recording.response(), recording.stream());
      recorded.removeIf(p -> NOT_PLAYED.stream().anyMatch(p::contains));
      JsonNode body =
          recording.stream()
              ? TextNode.valueOf(answer(recording))
              : Caller.parse(answer(recording));
      Set<String> ours = paths(body, recording.stream());
      if (ours.toString().contains("tool_calls") == recorded.toString().contains("tool_calls")
          && ours.toString().contains("partial_json")
              == recorded.toString().contains("partial_json")
          && ours.contains("content[].input") == recorded.contains("content[].input")) {
        assertThat(ours).as(recording.name()).containsAll(recorded);
      }
      assertThat(everRecorded).as(recording.name()).containsAll(ours);
    }
  }

  private static String answer(Recording recording) throws IOException {
    ModelProfile any = ModelProfile.chat("any", "any");
    try (Simulator simulator = Simulator.builder().timeScale(0).unknownModels(any).start()) {
      Caller.Reply reply =
          new Caller(simulator)
              .post(
                  recording.path(),
                  recording.request().toString(),
                  "anthropic-version",
                  "2023-06-01");
      assertThat(reply.status()).as(recording.name() + ": " + reply.body()).isEqualTo(200);
      return reply.body();
    }
  }

  private static List<Recording> recordings(String vendor, String path) throws IOException {
    Path folder = FIXTURES.resolve(vendor);
    assumeTrue(Files.isDirectory(folder), "skipped: no recordings beside this checkout");
    List<Recording> recordings = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        JsonNode json = Json.read(Files.readAllBytes(file));
        if (json.at("/request/path").asText().equals(path)
            && json.at("/response/status").asInt() == 200
            && json.at("/request/body") instanceof ObjectNode request) {
          recordings.add(
              new Recording(
                  file.getFileName().toString(), path, request, 200, json.at("/response/body")));
        }
      }
    }
    assertThat(recordings).isNotEmpty();
    return recordings;
  }

  private static Set<String> paths(JsonNode body, boolean stream) {
    Set<String> paths = new TreeSet<>();
    if (stream) {
      for (Caller.Event event : Caller.events(body.asText())) {
        if (!event.data().equals("[DONE]")) {
          collect(event.json(), event.name(), paths);
        }
      }
    } else {
      collect(body, "", paths);
    }
    return paths;
  }

  private static void collect(JsonNode node, String path, Set<String> into) {
    if (node.isObject() && !path.endsWith("input")) {
      for (var property : node.properties()) {
        String own = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
        into.add(own);
        collect(property.getValue(), own, into);
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        collect(element, path + "[]", into);
      }
    }
  }
}
