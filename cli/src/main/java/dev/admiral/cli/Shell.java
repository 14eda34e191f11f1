package dev.admiral.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command runs in.
 *
 * @param env environment variables
 * @param home the user's home folder
 * @param in standard input
 * @param out standard output, for answers
 * @param err standard error, for everything else
 * @param window how much there is room for
 * @param ticker the time
 * @param checkout the folder of the program {@code admiral} that this runs from; null if unknown
 * @param terminalIn whether a person types the input
 * @param terminalOut whether a person reads the output as it comes
 * @param terminalErr whether a person reads the errors as they come
 * @param ends whether the process ends with the command
 */
record Shell(
    Map<String, String> env,
    Path home,
    InputStream in,
    PrintStream out,
    PrintStream err,
    Window window,
    Ticker ticker,
    @Nullable Path checkout,
    boolean terminalIn,
    boolean terminalOut,
    boolean terminalErr,
    boolean ends) {

  String env(String name) {
    return env.getOrDefault(name, "");
  }

  /** Returns the colours of the output. */
  Paint paint() {
    return new Paint(terminalOut && wantsColour());
  }

  /** Returns the colours of the errors. */
  Paint errorPaint() {
    return new Paint(terminalErr && wantsColour());
  }

  /** Prints a line that is there to be overlooked. */
  void dim(String line) {
    err.println(errorPaint().dim(line));
  }

  /** See no-color.org: any value but the empty one means no. */
  private boolean wantsColour() {
    return env("NO_COLOR").isEmpty() && !env("TERM").equals("dumb");
  }
}
