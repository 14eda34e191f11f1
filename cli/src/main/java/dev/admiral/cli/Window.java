package dev.admiral.cli;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of the screen that a command may fill. It is measured when it is first asked for. */
final class Window {
  /**
   * A size in characters.
   *
   * @param columns characters of a line; {@link Integer#MAX_VALUE} where lines are not to be cut
   * @param rows lines; {@link Integer#MAX_VALUE} where there is no end
   */
  record Size(int columns, int rows) {
    /** What is not looked at as it comes: a file, or a pipe. */
    static final Size ENDLESS = new Size(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private final Supplier<Size> measure;
  private @Nullable Size size;

  Window(Supplier<Size> measure) {
    this.measure = measure;
  }

  /** Returns the size, as it was when it was last measured. */
  Size size() {
    Size known = size;
    return known == null ? measureAgain() : known;
  }

  /** Returns the size as it is now: people pull windows larger. */
  Size measureAgain() {
    Size measured = measure.get();
    size = measured;
    return measured;
  }
}
