package dev.admiral.cli;

import java.io.PrintStream;

/**
 * How a command ends that goes on until it is stopped: Ctrl-C is no failure of it, so the exit code
 * is 0, and the terminal is left as it was found.
 */
final class Ending implements AutoCloseable {
  private final PrintStream out;
  private final String last;
  private final Thread hook = new Thread(this::stopped, "ending");

  private Ending(PrintStream out, String last) {
    this.out = out;
    this.last = last;
  }

  /** From now on the process ends well when it is told to, printing something last. */
  static Ending well(PrintStream out, String last) {
    Ending ending = new Ending(out, last);
    Runtime.getRuntime().addShutdownHook(ending.hook);
    return ending;
  }

  /** Prints, whole or not at all if the process is told to end meanwhile. */
  synchronized void print(String text) {
    out.print(text);
    out.flush();
  }

  @Override
  public void close() {
    try {
      if (Runtime.getRuntime().removeShutdownHook(hook)) {
        print(last);
      }
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook does the rest.
      return;
    }
  }

  private synchronized void stopped() {
    out.print(last);
    out.flush();
    Runtime.getRuntime().halt(Main.DONE);
  }
}
