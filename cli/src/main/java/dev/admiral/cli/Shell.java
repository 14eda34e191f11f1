package dev.admiral.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command runs in.
 *
 * @param env environment variables
 * @param home the user's home folder
 * @param in standard input
 * @param out standard output, for answers
 * @param err standard error, for everything else
 * @param width columns of the terminal; {@link Integer#MAX_VALUE} where output is not to be cut
 * @param terminalIn whether a person types the input
 * @param terminalOut whether a person reads the output as it comes
 * @param colour whether the standard error shows colours
 */
record Shell(
    Map<String, String> env,
    Path home,
    InputStream in,
    PrintStream out,
    PrintStream err,
    int width,
    boolean terminalIn,
    boolean terminalOut,
    boolean colour) {

  String env(String name) {
    return env.getOrDefault(name, "");
  }

  /** Prints a line that is there to be overlooked. */
  void dim(String line) {
    err.println(colour ? "\u001b[2m" + line + "\u001b[0m" : line);
  }
}
