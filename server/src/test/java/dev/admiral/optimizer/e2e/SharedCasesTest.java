package dev.admiral.optimizer.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.e2e.CaseServer.Call;
import dev.admiral.optimizer.e2e.CaseServer.Played;
import dev.admiral.optimizer.provider.FakeVendor;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.LedgerEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Inputs that came out wrong somewhere in the world and lie beside the repository on some machines:
 * each is played as written down, and checked as the table says.
 */
class SharedCasesTest {
  private static final List<Path> PLACES =
      List.of(Path.of("../../shared/cases/reports"), Path.of("../shared/cases/reports"));

  /** Fields of the Responses API that chat completions do not have. */
  private static final Set<String> RESPONSES_ONLY =
      Set.of("client_metadata", "context_management", "max_tool_calls", "truncation", "include");

  /** Where a tool call's signature lies in Gemini's messages. */
  private static final String SIGNATURE = "/tool_calls/0/extra_content/google/thought_signature";

  @TempDir private static Path folder;
  private static CaseServer server;

  /** What must be true of an answer and of all it caused. */
  private interface Check {
    void of(Played played);

    default Check and(Check other) {
      return played -> {
        of(played);
        other.of(played);
      };
    }

    default Check or(Check other) {
      return played -> {
        try {
          of(played);
        } catch (AssertionError e) {
          other.of(played);
        }
      };
    }
  }

  private static final Map<String, Check> CHECKS =
      Map.ofEntries(
          // Usage and money.
          entry("A02b", usage(10, 5)),
          entry("A18e", text("hello").and(inputAbout(1)).and(estimated())),
          entry("M01b", costs("0.49", Cost.State.STATE_UNKNOWN)),
          entry("M01e", costs("1.05", Cost.State.STATE_UNKNOWN)),
          entry("M02c", costs("0.556")),
          entry("M03a", usage(20, 603).and(costs("0.0015135"))),
          entry("M03c", usage(20, 603).and(costs("0.0015135"))),
          entry("M04a", text("hello").and(inputAbout(1000))),
          entry("M05a", estimated()),
          entry("M06b", costs("0.0123")),
          entry("N09b", costs("0.030105")),
          entry("N09d", text("hello").and(inputAbout(1)).and(estimated())),
          // Tool calls.
          entry("A03d", calls("get 1", "put 2")),
          entry("A03f", calls("get 1", "put 2")),
          entry("A03g", calls("get 1", "put 2")),
          entry("A03s", calls("get 1", "put 2")),
          entry("N03b", calls("get 1", "put 2")),
          entry("N03c", calls("get 1", "get 2")),
          entry("N03e", calls("get ")),
          // Answers as they are sent.
          entry("A04e", text("hello")),
          entry("A05a", text("hello")),
          entry("A05c", text("hello")),
          entry("A05d", text("hello")),
          entry("A05h", text("hello")),
          entry("A06a", text("hello")),
          entry("A06c", fails(400, "context_length_exceeded").and(upstreamCalls(1))),
          entry("A06d", text("hello")),
          entry("N04a", text("hello")),
          entry("N05a", fails("quota exceeded for key")),
          entry("N06a", text("hello")),
          entry("N06b", text("hello")),
          // Endings.
          entry("A11a", fails("")),
          entry("A11c", endsBadly()),
          entry("A11d", fails("")),
          entry("A11f", endsBadly()),
          entry("A11g", finish("length")),
          entry("A13a", told("iVBORw0KGgo").or(fails(""))),
          entry("A18b", text("hello").and(finish("max_tokens")).and(usage(10, 7))),
          entry("A18j", finish("model_context_window_exceeded")),
          entry(
              "A18k",
              finish("refusal").and(told("\"category\":\"cyber\"", "\"explanation\":\"no\""))),
          entry("N02b", finish("content_filter")),
          entry("N02c", fails("")),
          entry("N02e", fails("")),
          entry("N02f", fails("")),
          entry("N02h", endsBadly()),
          entry("N02i", fails("")),
          entry("N16d", text("hello").and(finish("length"))),
          // Status.
          entry("A08b", fails(429, "").and(retryAfter(60, 91))),
          // What the model takes.
          entry("N11a", text("hello").and(sentNotBoth("thinking", "top_p"))),
          entry("N11c", text("hello").and(sentWithout("temperature"))),
          entry("N19a", text("hello").and(sentWithout("temperature"))),
          entry("N19c", text("hello").and(sentWithout("temperature"))),
          entry("N19d", text("hello").and(sentWithout("temperature"))),
          entry("R35a", text("hello").and(sentNotBoth("thinking", "temperature"))),
          entry("R35b", text("hello").and(sentNotBoth("thinking", "tool_choice"))),
          // Marks, pictures, names.
          entry("N08a", sentMark("/system/0").and(sentMark("/messages/2/content/0"))),
          entry("R06a", text("hello").and(sent("mcp__plugin_enterprise-database-management__"))),
          entry("R07a", text("hello").and(sent("iVBORw0KGgo"))),
          entry("R07d", text("hello").and(sent("iVBORw0KGgo"))),
          entry("R08a", sent("/system/0/cache_control/ttl", "1h")),
          entry("R08b", sentMark("/tools/0")),
          entry("R08d", sent("/messages/0/content/0/cache_control/ttl", "1h")),
          // Reasoning and signatures.
          entry("N01b", sent("/messages/1/reasoning", "because")),
          entry("N01c", sent("/messages/1/reasoning_content", "because")),
          entry("N01e", sent("/messages/1/reasoning_content", "because")),
          entry("R01a", sent("/messages/1" + SIGNATURE, "U0lHTkFUVVJF")),
          entry(
              "R01c",
              told("\"extra_content\":{\"google\":{\"thought_signature\":\"U0lHTkFUVVJF\"")),
          entry("R02b", sent("/messages/1/reasoning_content", "because")),
          entry("R02e", sent("/messages/1/reasoning_content", "because")),
          entry(
              "R03b",
              told(
                  "\"signature\":\"c2ln\"",
                  "\"format\":\"anthropic-claude-v1\"",
                  "\"id\":\"r1\"",
                  "\"data\":\"ZW5j\"",
                  "\"format\":\"google-gemini-v1\"")),
          entry("R05a", sent("/messages/1/content/0/thinking", "because")),
          // Doors.
          entry("A17b", sent("\"logprobs\":true").or(refused("logprobs"))),
          entry("N10a", text("hello")),
          entry("R04a", text("hello")),
          entry("R09b", text("hello")),
          entry("R09c", text("hello").and(sent("apply_patch"))),
          entry("R09g", text("hello").or(refused("tools[1].type"))),
          entry("R17b", sent("9223372036854775807").or(refused("extra"))),
          entry("R25a", text("hello").and(sent("flac"))),
          entry("R30a", text("hello").and(finish("end_turn"))),
          entry("R30c", text("hello").and(sent("input_examples"))),
          entry("R30d", text("hello").and(sent("tool_reference"))),
          entry("R34c", text("hello").or(fails(404, ""))),
          entry("R35d", text("hello")),
          entry("R35f", text("hello")));

  @BeforeAll
  static void start() throws IOException {
    server = new CaseServer(folder, "");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> sharedCase_comesOutRight() throws IOException {
    Path reports = PLACES.stream().filter(Files::isDirectory).findFirst().orElse(null);
    if (reports == null) {
      // A factory that gives nothing would go unnoticed; one test of it is named as skipped.
      return Stream.of(
          DynamicTest.dynamicTest("cases", () -> abort("no shared cases beside this checkout")));
    }
    SharedScenes scenes = new SharedScenes(server);
    try (Stream<Path> files = Files.list(reports)) {
      return files.sorted().map(SharedCasesTest::read).toList().stream()
          .map(each ->
              DynamicTest.dynamicTest(
                  each.path("id").asText(), () -> check(each.path("id").asText(), each, scenes)));
    }
  }

  private static JsonNode read(Path file) {
    try {
      return HttpClients.JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(String id, JsonNode each, SharedScenes scenes) throws Exception {
    SharedScenes.Scene scene = scenes.of(id);
    if (scene != null) {
      scene.play();
    } else {
      Check check = CHECKS.get(id);
      assertThat(check).as("what is checked of %s", id).isNotNull();
      check.of(play(each));
    }
  }

  private static Played play(JsonNode each) throws InterruptedException {
    JsonNode answer = each.path("upstream_reply");
    server.vendor().always(connection -> answer(connection, answer));
    // The rest of a case may be in its title, as a path that is odd.
    String line = each.path("line").asText();
    String path = line.startsWith("/") ? line : each.path("front").asText().split(" ", -1)[1];
    List<String> headers = new ArrayList<>();
    each.path("headers")
        .properties()
        .forEach(header -> headers.addAll(List.of(header.getKey(), header.getValue().asText())));
    // Some requests are written as text, since their numbers are larger than a reader's.
    JsonNode request = each.path("request");
    String body = request.isTextual() ? request.asText() : request.toString();
    return server.post(path, body, headers.toArray(String[]::new));
  }

  private static void answer(FakeVendor.Connection connection, JsonNode answer) throws IOException {
    if (answer.has("rule")) {
      answerByRule(connection);
      return;
    }
    Map<String, String> headers = new HashMap<>();
    answer
        .path("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
    JsonNode body = answer.path("body");
    byte[] bytes =
        body.isTextual() ? body.asText().getBytes(UTF_8) : body.path("base64").binaryValue();
    if (answer.path("framing").asText().equals("close")) {
      connection.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + body.asText());
      connection.hangUp();
    } else {
      connection.respond(answer.path("status").asInt(), headers, bytes);
    }
  }

  /** Answers as the vendors do who refuse what is not theirs. */
  private static void answerByRule(FakeVendor.Connection connection) throws IOException {
    JsonNode asked = HttpClients.parse(connection.asked().body());
    String model = asked.path("model").asText();
    if (model.equals("m-a08b")) {
      String soon = String.valueOf(Instant.now().plusSeconds(90).getEpochSecond());
      connection.respond(
          429,
          Map.of("content-type", "application/json", "retry-after", soon),
          "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit\"}}".getBytes(UTF_8));
    } else if (connection.asked().path().startsWith("/anthropic")) {
      String betas = connection.asked().headers().getOrDefault("anthropic-beta", "");
      if (asked.has("temperature") || asked.has("top_p") || asked.has("top_k")) {
        refuse(connection, "`temperature` is deprecated for this model.");
      } else if (asked.has("context_management") && !betas.contains("context-management")) {
        refuse(connection, "context_management: Extra inputs are not permitted");
      } else if (asked.toString().contains("\"scope\"") && !betas.contains("caching-scope")) {
        refuse(connection, "cache_control.scope: Extra inputs are not permitted");
      } else {
        SharedScenes.hello(connection, asked);
      }
    } else if (RESPONSES_ONLY.stream().anyMatch(asked::has)) {
      refuse(connection, "Unknown parameter");
    } else {
      SharedScenes.hello(connection, asked);
    }
  }

  private static void refuse(FakeVendor.Connection connection, String message) throws IOException {
    connection.json(
        400,
        """
        {"type":"error","error":{"type":"invalid_request_error","message":"%s"}}
        """
            .formatted(message));
  }

  private static Check text(String text) {
    return played -> assertThat(played.told().text()).as("text: %s", played).isEqualTo(text);
  }

  private static Check finish(String word) {
    return played -> assertThat(played.told().finish()).as("finish: %s", played).isEqualTo(word);
  }

  /** The answer holds these texts. */
  private static Check told(String... texts) {
    return played -> assertThat(played.reply().text()).as("%s", played).contains(texts);
  }

  /** The call failed, with the vendor's word. */
  private static Check fails(String word) {
    return played -> assertThat(played.told().error()).as("%s", played).isNotEmpty().contains(word);
  }

  private static Check fails(int status, String word) {
    return fails(word)
        .and(played -> assertThat(played.status()).as("%s", played).isEqualTo(status));
  }

  /** The door says in words which field it does not take. */
  private static Check refused(String field) {
    return fails(400, field).and(upstreamCalls(0));
  }

  /** No caller takes it for an answer that is whole. */
  private static Check endsBadly() {
    return played -> assertThat(played.told().success()).as("%s", played).isFalse();
  }

  private static Check retryAfter(long least, long most) {
    return played ->
        assertThat(Long.parseLong(played.reply().header("retry-after"))).isBetween(least, most);
  }

  private static Check upstreamCalls(int count) {
    return played -> assertThat(played.asked()).as("%s", played).hasSize(count);
  }

  /** Each call once and in order, with an identifier of its own: name and argument "a". */
  private static Check calls(String... expected) {
    return played -> {
      List<Call> calls = played.told().calls();
      assertThat(calls)
          .extracting(
              call -> call.name() + " " + HttpClients.parse(call.arguments()).path("a").asText())
          .as("%s", played)
          .containsExactly(expected);
      assertThat(calls).extracting(Call::id).doesNotContain("").doesNotHaveDuplicates();
    };
  }

  /** The caller is told so, and it is entered so. */
  private static Check usage(long input, long output) {
    return played -> {
      LedgerEntry entry = server.entry(played);
      assertThat(entry.getUsage().getInputTokenCount()).as("%s", played).isEqualTo(input);
      assertThat(entry.getUsage().getOutputTokenCount()).as("%s", played).isEqualTo(output);
      JsonNode told = played.told().usage();
      assertThat(
              told.path(told.has("output_tokens") ? "output_tokens" : "completion_tokens").asLong())
          .as("%s", played)
          .isEqualTo(output);
    };
  }

  private static Check inputAbout(long least) {
    return played ->
        assertThat(server.entry(played).getUsage().getInputTokenCount())
            .as("%s", played)
            .isGreaterThanOrEqualTo(least);
  }

  private static Check estimated() {
    return played -> {
      LedgerEntry entry = server.entry(played);
      assertThat(entry.getUsage().getEstimated()).as("%s", played).isTrue();
      assertThat(entry.getCost().getState()).isEqualTo(Cost.State.STATE_ESTIMATED);
      assertThat(Picos.of(entry.getCost().getListAmount())).isPositive();
    };
  }

  /** Exactly so many dollars, or else a state that claims nothing. */
  private static Check costs(String dollars, Cost.State... states) {
    return played -> {
      Cost cost = server.entry(played).getCost();
      if (!List.of(states).contains(cost.getState())) {
        assertThat(BigDecimal.valueOf(Picos.of(cost.getListAmount()), 12))
            .as("%s", played)
            .isEqualByComparingTo(dollars);
      }
    };
  }

  /** The vendor was sent this text somewhere. */
  private static Check sent(String text) {
    return played -> assertThat(played.sent().toString()).as("%s", played).contains(text);
  }

  private static Check sent(String pointer, String value) {
    return played ->
        assertThat(played.sent().at(pointer).asText()).as("%s", played).isEqualTo(value);
  }

  private static Check sentMark(String pointer) {
    return played ->
        assertThat(played.sent().at(pointer).toString())
            .as("%s", played)
            .contains("\"cache_control\":{\"type\":\"ephemeral\"");
  }

  private static Check sentWithout(String field) {
    return played -> assertThat(played.sent().has(field)).as("%s", played).isFalse();
  }

  private static Check sentNotBoth(String one, String other) {
    return played ->
        assertThat(played.sent().has(one) && isForced(played.sent().path(other)))
            .as("%s", played)
            .isFalse();
  }

  /** Whether a setting asks for anything: a choice of tools that is left to the model does not. */
  private static boolean isForced(JsonNode setting) {
    return !setting.isMissingNode() && !setting.path("type").asText().equals("auto");
  }
}
