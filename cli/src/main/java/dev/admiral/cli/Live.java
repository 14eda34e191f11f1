package dev.admiral.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Shows the same thing again and again: on a terminal each time in the place of the time before,
 * elsewhere below it. Ctrl-C is the way to end it, and ends it well: with the cursor back and exit
 * code 0. So does a reader who has seen enough and closes the pipe.
 */
final class Live {
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String CLEAR = "\u001b[2J";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  @Option(
      names = {"-n", "--interval"},
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Time between two looks, 0.1 to 3600. Default: ${DEFAULT-VALUE}.")
  private double seconds;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many looks. Default: never.")
  private long count = Long.MAX_VALUE;

  /** What is shown. */
  interface Look {
    /** Returns the lines to show in a window of a size. */
    List<String> lines(Window.Size size);
  }

  /** Returns the time between two looks. */
  Duration interval() {
    if (!(seconds >= 0.1 && seconds <= 3_600)) {
      throw new UsageException("--interval is not between 0.1 and 3600 seconds.");
    }
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }

  /** Returns how often to look. */
  long count() {
    if (count < 1) {
      throw new UsageException("--count is not 1 or more.");
    }
    return count;
  }

  /** Looks so many times and returns the exit code. */
  static int watch(Shell shell, Duration interval, long count, boolean redraw, Look look) {
    boolean inPlace = redraw && shell.terminalOut();
    PrintStream out = shell.out();
    try (Ending ending = Ending.well(out, inPlace ? SHOW_CURSOR : "")) {
      if (inPlace) {
        ending.print(HIDE_CURSOR + CLEAR);
      }
      for (long seen = 1; ; seen++) {
        List<String> lines = look.lines(shell.window().measureAgain());
        ending.print(
            inPlace ? inPlace(lines, shell.window().size()) : String.join("\n", lines) + "\n");
        if (out.checkError() || seen == count || !shell.ticker().await(interval)) {
          return Main.DONE;
        }
      }
    }
  }

  private static String inPlace(List<String> lines, Window.Size size) {
    StringBuilder frame = new StringBuilder(HOME);
    // The last row stays empty: the cursor rests there.
    lines.stream()
        .limit(Math.max(1, size.rows() - 1))
        .forEach(
            line -> frame.append(Text.cut(line, size.columns())).append(CLEAR_LINE).append('\n'));
    return frame.append(CLEAR_BELOW).toString();
  }
}
