package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.Conversations.Door;
import dev.admiral.optimizer.provider.FakeVendor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What vendors gave for themselves reaches them again with the second turn, by every door, whole
 * and streamed; looked at where they read it. Answers are as in their manuals and in recorded ones.
 */
class TwoTurnsTest {
  private static final String CALL =
      "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"look_up\","
          + "\"arguments\":\"{\\\"q\\\":\\\"é漢\\\"}\"}%s}";
  private static final String SIGNED =
      ",\"extra_content\":{\"google\":{\"thought_signature\":\"%s\",\"x\":1.50,\"half\":\"\\ud83d\"}}";

  /**
   * One vendor's first answer, in pieces and whole, and where it must stand in the second request.
   */
  private enum Vendor {
    GEMINI(
        "vendor: gemini, dialect: openai",
        chat("\"content\":null,\"tool_calls\":[" + CALL.formatted(SIGNED.formatted("c2ln")) + "]"),
        "/tool_calls/0/extra_content/google/thought_signature",
        "c2ln"),
    GEMINI_TEXT(
        "vendor: gemini, dialect: openai",
        chat(
            "\"content\":\"So.\",\"tool_calls\":[" + CALL.formatted("") + "]",
            "\"content\":\"\",\"extra_content\":{\"google\":{\"thought_signature\":\"dGV4dA==\"}}"),
        "/extra_content/google/thought_signature",
        "dGV4dA=="),
    DEEPSEEK(
        "vendor: deepseek, dialect: openai",
        chat(
            "\"content\":null,\"reasoning_content\":\"Because \"",
            "\"reasoning_content\":\"é.\"",
            "\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/reasoning_content",
        "Because é."),
    MOONSHOT(
        "vendor: moonshot, dialect: openai",
        chat(
            "\"content\":\"\",\"reasoning_content\":\"Because.\"",
            "\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/reasoning_content",
        "Because."),
    MOONSHOT_SILENT(
        "vendor: moonshot, dialect: openai",
        chat("\"content\":null,\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/reasoning_content",
        " "),
    VLLM(
        "dialect: openai",
        chat(
            "\"content\":null,\"reasoning\":\"Be\"",
            "\"reasoning\":\"cause.\"",
            "\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/reasoning",
        "Because."),
    RELAY(
        "dialect: openai",
        chat(
            "\"content\":null,\"reasoning_content\":\"Because.\",\"thinking_blocks\":"
                + "[{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"odd ☃\"}]",
            "\"tool_calls\":[" + CALL.formatted(SIGNED.formatted("cmVs")) + "]"),
        "/thinking_blocks/0/signature",
        "odd ☃"),
    OPENROUTER(
        "vendor: openrouter, dialect: openai",
        chat(
            "\"content\":\"\",\"reasoning\":\"Be\",\"reasoning_details\":"
                + "[{\"type\":\"reasoning.text\",\"text\":\"Be\",\"signature\":\"\","
                + "\"format\":\"anthropic-claude-v1\",\"index\":0}]",
            "\"reasoning\":\"cause.\",\"reasoning_details\":[{\"type\":\"reasoning.text\","
                + "\"text\":\"cause.\",\"format\":\"anthropic-claude-v1\",\"index\":0}]",
            "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":\"RXQw\","
                + "\"format\":\"anthropic-claude-v1\",\"index\":0},{\"type\":\"reasoning.encrypted\","
                + "\"data\":\"ZW5j\",\"id\":\"call_1\",\"format\":\"google-gemini-v1\",\"index\":0}]",
            "\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/reasoning_details",
        "[{\"type\":\"reasoning.text\",\"text\":\"Because.\",\"signature\":\"RXQw\","
            + "\"format\":\"anthropic-claude-v1\",\"index\":0},{\"type\":\"reasoning.encrypted\","
            + "\"data\":\"ZW5j\",\"id\":\"call_1\",\"format\":\"google-gemini-v1\",\"index\":0}]"),
    MISTRAL(
        "vendor: mistral, dialect: openai",
        chat(
            "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Be\"}]}]",
            "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"cause.\"}]}]",
            "\"tool_calls\":[" + CALL.formatted("") + "]"),
        "/content/0/thinking/0/text",
        "Because."),
    ANTHROPIC(
        "vendor: anthropic, dialect: anthropic",
        blocks(
            "{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"RXFvQg==\"}",
            "{\"type\":\"redacted_thinking\",\"data\":\"c2VjcmV0\"}"),
        "/content",
        "[{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"RXFvQg==\"},"
            + "{\"type\":\"redacted_thinking\",\"data\":\"c2VjcmV0\"},"
            + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look_up\",\"input\":{\"q\":1}}]"),
    UNSIGNED(
        "dialect: anthropic",
        blocks("{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"\"}"),
        "/content/0",
        "{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"\"}"),
    ODD(
        "dialect: anthropic",
        blocks(
            "{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"{\\\"odd\\\": ☃}\"}"),
        "/content/0",
        "{\"type\":\"thinking\",\"thinking\":\"Because.\",\"signature\":\"{\\\"odd\\\": ☃}\"}");

    private final String config;
    private final String pieces;
    private final String where;
    private final String wanted;

    Vendor(String config, String pieces, String where, String wanted) {
      this.config = config;
      this.pieces = pieces;
      this.where = where;
      this.wanted = wanted;
    }

    boolean anthropic() {
      return config.endsWith("anthropic");
    }

    String provider() {
      return "v-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    JsonNode found(JsonNode message) {
      return message.at(where);
    }

    JsonNode wanted() {
      boolean json = wanted.startsWith("[") || wanted.startsWith("{");
      return json ? HttpClients.parse(wanted) : HttpClients.JSON.getNodeFactory().textNode(wanted);
    }
  }

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final Map<Vendor, FakeVendor> VENDORS = new EnumMap<>(Vendor.class);
  private static Harness harness;

  private static String chat(String... deltas) {
    return String.join("\n", deltas);
  }

  private static String blocks(String... blocks) {
    return String.join("\n", blocks);
  }

  @BeforeAll
  static void start() throws IOException {
    StringBuilder config = new StringBuilder();
    for (Vendor vendor : Vendor.values()) {
      FakeVendor fake = new FakeVendor();
      VENDORS.put(vendor, fake);
      config
          .append("  - {name: ")
          .append(vendor.provider())
          .append(", ")
          .append(vendor.config)
          .append(", base_url: '")
          .append(fake.address("/v1"))
          .append("', api_key: k}\n");
    }
    config.append(
        """
        aliases:
          pair: [v-gemini/m, v-relay/m]
        models:
          - {provider: v-gemini, name: m, abilities: [tools]}
          - {provider: v-relay, name: m, abilities: [tools]}
        """);
    harness = Harness.start(config.toString());
  }

  @AfterAll
  static void stop() throws IOException {
    harness.close();
    for (FakeVendor vendor : VENDORS.values()) {
      vendor.close();
    }
  }

  static Stream<Arguments> everyWay() {
    return Stream.of(Vendor.values())
        .flatMap(vendor ->
            Stream.of(Door.values())
                .flatMap(door ->
                    Stream.of(false, true).map(streamed -> Arguments.of(vendor, door, streamed))));
  }

  @ParameterizedTest(name = "{0} by {1}, streamed: {2}")
  @MethodSource("everyWay")
  void secondTurn_hasWhatTheVendorGave(Vendor vendor, Door door, boolean streamed)
      throws Exception {
    FakeVendor fake = play(vendor);
    Conversations conversation = new Conversations(harness, door, streamed, false);
    String model = vendor.provider() + "/m";
    String text = "ask " + NUMBER.incrementAndGet();

    List<Object> turn = conversation.first(model, text);
    fake.taken();
    String answer = conversation.second(model, text, turn);

    assertThat(vendor.found(said(fake.taken().body()))).isEqualTo(vendor.wanted());
    assertThat(answer).isEqualTo("done");
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void answerFromTheCache_hasItToo(Door door) throws Exception {
    FakeVendor fake = play(Vendor.GEMINI);
    String model = Vendor.GEMINI.provider() + "/m";
    String text = "kept " + NUMBER.incrementAndGet();
    new Conversations(harness, door, false, true).first(model, text);
    fake.taken();

    Conversations again = new Conversations(harness, door, true, true);
    List<Object> turn = again.first(model, text);
    again.second(model, text, turn);

    assertThat(Vendor.GEMINI.found(said(fake.taken().body()))).isEqualTo(Vendor.GEMINI.wanted());
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void anotherVendor_isNotSentIt(Door door) throws Exception {
    FakeVendor first = play(Vendor.GEMINI);
    Conversations conversation = new Conversations(harness, door, true, false);
    String text = "moved " + NUMBER.incrementAndGet();
    List<Object> turn = conversation.first(Vendor.GEMINI.provider() + "/m", text);
    first.taken();

    for (Vendor other :
        List.of(Vendor.DEEPSEEK, Vendor.OPENROUTER, Vendor.RELAY, Vendor.ANTHROPIC, Vendor.ODD)) {
      FakeVendor fake = play(other);

      assertThat(conversation.second(other.provider() + "/m", text, turn)).isEqualTo("done");

      assertThat(fake.taken().body()).doesNotContain("c2ln").doesNotContain("admiral");
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void failOver_leavesItBehind(Door door) throws Exception {
    FakeVendor first = play(Vendor.GEMINI);
    FakeVendor second = play(Vendor.RELAY);
    Conversations conversation = new Conversations(harness, door, false, false);
    String text = "failed over " + NUMBER.incrementAndGet();
    List<Object> turn = conversation.first("pair", text);
    first.taken();
    first.always(connection -> connection.json(503, "{\"error\":{\"message\":\"later\"}}"));

    assertThat(conversation.second("pair", text, turn)).isEqualTo("done");

    assertThat(Vendor.GEMINI.found(said(first.taken().body()))).isEqualTo(Vendor.GEMINI.wanted());
    assertThat(second.taken().body()).doesNotContain("c2ln");
    while (first.waiting() > 0) {
      first.taken();
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void signatureOfAMegabyte_comesBack(Door door) throws Exception {
    String megabyte = "c2ln".repeat(1 << 18);
    FakeVendor fake = fake(Vendor.GEMINI);
    String pieces =
        chat(
            "\"content\":null,\"tool_calls\":[" + CALL.formatted(SIGNED.formatted(megabyte)) + "]");
    play(fake, false, pieces);
    Conversations conversation = new Conversations(harness, door, true, false);
    String model = Vendor.GEMINI.provider() + "/m";
    List<Object> turn = conversation.first(model, "large");
    fake.taken();

    conversation.second(model, "large", turn);

    assertThat(Vendor.GEMINI.found(said(fake.taken().body())).asText()).isEqualTo(megabyte);
  }

  private static FakeVendor fake(Vendor vendor) {
    return Objects.requireNonNull(VENDORS.get(vendor));
  }

  private static FakeVendor play(Vendor vendor) {
    FakeVendor fake = fake(vendor);
    play(fake, vendor.anthropic(), vendor.pieces);
    return fake;
  }

  /** Answers a first turn with its pieces and a second one with a word. */
  private static void play(FakeVendor fake, boolean anthropic, String lines) {
    List<String> pieces = lines.lines().toList();
    fake.always(connection -> {
      JsonNode asked = HttpClients.parse(connection.asked().body());
      boolean second = asked.path("messages").size() > 1;
      boolean streamed = asked.path("stream").asBoolean();
      String answer =
          anthropic ? messages(pieces, second, streamed) : chat(pieces, second, streamed);
      if (streamed) {
        connection.events(answer);
      } else {
        connection.json(200, answer);
      }
    });
  }

  /** Returns what the model said before, as the vendor is told it. */
  private static JsonNode said(String body) {
    for (JsonNode message : HttpClients.parse(body).path("messages")) {
      if (message.path("role").asText().equals("assistant")) {
        return message;
      }
    }
    throw new AssertionError("the model's turn was not sent");
  }

  private static String chat(List<String> pieces, boolean second, boolean streamed) {
    String finish = second ? "stop" : "tool_calls";
    List<String> told = second ? List.of("\"content\":\"done\"") : pieces;
    if (streamed) {
      StringBuilder events = new StringBuilder();
      for (String piece : told) {
        events
            .append("data: {\"choices\":[{\"index\":0,\"delta\":{")
            .append(piece)
            .append("}}]}\n\n");
      }
      return events
          + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
          + finish
          + "\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\ndata: [DONE]\n\n";
    }
    ObjectNode message = HttpClients.JSON.createObjectNode().put("role", "assistant");
    for (String piece : told) {
      whole(message, (ObjectNode) HttpClients.parse("{" + piece + "}"));
    }
    return "{\"choices\":[{\"index\":0,\"message\":"
        + message
        + ",\"finish_reason\":\""
        + finish
        + "\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}";
  }

  private static void whole(ObjectNode message, ObjectNode piece) {
    piece
        .properties()
        .forEach(field -> {
          JsonNode before = message.path(field.getKey());
          if (field.getKey().equals("reasoning_details") && before instanceof ArrayNode) {
            message.set("reasoning_details", HttpClients.parse(Vendor.OPENROUTER.wanted));
          } else if (before instanceof ArrayNode list
              && field.getValue() instanceof ArrayNode more) {
            list.addAll(more);
          } else if (before.isTextual() && field.getValue().isTextual()) {
            message.put(field.getKey(), before.asText() + field.getValue().asText());
          } else {
            message.set(field.getKey(), field.getValue());
          }
        });
  }

  private static String messages(List<String> blocks, boolean second, boolean streamed) {
    List<String> told = new ArrayList<>();
    if (second) {
      told.add("{\"type\":\"text\",\"text\":\"done\"}");
    } else {
      told.addAll(blocks);
      told.add(
          "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"look_up\",\"input\":{\"q\":1}}");
    }
    String stop = "\"stop_reason\":\"" + (second ? "end_turn" : "tool_use") + "\"";
    String usage = "\"usage\":{\"input_tokens\":9,\"output_tokens\":5}";
    if (!streamed) {
      return "{\"type\":\"message\",\"role\":\"assistant\",\"content\":["
          + String.join(",", told)
          + "],"
          + stop
          + ","
          + usage
          + "}";
    }
    StringBuilder events = new StringBuilder();
    event(events, "{\"type\":\"message_start\",\"message\":{" + usage + "}}");
    for (int i = 0; i < told.size(); i++) {
      ObjectNode block = (ObjectNode) HttpClients.parse(told.get(i));
      String at = "\"index\":" + i + ",";
      String signature = block.path("signature").asText();
      if (!signature.isEmpty()) {
        block.put("signature", "");
      }
      event(events, "{\"type\":\"content_block_start\"," + at + "\"content_block\":" + block + "}");
      for (int j = 0; j < signature.length(); j += 3) {
        String part = signature.substring(j, Math.min(signature.length(), j + 3));
        event(
            events,
            "{\"type\":\"content_block_delta\","
                + at
                + "\"delta\":"
                + HttpClients.JSON
                    .createObjectNode()
                    .put("type", "signature_delta")
                    .put("signature", part)
                + "}");
      }
      event(events, "{\"type\":\"content_block_stop\"," + at.replace(",", "") + "}");
    }
    event(events, "{\"type\":\"message_delta\",\"delta\":{" + stop + "}," + usage + "}");
    event(events, "{\"type\":\"message_stop\"}");
    return events.toString();
  }

  private static void event(StringBuilder events, String data) {
    String type = HttpClients.parse(data).path("type").asText();
    events.append("event: ").append(type).append("\ndata: ").append(data).append("\n\n");
  }
}
