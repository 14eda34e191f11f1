package dev.admiral.optimizer.provider.openai;

import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the tool calls of one choice together from their pieces.
 *
 * <p>OpenAI numbers each call, and gives its id and its name in the first piece alone. Others leave
 * the number or the id out, give one to all calls, change it from piece to piece, number the pieces
 * instead of the calls, repeat the name with each, or send it in parts. What they agree on is that
 * a call has one name and that its arguments are one JSON value, so where the numbers contradict
 * it, that decides: a piece without a name goes on with a call, and one with a name begins another
 * as soon as the arguments of the one before are whole.
 *
 * <p>Takes time in proportion to what comes, however many calls that are.
 */
final class ToolCalls {
  /** Some take 128. */
  private static final int MOST_NAME_CHARS = 1024;

  private final Draft draft;
  private final int candidate;
  private final Map<Integer, Call> byIndex = new HashMap<>(2);
  private final Map<String, Call> byId = new HashMap<>(2);

  /** Those whose vendor data has grown since it was given out. */
  private final Set<Call> growing = new LinkedHashSet<>(0);

  private @Nullable Call last;
  private int count;
  private int list;

  ToolCalls(Draft draft, int candidate) {
    this.draft = draft;
    this.candidate = candidate;
  }

  /** A call, or a piece of one, as the vendor sends it; what it left out is empty or negative. */
  static final class Piece {
    int index = -1;
    String id = "";
    String name = "";
    String arguments = "";

    /** True of a custom tool, whose arguments are text of any form. */
    boolean custom;

    /** What the vendor wants back with the call, as written; mostly nothing. */
    Map<String, String> kept = Map.of();
  }

  /** What comes next stands in another list: a name never goes on within one. */
  void nextList() {
    list++;
  }

  /** Adds a piece. */
  void add(Piece piece) throws MalformedException {
    Call call = callOf(piece);
    if (last != null && last != call) {
      giveName(last);
    }
    last = call;
    call.list = list;
    if (call.id.isEmpty() && !piece.id.isEmpty()) {
      call.id = piece.id;
      byId.put(piece.id, call);
    }
    if (!piece.kept.isEmpty()) {
      keep(call, piece.kept);
    }
    call.custom |= piece.custom;
    if (call.custom) {
      call.takeName(piece.name);
      if (!piece.arguments.isEmpty()) {
        call.named |= !call.name.isEmpty();
        draft.customToolCall(candidate, call.slot, call.id, call.name, piece.arguments);
      }
      return;
    }
    if (call.isRepeatedBy(piece)) {
      return;
    }
    call.takeName(piece.name);
    if (call.arguments.hold(piece.arguments)) {
      return;
    }
    call.arguments.add(piece.arguments);
    call.named |= !call.name.isEmpty();
    draft.toolCall(candidate, call.slot, call.id, call.name, piece.arguments);
  }

  /** Gives out what is held: a name may come in parts until arguments, or another call, follow. */
  void end() throws MalformedException {
    if (last != null) {
      giveName(last);
    }
  }

  /** Says that nothing more comes. */
  void finish() throws MalformedException {
    end();
    for (Call call : growing) {
      draft.vendorData(candidate, call.slot, call.kept.json());
    }
    growing.clear();
  }

  /** What comes at once goes out at once; what comes in more pieces, when they are all there. */
  private void keep(Call call, Map<String, String> fields) throws MalformedException {
    boolean first = call.kept.isEmpty();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      call.kept.add(field.getKey(), field.getValue());
    }
    if (first) {
      draft.vendorData(candidate, call.slot, call.kept.json());
    } else {
      growing.add(call);
    }
  }

  private void giveName(Call call) throws MalformedException {
    if (!call.named) {
      call.named = true;
      if (call.custom) {
        draft.customToolCall(candidate, call.slot, call.id, call.name, "");
      } else {
        draft.toolCall(candidate, call.slot, call.id, call.name, "");
      }
    }
  }

  private Call callOf(Piece piece) {
    Call known = known(piece);
    if (known == null) {
      // A number of its own without a name is a piece's, not a call's.
      return piece.name.isEmpty() && last != null ? last : begin(piece);
    }
    return piece.name.isEmpty() || known.goesOnWith(piece, list) ? known : begin(piece);
  }

  /** By number where the id does not contradict it, else by id, else by number alone. */
  private @Nullable Call known(Piece piece) {
    Call numbered = piece.index < 0 ? last : byIndex.get(piece.index);
    if (numbered != null && numbered.hasId(piece.id)) {
      return numbered;
    }
    Call named = byId.get(piece.id);
    return named == null ? numbered : named;
  }

  private Call begin(Piece piece) {
    Call call = new Call(count++, piece.index);
    if (piece.index >= 0) {
      byIndex.put(piece.index, call);
    }
    return call;
  }

  /** One call as far as it has come. */
  private static final class Call {
    private final int slot;
    private final int index;
    private final Arguments arguments = new Arguments();
    private String id = "";
    private String name = "";
    private final KeptFields kept = new KeptFields();
    private boolean custom;

    /** The list its latest piece stood in. */
    private int list;

    /** True once the name was given out. */
    private boolean named;

    Call(int slot, int index) {
      this.slot = slot;
      this.index = index;
    }

    /** Returns whether a piece's id does not speak against this call. */
    boolean hasId(String other) {
      return other.isEmpty() || id.isEmpty() || other.equals(id);
    }

    /** Returns whether a piece that has a name, and a number or id of this call, belongs to it. */
    boolean goesOnWith(Piece piece, int currentList) {
      boolean sameName = name.isEmpty() || piece.name.equals(name);
      boolean sameIndex = piece.index >= 0 && piece.index == index;
      if (name.isEmpty()) {
        return hasId(piece.id);
      } else if (arguments.isWhole()) {
        return sameName && hasId(piece.id) && isRepeatedBy(piece);
      } else if (arguments.begun()) {
        return sameName;
      } else if (sameName) {
        // Another id with nothing else new is another call, of a tool that takes no arguments.
        return hasId(piece.id) || (sameIndex && !piece.arguments.isEmpty());
      }
      // A name may come in parts, if the piece says which call it means.
      return sameIndex && hasId(piece.id) && currentList != list;
    }

    /** Returns whether a piece says once more what is whole already. */
    boolean isRepeatedBy(Piece piece) {
      boolean sameName = piece.name.isEmpty() || piece.name.equals(name);
      boolean saysWhich = piece.index >= 0 || !piece.id.isEmpty();
      return arguments.isWhole()
          && sameName
          && (piece.arguments.isBlank() || (saysWhich && arguments.equal(piece.arguments)));
    }

    void takeName(String piece) throws MalformedException {
      if (named || piece.equals(name)) {
        return;
      }
      name = piece.startsWith(name) ? piece : name.concat(piece);
      if (name.length() > MOST_NAME_CHARS) {
        throw new MalformedException(
            "a tool's name is longer than " + MOST_NAME_CHARS + " characters");
      }
    }
  }

  /** How far a JSON value has come, and what it was, without keeping it. */
  private static final class Arguments {
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean begun;
    private boolean held;
    private int length;
    private int hash;

    /**
     * Holds back what may be a placeholder for the arguments to come: nothing, or an empty object.
     * A call that gets no others is given an empty object at its end.
     */
    boolean hold(String piece) {
      boolean placeholder = !begun && (piece.isBlank() || piece.strip().equals("{}"));
      held |= placeholder && !piece.isBlank();
      return placeholder;
    }

    void add(String piece) {
      held = false;
      for (int i = 0; i < piece.length(); i++) {
        char c = piece.charAt(i);
        hash = 31 * hash + c;
        if (inString) {
          inString = escaped || c != '"';
          escaped = !escaped && c == '\\';
        } else {
          switch (c) {
            case '"' -> inString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default -> {}
          }
        }
        begun |= c > ' ';
      }
      length += piece.length();
    }

    boolean begun() {
      return begun;
    }

    boolean isWhole() {
      return held || (begun && depth <= 0 && !inString);
    }

    /** As good as equal: lengths and {@link String#hashCode}. */
    boolean equal(String text) {
      return held ? text.strip().equals("{}") : length == text.length() && hash == text.hashCode();
    }
  }
}
