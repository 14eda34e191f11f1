package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two forms of an answer, whole and in pieces, and the way from each to the other. For every
 * whole answer {@code c} of this server, {@code fold(replay(c), c's ending)} equals {@code c}, so a
 * streamed and a unary caller of one call get the same.
 */
public final class Completions {
  private Completions() {}

  /**
   * Joins the pieces of a stream.
   *
   * @param deltas the pieces in the order they came
   * @param finishReason why the model stopped
   * @param stopSequence the stop text that ended the answer; empty if none
   * @param alternativeFinishReasons why the second and further candidates stopped, in order
   * @throws IllegalArgumentException if the pieces are of no valid stream: a part skipped, or two
   *     kinds in one part
   */
  public static Completion fold(
      Iterable<ContentDelta> deltas,
      FinishReason finishReason,
      String stopSequence,
      List<FinishReason> alternativeFinishReasons) {
    return fold(deltas, finishReason, stopSequence, alternativeFinishReasons, List.of());
  }

  /**
   * Joins the pieces of a stream, as above.
   *
   * @param vendorData what the vendor wants back with each candidate's message, in order; shorter
   *     if the last ones have none
   */
  public static Completion fold(
      Iterable<ContentDelta> deltas,
      FinishReason finishReason,
      String stopSequence,
      List<FinishReason> alternativeFinishReasons,
      List<VendorData> vendorData) {
    Assembler assembler = new Assembler();
    deltas.forEach(assembler::append);
    assembler.finish(0, finishReason);
    for (int i = 0; i < alternativeFinishReasons.size(); i++) {
      assembler.finish(i + 1, alternativeFinishReasons.get(i));
    }
    for (int i = 0; i < vendorData.size(); i++) {
      assembler.vendorData(i, vendorData.get(i));
    }
    assembler.stopSequence(stopSequence);
    return assembler.build();
  }

  /**
   * Returns what the vendor wants back with the message of each candidate, in order, up to the last
   * that has any.
   */
  public static List<VendorData> vendorData(Completion completion) {
    List<VendorData> all = new ArrayList<>(1);
    add(all, 0, completion.getMessage());
    for (int i = 0; i < completion.getAlternativesCount(); i++) {
      add(all, i + 1, completion.getAlternatives(i).getMessage());
    }
    return List.copyOf(all);
  }

  private static void add(List<VendorData> all, int candidate, ChatMessage message) {
    if (message.hasVendorData()) {
      while (all.size() < candidate) {
        all.add(VendorData.getDefaultInstance());
      }
      all.add(message.getVendorData());
    }
  }

  /**
   * Returns the pieces of a whole answer, one to a part, candidate after candidate. Kinds of parts
   * that answers do not have are left out.
   */
  public static List<ContentDelta> replay(Completion completion) {
    List<ContentDelta> deltas = new ArrayList<>();
    replay(deltas, 0, completion.getMessage());
    for (int i = 0; i < completion.getAlternativesCount(); i++) {
      replay(deltas, i + 1, completion.getAlternatives(i).getMessage());
    }
    return List.copyOf(deltas);
  }

  private static void replay(List<ContentDelta> deltas, int candidate, ChatMessage message) {
    int index = 0;
    for (ContentPart part : message.getPartsList()) {
      ContentDelta.Builder delta = ContentDelta.newBuilder().setCandidateIndex(candidate);
      switch (part.getKindCase()) {
        case TEXT -> delta.setText(TextDelta.newBuilder().setText(part.getText().getText()));
        case REASONING -> {
          ReasoningPart reasoning = part.getReasoning();
          delta.setReasoning(
              ReasoningDelta.newBuilder()
                  .setText(reasoning.getText())
                  .setSignature(reasoning.getSignature())
                  .setRedactedData(reasoning.getRedactedData()));
        }
        case TOOL_CALL -> {
          ToolCall call = part.getToolCall();
          ToolCallDelta.Builder piece =
              ToolCallDelta.newBuilder()
                  .setId(call.getId())
                  .setName(call.getName())
                  .setArgumentsJson(call.getArgumentsJson());
          if (call.hasInputText()) {
            piece.setInputText(call.getInputText());
          }
          delta.setToolCall(piece);
        }
        case REFUSAL ->
            delta.setRefusal(RefusalDelta.newBuilder().setText(part.getRefusal().getText()));
        case IMAGE, FILE, TOOL_RESULT, TOOL_REFERENCE, KIND_NOT_SET -> {
          continue;
        }
      }
      if (part.hasVendorData()) {
        delta.setVendorData(part.getVendorData());
      }
      deltas.add(delta.setPartIndex(index++).build());
    }
  }

  /** Returns true if a piece of a tool call says nothing of it: what came is for the vendor. */
  public static boolean isSilent(ToolCallDelta piece) {
    return piece.getId().isEmpty()
        && piece.getName().isEmpty()
        && piece.getArgumentsJson().isEmpty()
        && piece.getInputText().isEmpty();
  }

  /** Joins pieces as they arrive. Not safe for concurrent use. */
  public static final class Assembler {
    private final List<CandidateDraft> candidates = new ArrayList<>(1);
    private String stopSequence = "";

    /**
     * Appends the next piece.
     *
     * @throws IllegalArgumentException if it continues no part and begins none
     */
    public void append(ContentDelta delta) {
      List<PartDraft> parts = candidate(delta.getCandidateIndex()).parts;
      int index = delta.getPartIndex();
      if (index == parts.size()) {
        parts.add(new PartDraft(delta.getPieceCase()));
      }
      if (index < 0 || index >= parts.size()) {
        throw new IllegalArgumentException(
            "a piece of part " + index + " came when only " + parts.size() + " had begun");
      }
      parts.get(index).append(delta);
    }

    /** Tells why a candidate stopped. */
    public void finish(int candidate, FinishReason reason) {
      candidate(candidate).finishReason = reason;
    }

    /** Tells what the vendor wants back with a candidate's message; empty data is none. */
    public void vendorData(int candidate, VendorData data) {
      candidate(candidate).vendorData = data.equals(VendorData.getDefaultInstance()) ? null : data;
    }

    /** Tells which stop text ended the answer. */
    public void stopSequence(String text) {
      stopSequence = text;
    }

    /** Returns the answer as far as it came. */
    public Completion build() {
      CandidateDraft first = candidate(0);
      Completion.Builder completion =
          Completion.newBuilder()
              .setMessage(first.message())
              .setFinishReason(first.finishReason)
              .setStopSequence(stopSequence);
      for (CandidateDraft other : candidates.subList(1, candidates.size())) {
        completion.addAlternatives(
            Candidate.newBuilder().setMessage(other.message()).setFinishReason(other.finishReason));
      }
      return completion.build();
    }

    private CandidateDraft candidate(int index) {
      if (index < 0 || index > MOST_CANDIDATES) {
        throw new IllegalArgumentException("there is no candidate " + index);
      }
      while (candidates.size() <= index) {
        candidates.add(new CandidateDraft());
      }
      return candidates.get(index);
    }
  }

  /** Above what any vendor gives; a wild index must not fill the heap. */
  private static final int MOST_CANDIDATES = 127;

  private static final class CandidateDraft {
    private final List<PartDraft> parts = new ArrayList<>(2);
    private FinishReason finishReason = FinishReason.FINISH_REASON_UNSPECIFIED;
    private @Nullable VendorData vendorData;

    private ChatMessage message() {
      ChatMessage.Builder message = ChatMessage.newBuilder().setRole(Role.ROLE_ASSISTANT);
      parts.forEach(part -> message.addParts(part.build()));
      if (vendorData != null) {
        message.setVendorData(vendorData);
      }
      return message.build();
    }
  }

  /** A part and what came of it: its main text, and two texts that only some kinds have. */
  private static final class PartDraft {
    private final ContentDelta.PieceCase kind;
    private final StringBuilder text = new StringBuilder();
    private final Joined first = new Joined();
    private final Joined second = new Joined();
    private @Nullable VendorData vendorData;

    /** True of a call of a custom tool, whose text is its input. */
    private boolean custom;

    private PartDraft(ContentDelta.PieceCase kind) {
      this.kind = kind;
    }

    private void append(ContentDelta delta) {
      if (delta.getPieceCase() != kind) {
        throw new IllegalArgumentException(
            "a piece of kind " + delta.getPieceCase() + " came for a part of kind " + kind);
      }
      switch (kind) {
        case TEXT -> text.append(delta.getText().getText());
        case REFUSAL -> text.append(delta.getRefusal().getText());
        case REASONING -> {
          ReasoningDelta piece = delta.getReasoning();
          text.append(piece.getText());
          first.append(piece.getSignature());
          second.append(piece.getRedactedData());
        }
        case TOOL_CALL -> {
          ToolCallDelta piece = delta.getToolCall();
          custom |= piece.hasInputText();
          text.append(custom ? piece.getInputText() : piece.getArgumentsJson());
          first.append(piece.getId());
          second.append(piece.getName());
        }
        case PIECE_NOT_SET -> throw new IllegalArgumentException("a piece without a kind came");
      }
      if (delta.hasVendorData()) {
        vendorData = delta.getVendorData();
      }
    }

    private ContentPart build() {
      ContentPart.Builder part = ContentPart.newBuilder();
      switch (kind) {
        case TEXT -> part.setText(TextPart.newBuilder().setText(text.toString()));
        case REFUSAL -> part.setRefusal(RefusalPart.newBuilder().setText(text.toString()));
        case REASONING ->
            part.setReasoning(
                ReasoningPart.newBuilder()
                    .setText(text.toString())
                    .setSignature(first.toString())
                    .setRedactedData(second.toString()));
        case TOOL_CALL -> {
          ToolCall.Builder call =
              ToolCall.newBuilder().setId(first.toString()).setName(second.toString());
          part.setToolCall(
              custom ? call.setInputText(text.toString()) : call.setArgumentsJson(text.toString()));
        }
        case PIECE_NOT_SET -> throw new AssertionError("append refuses such pieces");
      }
      if (vendorData != null) {
        part.setVendorData(vendorData);
      }
      return part.build();
    }
  }

  /** A text that mostly comes in one piece, and may come in thousands. */
  private static final class Joined {
    private String text = "";
    private @Nullable StringBuilder more;

    private void append(String piece) {
      if (more != null) {
        more.append(piece);
      } else if (text.isEmpty()) {
        text = piece;
      } else if (!piece.isEmpty()) {
        more = new StringBuilder(text).append(piece);
      }
    }

    @Override
    public String toString() {
      return more == null ? text : more.toString();
    }
  }
}
