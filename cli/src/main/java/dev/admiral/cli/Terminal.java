package dev.admiral.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What can be found out about the terminal this process has, if it has one. */
public final class Terminal {
  private static final Window.Size USUAL = new Window.Size(80, 24);
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,4}");

  private Terminal() {}

  /** Whether a standard stream (0 in, 1 out, 2 error) is a terminal. */
  public static boolean is(int stream) {
    Path link = Path.of("/proc/self/fd/" + stream);
    if (!Files.isSymbolicLink(link)) {
      // No such list on this system: the JVM knows of all three at once only.
      return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns how wide what this process prints may be; 80 where nothing tells. */
  public static int columns() {
    String columns = System.getenv().getOrDefault("COLUMNS", "");
    return is(1) || isNumber(columns) ? size(columns, "").columns() : USUAL.columns();
  }

  /**
   * Returns the size of the terminal. What the variables COLUMNS and LINES say goes first: who
   * exports them means it.
   */
  static Window.Size size(String columns, String lines) {
    Window.Size measured = isNumber(columns) && isNumber(lines) ? USUAL : measured();
    return new Window.Size(
        isNumber(columns) ? Integer.parseInt(columns) : measured.columns(),
        isNumber(lines) ? Integer.parseInt(lines) : measured.rows());
  }

  /** Whether a variable holds a number of columns or lines that is taken seriously. */
  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  private static Window.Size measured() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream out = stty.getInputStream()) {
        String[] size =
            new String(out.readAllBytes(), StandardCharsets.US_ASCII).strip().split(" ", 2);
        if (stty.waitFor(1, TimeUnit.SECONDS)
            && size.length == 2
            && isNumber(size[0])
            && isNumber(size[1])) {
          return new Window.Size(Integer.parseInt(size[1]), Integer.parseInt(size[0]));
        }
      }
    } catch (IOException e) {
      return USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return USUAL;
  }
}
