package dev.admiral.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Tells a person who waits that something goes on: one line of the standard error, drawn again and
 * again, gone when the wait is over. Where nobody looks nothing is drawn. Thread-safe.
 */
final class Waiting implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofMillis(200);

  /** A shorter wait is none. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int BAR = 20;

  private final Shell shell;
  private final String what;
  private final long start;
  private String done = "";
  private boolean drawn;
  private boolean over;

  private Waiting(Shell shell, String what) {
    this.shell = shell;
    this.what = what;
    start = shell.ticker().nanos();
  }

  /** Begins to tell what is waited for. */
  static Waiting begin(Shell shell, String what) {
    Waiting waiting = new Waiting(shell, what);
    if (shell.terminalErr()) {
      Thread.ofVirtual().name("waiting").start(waiting::tell);
    } else {
      waiting.over = true;
    }
    return waiting;
  }

  /** Returns an answer, telling meanwhile what is waited for. */
  static <T> T during(Shell shell, String what, Supplier<T> question) {
    Waiting waiting = begin(shell, what);
    try {
      return question.get();
    } finally {
      waiting.close();
    }
  }

  /** Says how much is done, which a bar shows. */
  synchronized void progress(long part, long whole) {
    int filled = whole == 0 ? BAR : (int) (BAR * part / whole);
    done =
        "[" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] " + part + " of " + whole + "  ";
  }

  /** Prints something else meanwhile. */
  synchronized void aside(Runnable print) {
    clear();
    print.run();
  }

  /** Removes the line. */
  @Override
  public synchronized void close() {
    over = true;
    clear();
  }

  private void clear() {
    if (drawn) {
      drawn = false;
      shell.err().print(CLEAR_LINE);
      shell.err().flush();
    }
  }

  private void tell() {
    while (shell.ticker().await(LOOK_EVERY) && draw()) {
      // Until it is over.
    }
  }

  private synchronized boolean draw() {
    Duration waited = Duration.ofNanos(shell.ticker().nanos() - start);
    if (!over && waited.compareTo(PATIENCE) >= 0) {
      PrintStream err = shell.err();
      String line = done + what + ", " + waited.toSeconds() + " s";
      int room = Math.max(1, shell.window().size().columns() - 1);
      err.print(CLEAR_LINE + shell.errorPaint().dim(Text.cut(line, room)));
      err.flush();
      drawn = true;
    }
    return !over;
  }
}
