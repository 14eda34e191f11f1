package dev.admiral.cli;

/**
 * One thing that was looked at.
 *
 * @param what what was found
 * @param toDo what to do about it; empty if nothing
 */
record Finding(Level level, String what, String toDo) {
  /** How bad it is, by which the exit code goes. */
  enum Level {
    OK(0),
    WARN(1),
    FAIL(2);

    /** Columns of the longest. */
    static final int WIDEST = 4;

    private final int exitCode;

    Level(int exitCode) {
      this.exitCode = exitCode;
    }

    /** Returns the exit code where nothing is worse. */
    int exitCode() {
      return exitCode;
    }
  }

  static Finding ok(String what) {
    return new Finding(Level.OK, what, "");
  }

  static Finding warn(String what, String toDo) {
    return new Finding(Level.WARN, what, toDo);
  }

  static Finding fail(String what, String toDo) {
    return new Finding(Level.FAIL, what, toDo);
  }
}
