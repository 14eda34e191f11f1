package dev.admiral.optimizer.app;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.List;
import java.util.Set;

/**
 * Writes what was thrown, for a log: kinds, stacks and causes, but messages only of kinds whose
 * messages speak of files, connections and stores. Others, such as those of readers of JSON, may
 * quote what an agent sent.
 */
final class SafeErrors {
  /** Kinds right in these packages; a message of the JDK's or ours that names what failed. */
  private static final List<String> TRUSTED =
      List.of(
          "java.io.",
          "java.net.",
          "java.nio.file.",
          "java.sql.",
          "javax.net.ssl.",
          "org.sqlite.",
          "dev.admiral.optimizer.app.",
          "dev.admiral.optimizer.store.");

  /** Kinds in these packages that quote what they could not read, such as an image's address. */
  private static final Set<String> QUOTING =
      Set.of("java.net.URISyntaxException", "java.net.MalformedURLException");

  private static final int MOST_FRAMES = 40;
  private static final int MOST_CAUSES = 8;

  private SafeErrors() {}

  /** Returns the name of what was thrown. */
  static String kind(IThrowableProxy thrown) {
    return thrown.getClassName();
  }

  /** Returns all there is to tell, a line for each frame, no line break at the end. */
  static String text(IThrowableProxy thrown) {
    StringBuilder text = new StringBuilder(512);
    IThrowableProxy cause = thrown;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
      text.append(depth == 0 ? "" : "\nCaused by: ").append(head(cause));
      StackTraceElementProxy[] frames = cause.getStackTraceElementProxyArray();
      int shown = Math.min(frames.length - cause.getCommonFrames(), MOST_FRAMES);
      for (int i = 0; i < shown; i++) {
        text.append("\n\t").append(frames[i].getSTEAsString());
      }
      if (shown < frames.length) {
        text.append("\n\t... ").append(frames.length - shown).append(" more");
      }
      cause = cause.getCause();
    }
    return text.toString();
  }

  private static String head(IThrowableProxy thrown) {
    String kind = thrown.getClassName();
    String message = thrown.getMessage();
    // Made by Faults.withoutMessages: its message is a kind and nothing else.
    boolean bare = kind.equals("java.lang.Throwable");
    return message != null && (bare || (trusted(kind) && !quotesAnother(thrown, message)))
        ? kind + ": " + message
        : kind;
  }

  /** Many exceptions take over the words of their cause. */
  private static boolean quotesAnother(IThrowableProxy thrown, String message) {
    for (IThrowableProxy cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      String words = cause.getMessage();
      if (words != null && !trusted(cause.getClassName()) && message.contains(words)) {
        return true;
      }
    }
    return false;
  }

  private static boolean trusted(String kind) {
    return !QUOTING.contains(kind)
        && TRUSTED.stream()
            .anyMatch(prefix -> kind.startsWith(prefix) && kind.indexOf('.', prefix.length()) < 0);
  }
}
