package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CompletionsTest {
  @Property
  void fold_ofAReplay_isTheAnswer(@ForAll("completions") Completion completion) {
    assertThat(fold(Completions.replay(completion), completion)).isEqualTo(completion);
  }

  @Property
  void fold_ofPiecesCutAnywhere_isTheAnswer(
      @ForAll("completions") Completion completion, @ForAll int seed) {
    List<ContentDelta> pieces = new ArrayList<>();
    for (ContentDelta delta : Completions.replay(completion)) {
      pieces.addAll(cut(delta, Math.floorMod(seed, 5)));
    }
    assertThat(fold(pieces, completion)).isEqualTo(completion);
  }

  @Test
  void fold_ofNothing_isAnEmptyAnswer() {
    Completion completion =
        Completions.fold(List.of(), FinishReason.FINISH_REASON_STOP, "", List.of());
    assertThat(completion.getMessage().getRole()).isEqualTo(Role.ROLE_ASSISTANT);
    assertThat(completion.getMessage().getPartsList()).isEmpty();
    assertThat(completion.getAlternativesList()).isEmpty();
  }

  @Test
  void pieces_ofNoValidStream_areRefused() {
    Completions.Assembler assembler = new Completions.Assembler();
    assertThatThrownBy(() -> assembler.append(text(0, 1, "skipped")))
        .isInstanceOf(IllegalArgumentException.class);
    assembler.append(text(0, 0, "a"));
    assertThatThrownBy(() ->
            assembler.append(
                ContentDelta.newBuilder().setToolCall(ToolCallDelta.getDefaultInstance()).build()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> assembler.append(text(-1, 0, "a")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> assembler.append(text(1_000_000, 0, "a")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> assembler.append(ContentDelta.newBuilder().setPartIndex(1).build()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void replay_leavesOutWhatAnswersDoNotHave() {
    Completion completion =
        Completion.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .addParts(ContentPart.getDefaultInstance())
                    .addParts(textPart("a")))
            .build();
    assertThat(Completions.replay(completion)).containsExactly(text(0, 0, "a"));
  }

  private static Completion fold(List<ContentDelta> deltas, Completion ending) {
    return Completions.fold(
        deltas,
        ending.getFinishReason(),
        ending.getStopSequence(),
        ending.getAlternativesList().stream().map(Candidate::getFinishReason).toList(),
        Completions.vendorData(ending));
  }

  private static ContentDelta text(int candidate, int part, String text) {
    return ContentDelta.newBuilder()
        .setCandidateIndex(candidate)
        .setPartIndex(part)
        .setText(TextDelta.newBuilder().setText(text))
        .build();
  }

  private static ContentPart textPart(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  /** Cuts a piece into a first one and the rest of its text. */
  private static List<ContentDelta> cut(ContentDelta delta, int at) {
    return switch (delta.getPieceCase()) {
      case TEXT -> {
        String text = delta.getText().getText();
        int cut = Math.min(at, text.length());
        yield List.of(
            text(delta.getCandidateIndex(), delta.getPartIndex(), text.substring(0, cut)),
            delta.toBuilder().setText(TextDelta.newBuilder().setText(text.substring(cut))).build());
      }
      case REASONING -> {
        ReasoningDelta whole = delta.getReasoning();
        yield List.of(
            delta.toBuilder()
                .setReasoning(ReasoningDelta.newBuilder().setText(whole.getText()))
                .build(),
            delta.toBuilder().setReasoning(whole.toBuilder().clearText()).build());
      }
      case TOOL_CALL -> {
        ToolCallDelta whole = delta.getToolCall();
        yield List.of(
            delta.toBuilder().setToolCall(whole.toBuilder().clearArgumentsJson()).build(),
            delta.toBuilder()
                .setToolCall(ToolCallDelta.newBuilder().setArgumentsJson(whole.getArgumentsJson()))
                .build());
      }
      case REFUSAL, PIECE_NOT_SET -> List.of(delta);
    };
  }

  @Provide
  Arbitrary<Completion> completions() {
    Arbitrary<VendorData> data =
        Arbitraries.of("", "{\"a\":1}")
            .map(json -> VendorData.newBuilder().setVendor("v").setJson(json).build());
    Arbitrary<ContentPart> part =
        Combinators.combine(parts(), data.optional())
            .as((p, d) -> d.map(given -> p.toBuilder().setVendorData(given).build()).orElse(p));
    Arbitrary<ChatMessage> message =
        Combinators.combine(part.list().ofMaxSize(4), data.optional())
            .as((parts, d) -> {
              ChatMessage.Builder said =
                  ChatMessage.newBuilder().setRole(Role.ROLE_ASSISTANT).addAllParts(parts);
              d.ifPresent(said::setVendorData);
              return said.build();
            });
    Arbitrary<FinishReason> reason =
        Arbitraries.of(FinishReason.FINISH_REASON_STOP, FinishReason.FINISH_REASON_TOOL_CALLS);
    Arbitrary<Candidate> candidate =
        Combinators.combine(message, reason)
            .as((m, r) -> Candidate.newBuilder().setMessage(m).setFinishReason(r).build());
    return Combinators.combine(candidate, Arbitraries.of("", "END"), candidate.list().ofMaxSize(2))
        .as((first, stop, others) ->
            Completion.newBuilder()
                .setMessage(first.getMessage())
                .setFinishReason(first.getFinishReason())
                .setStopSequence(stop)
                .addAllAlternatives(others)
                .build());
  }

  private static Arbitrary<ContentPart> parts() {
    Arbitrary<String> text = Arbitraries.strings().withChars("ab {\"é漢").ofMaxLength(12);
    return Arbitraries.oneOf(
        text.map(CompletionsTest::textPart),
        text.map(
            t -> ContentPart.newBuilder().setRefusal(RefusalPart.newBuilder().setText(t)).build()),
        Combinators.combine(text, text, text)
            .as((a, b, c) ->
                ContentPart.newBuilder()
                    .setReasoning(
                        ReasoningPart.newBuilder().setText(a).setSignature(b).setRedactedData(c))
                    .build()),
        Combinators.combine(text, text, text)
            .as((a, b, c) ->
                ContentPart.newBuilder()
                    .setToolCall(ToolCall.newBuilder().setId(a).setName(b).setArgumentsJson(c))
                    .build()));
  }
}
