package dev.admiral.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under headings. Where they do not fit beside each other, each row becomes a block of its
 * own, heading and value on a line, so that a narrow terminal shows the same.
 */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<Boolean> right = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /** Makes a table; a heading that begins with {@code >} puts its column flush right. */
  public Table(String... headings) {
    List<String> names = new ArrayList<>();
    for (String heading : headings) {
      right.add(heading.startsWith(">"));
      names.add(heading.startsWith(">") ? heading.substring(1) : heading);
    }
    this.headings = List.copyOf(names);
  }

  /** Adds a row, one cell for each heading. */
  public void add(String... cells) {
    if (cells.length != headings.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells stand under " + headings.size() + " headings.");
    }
    rows.add(List.of(cells));
  }

  /** Returns whether there are no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Returns the lines for a terminal of so many columns. */
  public List<String> lines(int width) {
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < headings.size(); i++) {
      int column = i;
      widths.add(
          Math.max(
              headings.get(i).length(),
              rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)));
    }
    int whole =
        widths.stream().mapToInt(Integer::intValue).sum() + GAP.length() * (widths.size() - 1);
    return whole <= width ? beside(widths) : below();
  }

  private List<String> beside(List<Integer> widths) {
    List<String> lines = new ArrayList<>();
    lines.add(line(headings, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private String line(List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String space = " ".repeat(widths.get(i) - cells.get(i).length());
      line.append(i == 0 ? "" : GAP);
      line.append(right.get(i) ? space + cells.get(i) : cells.get(i) + space);
    }
    return line.toString().stripTrailing();
  }

  private List<String> below() {
    int label = headings.stream().mapToInt(String::length).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      for (int i = 0; i < row.size(); i++) {
        if (!row.get(i).isEmpty()) {
          lines.add(
              headings.get(i) + " ".repeat(label - headings.get(i).length()) + GAP + row.get(i));
        }
      }
    }
    return lines;
  }
}
