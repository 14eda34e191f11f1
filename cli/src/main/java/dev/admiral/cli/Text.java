package dev.admiral.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Lines of text that may hold colours, laid out by what shows of them. */
public final class Text {
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final Pattern COMMANDS = Pattern.compile("[\\p{Cntrl}&&[^\\n\\r\\t]]");

  private Text() {}

  /** Returns how many columns a line takes. */
  static int width(String line) {
    if (line.indexOf('\u001b') < 0) {
      return line.length();
    }
    return COLOUR.matcher(line).replaceAll("").length();
  }

  /**
   * Returns a text whose control characters do nothing: what a server or a model wrote must not
   * move the cursor of whoever reads it. Line ends become spaces.
   */
  static String harmless(String text) {
    if (!CONTROL.matcher(text).find()) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    var colours = COLOUR.matcher(text);
    int end = 0;
    while (colours.find()) {
      kept.append(withoutControl(text.substring(end, colours.start()))).append(colours.group());
      end = colours.end();
    }
    return kept.append(withoutControl(text.substring(end))).toString();
  }

  /** Returns a text whose control characters do nothing, but for line ends and tabulators. */
  static String readable(String text) {
    return COMMANDS.matcher(text).replaceAll("\u00b7");
  }

  private static String withoutControl(String text) {
    return CONTROL.matcher(text.replaceAll("\\R|\t", " ")).replaceAll("\u00b7");
  }

  /** Returns a line in so many columns at most; one that is cut ends with a dot-dot-dot sign. */
  static String cut(String line, int columns) {
    if (width(line) <= columns) {
      return line;
    }
    StringBuilder cut = new StringBuilder();
    int shown = 0;
    boolean coloured = false;
    for (int i = 0; i < line.length() && shown < columns - 1; i++) {
      var colour = COLOUR.matcher(line).region(i, line.length());
      if (line.charAt(i) == '\u001b' && colour.lookingAt()) {
        cut.append(colour.group());
        coloured = true;
        i = colour.end() - 1;
      } else {
        cut.append(line.charAt(i));
        shown++;
      }
    }
    return cut.append(coloured ? "\u001b[0m" : "").append(columns > 0 ? "\u2026" : "").toString();
  }

  /** Returns a text broken into lines of so many columns at most, between words where it can be. */
  public static List<String> wrap(String text, int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
      while (width(line.toString()) > columns && line.indexOf("\u001b") < 0) {
        lines.add(line.substring(0, columns));
        line.delete(0, columns);
      }
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns a text with spaces behind it up to so many columns. */
  static String pad(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - width(text)));
  }
}
