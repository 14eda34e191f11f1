package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it grows. Dialects put in what vendors say, whole or in pieces; out come the pieces
 * of the contract, and at the end the completion. Both ways run through here, so that a streamed
 * and a whole answer with the same content are equal.
 *
 * <p>A dialect names the place of a piece by a slot of its own numbering. A slot becomes a part
 * when its first piece with content comes, so that empty texts, which vendors send in one way and
 * not in the other, leave no trace. A part keeps its kind: a piece of another one in its slot is
 * refused as malformed.
 */
public final class Draft {
  private final @Nullable ReplySink sink;
  private final Completions.Assembler assembler = new Completions.Assembler();
  private final List<List<Slot>> candidates = new ArrayList<>(1);
  private final Tokens.Counter output = new Tokens.Counter();
  private @Nullable Usage usage;
  private boolean usageFinal;
  private boolean begun;

  /** Pieces go to the sink as they come; with none they wait for the whole. */
  public Draft(@Nullable ReplySink sink) {
    this.sink = sink;
  }

  /** Appends to a text. */
  public void text(int candidate, int slot, String piece) throws MalformedException {
    Slot place = slot(candidate, slot);
    String text = place.whole(piece);
    if (!text.isEmpty()) {
      give(place, delta -> delta.setText(TextDelta.newBuilder().setText(text)), text);
    }
  }

  /** Appends to a refusal in the model's words. */
  public void refusal(int candidate, int slot, String piece) throws MalformedException {
    Slot place = slot(candidate, slot);
    String text = place.whole(piece);
    if (!text.isEmpty()) {
      give(place, delta -> delta.setRefusal(RefusalDelta.newBuilder().setText(text)), text);
    }
  }

  /** Appends to reasoning; what the vendor left out is empty. */
  public void reasoning(
      int candidate, int slot, String piece, String signature, String redactedData)
      throws MalformedException {
    Slot place = slot(candidate, slot);
    String text = place.whole(piece);
    if (!text.isEmpty() || !signature.isEmpty() || !redactedData.isEmpty()) {
      ReasoningDelta.Builder reasoning =
          ReasoningDelta.newBuilder()
              .setText(text)
              .setSignature(signature)
              .setRedactedData(redactedData);
      give(place, delta -> delta.setReasoning(reasoning), text);
    }
  }

  /**
   * Appends to a tool call. Id and name are given out once; what vendors repeat is ignored, and
   * arguments that come before the name wait for it.
   */
  public void toolCall(int candidate, int slot, String id, String name, String arguments)
      throws MalformedException {
    Slot place = slot(candidate, slot);
    place.id = place.id.isEmpty() ? id : place.id;
    place.name = place.name.isEmpty() ? name : place.name;
    place.waiting = place.waiting.concat(place.whole(arguments));
    if (!place.name.isEmpty()) {
      giveToolCall(place);
    }
  }

  private void giveToolCall(Slot place) throws MalformedException {
    boolean opening = place.part < 0;
    String arguments = place.waiting;
    if (opening || !arguments.isEmpty()) {
      ToolCallDelta.Builder call = ToolCallDelta.newBuilder().setArgumentsJson(arguments);
      if (opening) {
        call.setId(place.id).setName(place.name);
      }
      place.waiting = "";
      give(place, delta -> delta.setToolCall(call), opening ? place.name + arguments : arguments);
    }
  }

  /** Returns the id a tool call has so far; empty if there is none. */
  public String toolCallId(int candidate, int slot) {
    return slot(candidate, slot).id;
  }

  /** Returns true if nothing of the candidate was given out. */
  public boolean isEmpty(int candidate) {
    return nextPart(candidate) == 0;
  }

  /** Ends a candidate. */
  public void finish(int candidate, FinishReason reason) throws MalformedException {
    for (Slot place : slots(candidate)) {
      flush(place);
    }
    assembler.finish(candidate, reason);
  }

  /** Notes the stop text that ended the answer. */
  public void stopSequence(String text) {
    assembler.stopSequence(text);
  }

  /** Gives out what waited for something that never came. */
  private void flush(Slot place) throws MalformedException {
    if (place.part < 0 && (!place.id.isEmpty() || !place.waiting.isEmpty())) {
      giveToolCall(place);
    }
  }

  /**
   * Notes what the vendor counted so far. Its input is known; its output is all of the answer's
   * only if it is final.
   */
  public void usage(Usage counted, boolean isFinal) {
    usage = counted;
    usageFinal |= isFinal;
  }

  /** Returns true if a piece was given out. */
  public boolean begun() {
    return begun;
  }

  /** Returns the answer as far as it has come. */
  public Completion completion() {
    return assembler.build();
  }

  /**
   * Returns what the answer costs, or may cost if it broke: the vendor's numbers if they were its
   * last, else an estimate that begins with what the vendor had said. What it left unsaid is never
   * taken for zero.
   */
  public Usage usage(LongSupplier estimatedInput) {
    Usage known = usage;
    if (known == null) {
      return Usage.estimated(estimatedInput.getAsLong(), output.tokens());
    } else if (usageFinal) {
      return known;
    }
    return new Usage(
        known.input(),
        known.cachedInput(),
        known.cacheWrite(),
        known.cacheWrite1h(),
        Math.max(known.output(), output.tokens()),
        known.reasoning(),
        true);
  }

  private void give(Slot place, Consumer<ContentDelta.Builder> piece, String content)
      throws MalformedException {
    ContentDelta.Builder builder = ContentDelta.newBuilder().setCandidateIndex(place.candidate);
    piece.accept(builder);
    if (place.part < 0) {
      place.part = nextPart(place.candidate);
      place.kind = builder.getPieceCase();
    } else if (place.kind != builder.getPieceCase()) {
      throw new MalformedException(
          "a piece of kind " + builder.getPieceCase() + " came for a part of kind " + place.kind);
    }
    ContentDelta delta = builder.setPartIndex(place.part).build();
    output.add(content);
    assembler.append(delta);
    begun = true;
    if (sink != null) {
      sink.accept(delta);
    }
  }

  private int nextPart(int candidate) {
    int next = 0;
    for (Slot slot : slots(candidate)) {
      next = Math.max(next, slot.part + 1);
    }
    return next;
  }

  private List<Slot> slots(int candidate) {
    while (candidates.size() <= candidate) {
      candidates.add(new ArrayList<>(2));
    }
    return candidates.get(candidate);
  }

  private Slot slot(int candidate, int number) {
    List<Slot> slots = slots(candidate);
    for (int i = slots.size() - 1; i >= 0; i--) {
      if (slots.get(i).number == number) {
        return slots.get(i);
      }
    }
    Slot slot = new Slot(candidate, number);
    slots.add(slot);
    return slot;
  }

  private static final class Slot {
    private final int candidate;
    private final int number;
    private int part = -1;
    private ContentDelta.PieceCase kind = ContentDelta.PieceCase.PIECE_NOT_SET;
    private String id = "";
    private String name = "";
    private String waiting = "";
    private char half;

    Slot(int candidate, int number) {
      this.candidate = candidate;
      this.number = number;
    }

    /**
     * Keeps back the first half of a character that a vendor split in two: alone it cannot be sent.
     */
    String whole(String piece) {
      if (piece.isEmpty()) {
        return piece;
      }
      String text = half == 0 ? piece : half + piece;
      half = 0;
      char last = text.charAt(text.length() - 1);
      if (Character.isHighSurrogate(last)) {
        half = last;
        return text.substring(0, text.length() - 1);
      }
      return text;
    }
  }
}
