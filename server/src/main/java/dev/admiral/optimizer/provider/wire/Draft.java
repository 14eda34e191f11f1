package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.FinishDetails;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
 *
 * <p>What a vendor wants back with a part goes out with the part's first piece, or as soon as it is
 * known after that; of reasoning it is told in any case whose it is.
 */
public final class Draft {
  /** Words for the service that the listed prices are about. */
  private static final Set<String> USUAL_SERVICE =
      Set.of("", "auto", "default", "standard", "on_demand", "global", "not_available");

  private static final int MOST_OF_A_WORD = 32;
  private static final int MOST_OF_A_MODEL = 256;

  private final @Nullable ReplySink sink;
  private final Completions.Assembler assembler = new Completions.Assembler();
  private final String attemptId;
  private final String vendor;
  private final List<Candidate> candidates = new ArrayList<>(1);
  private final Tokens.Counter output = new Tokens.Counter();
  private @Nullable Usage usage;
  private boolean usageFinal;
  private Terms terms = Terms.USUAL;
  private boolean begun;
  private boolean alive;
  private boolean thinks;
  private List<String> omitted = List.of();
  private String finishCategory = "";
  private String servedModel = "";

  /** True once something was given out that a model must have written. */
  private boolean paidFor;

  /**
   * @param sink is given the pieces as they come; with none they wait for the whole
   * @param attemptId of the try, from which tool calls without an id of their own get one
   */
  public Draft(@Nullable ReplySink sink, String attemptId) {
    this(sink, attemptId, "");
  }

  /**
   * @param sink as above
   * @param attemptId as above
   * @param vendor who answers, and so whom the answer's vendor data goes back to; empty if nobody
   *     is to be named
   */
  public Draft(@Nullable ReplySink sink, String attemptId, String vendor) {
    this.sink = sink;
    this.attemptId = attemptId;
    this.vendor = vendor;
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

  /** Notes under which name the vendor tells the reasoning of a slot. */
  public void reasoningField(int candidate, int slot, String name) {
    slot(candidate, slot).reasoningField = name;
  }

  /** Keeps what the vendor wants back with a part: all of it, in place of what it was before. */
  public void vendorData(int candidate, int slot, String json) throws MalformedException {
    Slot place = slot(candidate, slot);
    if (place.json.equals(json)) {
      return;
    }
    place.json = sized(json);
    place.news = true;
    switch (place.kind) {
      case TEXT -> give(place, delta -> delta.setText(TextDelta.getDefaultInstance()), "");
      case REASONING ->
          give(place, delta -> delta.setReasoning(ReasoningDelta.getDefaultInstance()), "");
      case TOOL_CALL -> give(place, delta -> delta.setToolCall(silent(place)), "");
      case REFUSAL -> give(place, delta -> delta.setRefusal(RefusalDelta.getDefaultInstance()), "");
      // Goes out with the first piece.
      case PIECE_NOT_SET -> {}
    }
  }

  private static ToolCallDelta silent(Slot place) {
    return place.custom
        ? ToolCallDelta.newBuilder().setInputText("").build()
        : ToolCallDelta.getDefaultInstance();
  }

  /** Keeps what the vendor wants back with the message of a candidate: all of it. */
  public void vendorData(int candidate, String json) throws MalformedException {
    if (!json.isEmpty()) {
      assembler.vendorData(
          candidate, VendorData.newBuilder().setVendor(vendor).setJson(sized(json)).build());
    }
  }

  private static String sized(String json) throws MalformedException {
    if (json.length() > VendorFields.MOST_CHARS) {
      throw new MalformedException(
          "it wants more than " + VendorFields.MOST_CHARS + " characters sent back");
    }
    return json;
  }

  /**
   * Appends to a tool call. Id and name are given out once; what vendors repeat is ignored, and
   * arguments that come before the name wait for it. A call without an id, or with one that an
   * earlier call has, is given one: its result must be able to name it.
   */
  public void toolCall(int candidate, int slot, String id, String name, String arguments)
      throws MalformedException {
    Slot place = slot(candidate, slot);
    place.id = place.id.isEmpty() ? id : place.id;
    place.name = place.name.isEmpty() ? name : place.name;
    place.waiting.append(place.whole(arguments));
    if (!place.name.isEmpty()) {
      giveToolCall(place);
    }
  }

  /** Appends to the call of a custom tool, as the other method does; its input may be any text. */
  public void customToolCall(int candidate, int slot, String id, String name, String input)
      throws MalformedException {
    slot(candidate, slot).custom = true;
    toolCall(candidate, slot, id, name, input);
  }

  private void giveToolCall(Slot place) throws MalformedException {
    boolean opening = place.part < 0;
    String arguments = place.waiting.toString();
    if (opening || !arguments.isEmpty()) {
      ToolCallDelta.Builder call = ToolCallDelta.newBuilder();
      if (place.custom) {
        call.setInputText(arguments);
      } else {
        call.setArgumentsJson(arguments);
      }
      if (opening) {
        call.setId(idOf(place)).setName(place.name);
      }
      place.hasArguments |= !arguments.isEmpty();
      place.waiting.setLength(0);
      give(place, delta -> delta.setToolCall(call), opening ? place.name + arguments : arguments);
    }
  }

  private String idOf(Slot place) {
    Set<String> taken = candidate(place.candidate).toolCallIds;
    String id = place.id;
    for (int i = taken.size(); id.isEmpty() || !taken.add(id); i++) {
      // As ids of vendors look, and the same whenever this answer is read.
      String seed = attemptId + '/' + place.candidate + '/' + i;
      id = "call_" + UUID.nameUUIDFromBytes(seed.getBytes(UTF_8)).toString().replace("-", "");
    }
    return id;
  }

  /** Returns true if nothing of the candidate was given out. */
  public boolean isEmpty(int candidate) {
    return candidate(candidate).parts == 0;
  }

  /** Ends a candidate. Tool calls without arguments are given none, in JSON. */
  public void finish(int candidate, FinishReason reason) throws MalformedException {
    for (Slot place : candidate(candidate).slots.values()) {
      flush(place);
    }
    assembler.finish(candidate, reason);
  }

  /** Notes the vendor's word for the kind of refusal or filter that ended the answer. */
  public void finishCategory(String word) {
    finishCategory = word.isEmpty() ? finishCategory : word;
  }

  /** Notes which model the vendor says answers. */
  public void servedModel(String name) {
    if (!name.isEmpty() && name.length() <= MOST_OF_A_MODEL) {
      servedModel = name;
    }
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
    if (place.kind == ContentDelta.PieceCase.TOOL_CALL && !place.hasArguments && !place.custom) {
      place.waiting.append("{}");
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

  /**
   * Notes a vendor's word for the service that it gave: a tier, a speed or a region. Those that
   * stand for the usual one leave no trace.
   */
  public void service(String word) {
    if (!USUAL_SERVICE.contains(word)) {
      terms = terms.withTier(word.substring(0, Math.min(word.length(), MOST_OF_A_WORD)));
    }
  }

  /** Notes what the vendor says it charges for the whole answer. */
  public void charge(Money amount) {
    terms = terms.withCharge(amount);
  }

  /** Returns on what terms the vendor says it serves the answer. */
  public Terms terms() {
    return terms;
  }

  /** Returns true if a piece has come. */
  public boolean begun() {
    return begun;
  }

  /** Notes that the vendor says it works on the answer, though nothing of it has come. */
  public void alive() {
    alive = true;
  }

  /** Returns true once the vendor has said that it works on the answer. */
  public boolean isAlive() {
    return alive;
  }

  /** Notes that the model has begun to think: asked anew, it would be paid for twice. */
  public void thinks() {
    thinks = true;
  }

  /** Returns true if a piece has come, or the model has begun to think. */
  public boolean hasModelBegun() {
    return begun || thinks;
  }

  /** Returns true if a piece was given out: nobody else can answer then. */
  public boolean givenOut() {
    return begun && sink != null;
  }

  /** Notes fields of the prompt that the model was not told. */
  public void omitted(List<String> fields) {
    omitted = fields;
  }

  /** Returns the answer as far as it has come. */
  public Completion completion() {
    Completion.Builder completion =
        assembler.build().toBuilder()
            .addAllOmittedFields(omitted)
            .setServedModel(servedModel)
            .setServiceTier(terms.tier());
    if (!finishCategory.isEmpty()) {
      completion.setFinishDetails(FinishDetails.newBuilder().setCategory(finishCategory));
    }
    return completion.build();
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
    }
    // No prompt is empty, and no text costs nothing: vendors and relays put zeros in as
    // placeholders.
    boolean noInput = known.input() == 0;
    boolean noOutput = known.output() == 0 && paidFor;
    if (usageFinal && !noInput && !noOutput) {
      return known;
    }
    return new Usage(
        noInput ? estimatedInput.getAsLong() : known.input(),
        known.cachedInput(),
        known.cacheWrite(),
        known.cacheWrite1h(),
        usageFinal && !noOutput ? known.output() : Math.max(known.output(), output.tokens()),
        known.reasoning(),
        true);
  }

  private void give(Slot place, Consumer<ContentDelta.Builder> piece, String content)
      throws MalformedException {
    ContentDelta.Builder builder = ContentDelta.newBuilder().setCandidateIndex(place.candidate);
    piece.accept(builder);
    if (place.part < 0) {
      place.part = candidate(place.candidate).parts++;
      place.kind = builder.getPieceCase();
      place.news |= place.kind == ContentDelta.PieceCase.REASONING && !vendor.isEmpty();
    } else if (place.kind != builder.getPieceCase()) {
      throw new MalformedException(
          "a piece of kind " + builder.getPieceCase() + " came for a part of kind " + place.kind);
    }
    if (place.news) {
      place.news = false;
      builder.setVendorData(
          VendorData.newBuilder()
              .setVendor(vendor)
              .setJson(place.json)
              .setReasoningField(place.reasoningField));
    }
    ContentDelta delta = builder.setPartIndex(place.part).build();
    output.add(content);
    // A refusal may be the vendor's own sentence about a prompt that no model was given.
    paidFor |= place.kind != ContentDelta.PieceCase.REFUSAL;
    assembler.append(delta);
    begun = true;
    if (sink != null) {
      sink.accept(delta);
    }
  }

  private Candidate candidate(int number) {
    while (candidates.size() <= number) {
      candidates.add(new Candidate());
    }
    return candidates.get(number);
  }

  private Slot slot(int candidate, int number) {
    return candidate(candidate).slots.computeIfAbsent(number, n -> new Slot(candidate));
  }

  private static final class Candidate {
    /** In the order in which their first pieces came. */
    private final Map<Integer, Slot> slots = new LinkedHashMap<>(4);

    private final Set<String> toolCallIds = new HashSet<>(2);

    /** How many slots became parts. */
    private int parts;
  }

  private static final class Slot {
    private final int candidate;
    private int part = -1;
    private ContentDelta.PieceCase kind = ContentDelta.PieceCase.PIECE_NOT_SET;
    private String id = "";
    private String name = "";
    private final StringBuilder waiting = new StringBuilder(0);
    private boolean hasArguments;
    private boolean custom;
    private String json = "";
    private String reasoningField = "";

    /** True if what the vendor wants back has changed since it was given out. */
    private boolean news;

    private char half;

    Slot(int candidate) {
      this.candidate = candidate;
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
