package dev.admiral.optimizer.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes each event for people: a readable line, and below it the stack of what was thrown. */
final class HumanLines extends LayoutBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

  /** Those of eight bits too: some terminals obey them. */
  private static final String CONTROL = "\\p{Cc}";

  private static final String CONTROL_WITHIN_LINES = "[\\p{Cc}&&[^\n\t]]";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final ZoneId zone;
  private final boolean colours;

  /**
   * @param zone whose time is shown
   * @param colours true for a terminal that can show them
   */
  HumanLines(ZoneId zone, boolean colours) {
    this.zone = zone;
    this.colours = colours;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append(dim(TIME.format(event.getInstant().atZone(zone)))).append(' ');
    line.append(level(event.getLevel())).append(' ');
    line.append(dim(padded(simpleName(event.getLoggerName())))).append(' ');
    line.append(printable(event.getFormattedMessage()));
    JsonLines.values(event)
        .forEach((name, value) ->
            line.append("  ").append(dim(name + "=")).append(printable(value.toString())));
    line.append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(SafeErrors.text(thrown).replaceAll(CONTROL_WITHIN_LINES, " ")).append('\n');
    }
    return line.toString();
  }

  /** What was sent to the server may not move the cursor of who reads its log. */
  private static String printable(String text) {
    return text.chars().noneMatch(Character::isISOControl) ? text : text.replaceAll(CONTROL, " ");
  }

  private String level(Level level) {
    String word = String.format(Locale.ROOT, "%-5s", level);
    return switch (level.toInt()) {
      case Level.ERROR_INT -> coloured(RED, word);
      case Level.WARN_INT -> coloured(YELLOW, word);
      default -> word;
    };
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static String padded(String name) {
    return String.format(Locale.ROOT, "%-22.22s", name);
  }

  private String dim(String text) {
    return coloured(DIM, text);
  }

  private String coloured(String colour, String text) {
    return colours ? colour + text + PLAIN : text;
  }
}
