package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.provider.Recording;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Recorded exchanges with the vendor, sent through a server: the vendor is asked what the client
 * asked, and the client gets what the vendor answered.
 */
class RecordedMessagesTest {
  private static MessagesMirror mirror;

  @BeforeAll
  static void start() throws IOException {
    mirror = new MessagesMirror();
  }

  @AfterAll
  static void stop() throws IOException {
    mirror.close();
  }

  @TestFactory
  Stream<DynamicTest> recordedExchange_goesThroughUnchanged() throws IOException {
    if (Recording.folder() == null) {
      // A factory that gives nothing would go unnoticed; one test of it is named as skipped.
      return Stream.of(
          DynamicTest.dynamicTest("recordings", () -> abort("no recordings beside this checkout")));
    }
    List<Recording> recordings =
        Recording.of("anthropic", "").stream()
            .filter(recording -> recording.name().contains("-messages"))
            .filter(recording -> recording.status() == 200)
            .filter(recording -> recording.request().path("body").isObject())
            .filter(recording -> !usesVendorsTools(recording.request().path("body")))
            .toList();
    assertThat(recordings).hasSizeGreaterThan(20);
    return recordings.stream()
        .map(recording -> DynamicTest.dynamicTest(recording.name(), () -> mirror(recording)));
  }

  /** Such requests are refused, which has a test of its own. */
  private static boolean usesVendorsTools(JsonNode request) {
    for (JsonNode tool : request.path("tools")) {
      if (!tool.path("type").asText("custom").equals("custom") || tool.has("defer_loading")) {
        return true;
      }
    }
    return false;
  }

  private static void mirror(Recording recording) throws InterruptedException {
    ObjectNode request = (ObjectNode) recording.request().path("body");
    String answer = recording.isStream() ? recording.body().asText() : recording.body().toString();
    MessagesMirror.Through through = mirror.send(request, answer);

    MessagesMirror.assertSame("request", through.asked(), MessagesMirror.spelledOut(request));
    ObjectNode expected;
    ObjectNode message;
    if (recording.isStream()) {
      expected = MessageEvents.read(answer).message();
      message = MessageEvents.read(through.reply().text()).message();
    } else {
      expected = (ObjectNode) recording.body();
      message = (ObjectNode) through.reply().json();
    }
    expected.path("content").forEach(block -> ((ObjectNode) block).remove("caller"));
    MessagesMirror.dropNulls(expected.path("content"));
    for (String field : List.of("type", "role", "content", "stop_reason", "stop_sequence")) {
      assertThat(message.path(field)).as(field).isEqualTo(expected.path(field));
    }
    for (String field :
        List.of(
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens")) {
      assertThat(message.path("usage").path(field).asLong())
          .as(field)
          .isEqualTo(expected.path("usage").path(field).asLong());
    }
    JsonNode written = expected.path("usage").path("cache_creation");
    assertThat(message.at("/usage/cache_creation/ephemeral_1h_input_tokens").asLong())
        .isEqualTo(written.path("ephemeral_1h_input_tokens").asLong());
  }
}
