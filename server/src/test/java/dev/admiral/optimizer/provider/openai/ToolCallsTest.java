package dev.admiral.optimizer.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pieces as vendors are known to send them: each call once, whole, and with an id of its own. */
class ToolCallsTest {
  private final Draft draft = new Draft(null, "attempt-1");
  private final ToolCalls calls = new ToolCalls(draft, 0);

  @Test
  void asOpenAiDocumentsIt() throws Exception {
    add(0, "a", "get", "");
    add(0, "", "", "{\"x\"");
    add(1, "b", "put", "");
    add(0, "", "", ":1}");
    add(1, "", "", "{}");
    assertThat(made()).containsExactly("a get {\"x\":1}", "b put {}");
  }

  @Test
  void withoutNumberAndId() throws Exception {
    add(-1, "", "get", "{\"x\":1}");
    add(-1, "", "get", "{\"x\":2}");
    add(-1, "", "put", "{\"x\"");
    add(-1, "", "", ":3}");
    assertThat(withoutIds()).containsExactly("get {\"x\":1}", "get {\"x\":2}", "put {\"x\":3}");
  }

  @Test
  void allUnderOneNumber() throws Exception {
    add(0, "", "get", "{\"x\":1}");
    add(0, "", "put", "{\"x\":2}");
    add(0, "c", "get", "{\"x\":3}");
    add(0, "c", "put", "{\"x\":4}");
    assertThat(withoutIds())
        .containsExactly("get {\"x\":1}", "put {\"x\":2}", "get {\"x\":3}", "put {\"x\":4}");
  }

  @Test
  void withoutArguments() throws Exception {
    add(0, "a", "now", "");
    add(0, "b", "here", "");
    add(0, "b", "here", "");
    assertThat(made()).containsExactly("a now {}", "b here {}");
  }

  @Test
  void idThatChangesWithEachPiece() throws Exception {
    add(0, "a", "get", "{\"x\"");
    add(0, "b", "", ":");
    add(0, "c", "get", "1}");
    assertThat(made()).containsExactly("a get {\"x\":1}");
  }

  @Test
  void numberThatRisesWithEachPiece() throws Exception {
    add(0, "a", "get", "{\"x\"");
    add(1, "", "", ":");
    add(2, "", "", "1}");
    add(3, "b", "put", "{}");
    assertThat(made()).containsExactly("a get {\"x\":1}", "b put {}");
  }

  @Test
  void numberThatChangesThoughTheIdStays() throws Exception {
    add(0, "a", "get", "{\"x\"");
    add(1, "a", "get", ":1}");
    assertThat(made()).containsExactly("a get {\"x\":1}");
  }

  @Test
  void nameInParts_orRepeated() throws Exception {
    add(0, "a", "get_", "");
    add(0, "", "weather", "");
    add(0, "", "", "{");
    add(0, "", "get_weather", "}");
    add(1, "b", "put", "{");
    add(1, "b", "put", "}");
    assertThat(made()).containsExactly("a get_weather {}", "b put {}");
  }

  @Test
  void callThatIsSaidOnceMoreAtTheEnd_isOne() throws Exception {
    add(0, "a", "get", "{\"x\":");
    add(0, "", "", "1}");
    add(0, "a", "get", "{\"x\":1}");
    add(0, "a", "get", "");
    assertThat(made()).containsExactly("a get {\"x\":1}");
  }

  @Test
  void oneIdForTwoCallsWhoseArgumentsFollow() throws Exception {
    add(0, "c", "a", "");
    add(1, "c", "b", "");
    add(0, "c", "", "{\"x\":1}");
    add(1, "c", "", "{\"x\":2}");
    assertThat(withoutIds()).containsExactly("a {\"x\":1}", "b {\"x\":2}");
  }

  @Test
  void oneNumberForTwoInOneList() throws Exception {
    addTogether("f", "g");
    assertThat(withoutIds()).containsExactly("f {}", "g {}");
  }

  @Test
  void placeholderBeforeTheArguments_isNone() throws Exception {
    add(0, "a", "f", "{}");
    add(0, "", "", "{\"x\":1}");
    add(1, "b", "g", "{}");
    add(2, "d", "h", "{}");
    assertThat(made()).containsExactly("a f {\"x\":1}", "b g {}", "d h {}");
  }

  @Test
  void argumentsRepeatedAtTheEndWithoutTheName() throws Exception {
    add(0, "a", "f", "{\"x\":1}");
    add(0, "", "", "{\"x\":1}");
    assertThat(made()).containsExactly("a f {\"x\":1}");
  }

  @Test
  void argumentsBeforeTheName() throws Exception {
    add(0, "a", "", "{\"x\":1}");
    add(0, "a", "f", "");
    assertThat(made()).containsExactly("a f {\"x\":1}");
  }

  @Test
  void newIdWithEachPieceAndTheNameRepeated() throws Exception {
    add(0, "i1", "f", "");
    add(0, "i2", "f", "{\"x\"");
    add(0, "i3", "f", ":1}");
    assertThat(made()).containsExactly("i1 f {\"x\":1}");
  }

  @Test
  void bracesInTexts_endNothing() throws Exception {
    add(0, "", "get", "{\"x\":\"}\\\"");
    add(0, "", "get", "{\"}");
    add(0, "", "put", "{}");
    assertThat(withoutIds()).containsExactly("get {\"x\":\"}\\\"{\"}", "put {}");
  }

  @Test
  void equalIds_becomeIdsOfTheirOwn() throws Exception {
    add(0, "c", "get", "{}");
    add(1, "c", "put", "{}");
    List<ContentPart> parts = parts();
    assertThat(parts.get(0).getToolCall().getId()).isEqualTo("c");
    assertThat(parts.get(1).getToolCall().getId()).matches("[a-zA-Z0-9_-]{1,40}").isNotEqualTo("c");
  }

  @Test
  void sixtyFiveThousandCalls_takeTimeInProportion() throws Exception {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 65_000; i++) {
            add(i, "", "get", "{}");
          }
          assertThat(parts()).hasSize(65_000);
        });
  }

  @Test
  void vendorDataInManyPieces_isGivenOutAtFirstAndAtLast() throws Exception {
    List<String> given = new ArrayList<>();
    Draft streamed =
        new Draft(
            piece -> {
              if (piece.hasVendorData()) {
                given.add(piece.getVendorData().getJson());
              }
            },
            "attempt-1",
            "vendor");
    ToolCalls all = new ToolCalls(streamed, 0);
    for (int i = 0; i < 1_000; i++) {
      ToolCalls.Piece piece = new ToolCalls.Piece();
      piece.index = 0;
      piece.name = i == 0 ? "get" : "";
      piece.kept = Map.of("extra_content", "{\"k" + i + "\":1}");
      all.add(piece);
    }
    all.finish();
    streamed.finish(0, FinishReason.FINISH_REASON_TOOL_CALLS);

    assertThat(given).hasSize(2).first().isEqualTo("{\"extra_content\":{\"k0\":1}}");
    assertThat(given.getLast()).contains("\"k0\":1", "\"k999\":1");
  }

  @Test
  void nameWithoutEnd_isMalformed() {
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 2_000; i++) {
                add(0, "", "n" + i, "");
              }
            })
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("a tool's name is longer than 1024");
  }

  private void add(int index, String id, String name, String arguments) throws Exception {
    ToolCalls.Piece piece = new ToolCalls.Piece();
    piece.index = index;
    piece.id = id;
    piece.name = name;
    piece.arguments = arguments;
    calls.nextList();
    calls.add(piece);
  }

  /** In one list. */
  private void addTogether(String... names) throws Exception {
    calls.nextList();
    for (int i = 0; i < names.length; i++) {
      ToolCalls.Piece piece = new ToolCalls.Piece();
      piece.index = 0;
      piece.name = names[i];
      calls.add(piece);
    }
  }

  private List<ContentPart> parts() throws Exception {
    calls.finish();
    draft.finish(0, FinishReason.FINISH_REASON_TOOL_CALLS);
    return draft.completion().getMessage().getPartsList();
  }

  private List<String> made() throws Exception {
    return parts().stream().map(part -> part.getToolCall().getId() + " " + text(part)).toList();
  }

  private List<String> withoutIds() throws Exception {
    List<ContentPart> parts = parts();
    assertThat(parts).extracting(part -> part.getToolCall().getId()).doesNotHaveDuplicates();
    return parts.stream().map(ToolCallsTest::text).toList();
  }

  private static String text(ContentPart part) {
    return part.getToolCall().getName() + " " + part.getToolCall().getArgumentsJson();
  }
}
