package dev.admiral.optimizer.provider.openai;

import org.jspecify.annotations.Nullable;

/**
 * A text that mostly comes at once, and then is not copied, and sometimes in pieces, and then takes
 * time in proportion to their length. Used by one thread.
 */
final class Text {
  private String first = "";
  private @Nullable StringBuilder all;

  /** Appends a piece. */
  void add(String piece) {
    if (all != null) {
      all.append(piece);
    } else if (first.isEmpty()) {
      first = piece;
    } else if (!piece.isEmpty()) {
      all = new StringBuilder(first).append(piece);
    }
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  void clear() {
    first = "";
    all = null;
  }

  /** Returns all of it. */
  @Override
  public String toString() {
    return all == null ? first : all.toString();
  }
}
